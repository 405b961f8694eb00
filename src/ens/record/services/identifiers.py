"""Producers' identifiers of documents: known by keyed digests, each once a usager."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connections

from ens.kernel.ids import new_id
from ens.persistence.unit import StartAgain, Unit
from ens.record.digests import unique_digest
from ens.record.models import Document, DocumentIdentifier


def find_by_unique_ids(unit: Unit, unique_ids: Iterable[str]) -> list[Document]:
    """The documents of this usager known under any of these."""
    wanted = sorted({unique_digest(unit.usager_id, one) for one in unique_ids})
    known = DocumentIdentifier.objects.filter(usager_id=unit.usager_id, digest__in=wanted)
    ids = set(known.values_list("document_id", flat=True))
    return list(Document.objects.filter(usager_id=unit.usager_id, id__in=sorted(ids))) if ids else []


def register(unit: Unit, document_id: UUID, unique_ids: Iterable[str]) -> None:
    """Tie its identifiers to a document. Whoever files the same at the same moment waits here, then starts again."""
    digests = sorted({unique_digest(unit.usager_id, one) for one in unique_ids})
    rows = [(unit.usager_id, new_id(), one, document_id) for one in digests]
    table = DocumentIdentifier._meta.db_table
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} (usager_id, id, digest, document_id) "  # noqa: S608 - our own table's name
            f"VALUES {', '.join(['(%s, %s, %s, %s)'] * len(rows))} ON CONFLICT (usager_id, digest) DO NOTHING",
            [value for row in rows for value in row],
        )
        if cursor.rowcount < len(rows):
            raise StartAgain()
