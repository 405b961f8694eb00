"""What the record takes away of someone whose data are deleted."""

from __future__ import annotations

from ens.persistence.erasing import Erased, delete_rows
from ens.persistence.unit import Unit
from ens.record.models import (
    Document,
    DocumentIdentifier,
    Filed,
    FormerDmp,
    ProfileItem,
    ProfileRubric,
    SubmissionSet,
)


def erase(unit: Unit) -> Erased:
    """Every document, version and set, the medical profile, and what waited of a former DMP."""
    documents = Document.objects.filter(usager_id=unit.usager_id)
    ids, contents = tuple(documents.values_list("id", flat=True)), tuple(documents.values_list("binary_id", flat=True))
    sets = tuple(SubmissionSet.objects.filter(usager_id=unit.usager_id).values_list("id", flat=True))
    former = FormerDmp.objects.filter(usager_id=unit.usager_id, archive_id__isnull=False)
    contents += tuple(former.values_list("archive_id", flat=True))
    items = tuple(ProfileItem.objects.filter(usager_id=unit.usager_id).values_list("id", flat=True))
    of = documents.filter(professional_id__isnull=False).values_list("professional_id", flat=True).distinct()
    Filed.objects.filter(professional_id__in=list(of), document_id__in=ids).delete()  # keyed by another than the usager
    delete_rows(unit, DocumentIdentifier, Document, SubmissionSet, FormerDmp, ProfileItem, ProfileRubric)
    return Erased(contents, ids + contents + sets + items)
