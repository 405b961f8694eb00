"""The one door to documents: facts gathered here, judged by ``access``."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from ens.access import queries as access
from ens.access.policies import can_read, check_is_individual, decide_read
from ens.access.types import Decision, DocumentFacts, ReaderFacts
from ens.coffre.services import sealer
from ens.kernel import clock
from ens.persistence.unit import Unit
from ens.record.errors import DocumentNotFound
from ens.record.models import Document
from ens.record.services.deposit import HELD_BACK, author_digest

NEW_DAYS = 30


def facts(unit: Unit, document: Document) -> DocumentFacts:
    """What access decides on. The author is known by the keyed digest of their RPPS."""
    rpps = unit.by.rpps
    is_author = bool(
        rpps
        and document.declared_author_digest is not None
        and bytes(document.declared_author_digest) == author_digest(unit.usager_id, rpps)
    )
    held_back = document.held_back_until
    return DocumentFacts(
        type_code=document.type_code,
        is_masked=document.is_masked,
        is_held_back=held_back is not None,
        declared_author_rpps=rpps if is_author else "",
        status=document.status,
        held_back_since=(held_back - HELD_BACK).astimezone(clock.PARIS).date() if held_back else None,
        is_hidden_from_representatives=document.hidden_from_representatives,
    )


def reader(unit: Unit) -> ReaderFacts:
    """Facts about who reads, once a unit."""
    known: ReaderFacts | None = unit.cache.get("record.reader")
    if known is None:
        known = unit.cache["record.reader"] = access.reader_facts(unit)
    return known


def decision(unit: Unit, document: Document) -> Decision:
    return decide_read(reader(unit), facts(unit, document))


def readable(unit: Unit, document_id: UUID) -> Document:
    """A document the unit's actor may read. Errors: DocumentNotFound, PersonRequired."""
    check_is_individual(unit.by)
    document = Document.objects.filter(usager_id=unit.usager_id, id=document_id).first()
    if document is None or not decision(unit, document).allowed:
        raise DocumentNotFound()
    return document


def all_readable(unit: Unit, documents: list[Document]) -> list[Document]:
    """Those of a list that the actor may read: the others are in no count either."""
    check_is_individual(unit.by)
    who = reader(unit)
    return [document for document in documents if can_read(who, facts(unit, document))]


def card_of(unit: Unit, document: Document) -> dict[str, Any]:
    """The sealed card: title, labels, differences."""
    found: dict[str, Any] = sealer(unit).open_json("document", document.id, document.sealed_card)
    return found
