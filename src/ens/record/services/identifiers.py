"""Producers' identifiers of documents: known by keyed digests, each once a usager."""

from __future__ import annotations

from collections.abc import Iterable

from ens.kernel.ids import new_id
from ens.persistence import sql
from ens.persistence.unit import StartAgain, Unit
from ens.record.digests import unique_digest
from ens.record.models import Document, DocumentIdentifier

_TABLE = DocumentIdentifier._meta.db_table


def find_by_unique_ids(unit: Unit, unique_ids: Iterable[str]) -> list[Document]:
    """The documents of this usager known under any of these."""
    wanted = sorted({unique_digest(unit.usager_id, one) for one in unique_ids})
    known = sql.rows(
        f"SELECT DISTINCT document_id FROM {_TABLE} WHERE usager_id = %s AND digest = ANY(%s)",  # noqa: S608 - ours
        [unit.usager_id, wanted],
    )
    return list(Document.objects.filter(usager_id=unit.usager_id, id__in=[row[0] for row in known])) if known else []


_REGISTER = f"""
INSERT INTO {_TABLE} (usager_id, id, digest, document_id)
SELECT %s, id, digest, %s FROM unnest(%s::uuid[], %s::bytea[]) AS new (id, digest)
ON CONFLICT (usager_id, digest) DO NOTHING
"""  # noqa: S608 - our own table's name


def insert(document: Document, unique_ids: Iterable[str]) -> None:
    """Write a document and tie its identifiers to it, in one trip.

    Whoever files the same at the same moment waits here, then starts again.
    """
    digests = sorted({unique_digest(document.usager_id, one) for one in unique_ids})
    registration = [document.usager_id, document.id, [new_id() for _ in digests], digests]
    if sql.together([sql.insertion(document), (_REGISTER, registration)])[-1] < len(digests):
        raise StartAgain()
