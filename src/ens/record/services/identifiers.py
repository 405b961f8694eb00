"""Producers' identifiers of documents: known by keyed digests, each once a usager."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

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


def register(unit: Unit, document_id: UUID, unique_ids: Iterable[str]) -> None:
    """Tie its identifiers to a document. Whoever files the same at the same moment waits here, then starts again."""
    digests = sorted({unique_digest(unit.usager_id, one) for one in unique_ids})
    registered = sql.execute(
        f"INSERT INTO {_TABLE} (usager_id, id, digest, document_id) "  # noqa: S608 - our own table's name
        "SELECT %s, id, digest, %s FROM unnest(%s::uuid[], %s::bytea[]) AS new (id, digest) "
        "ON CONFLICT (usager_id, digest) DO NOTHING",
        [unit.usager_id, document_id, [new_id() for _ in digests], digests],
    )
    if registered < len(digests):
        raise StartAgain()
