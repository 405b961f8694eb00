"""Producers' identifiers of documents: known by keyed digests, each once a usager."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from uuid import UUID

from ens.kernel.ids import new_id
from ens.persistence import sql
from ens.persistence.unit import Unit
from ens.record.digests import unique_digest
from ens.record.models import Document, DocumentIdentifier


def unique_id_of_form(usager_id: UUID, token: str, depositor: str = "") -> str:
    """Of the form's token, so that a double click is one document; else new. Source: ITU-T X.667, 2.25 and a number."""
    said = usager_id.bytes + depositor.encode() + token.encode()
    key = UUID(bytes=hashlib.sha256(said).digest()[:16]) if token else new_id()
    return f"2.25.{key.int}"


_TABLE = DocumentIdentifier._meta.db_table


_KNOWN = f"SELECT digest, document_id FROM {_TABLE} WHERE usager_id = %s AND digest "  # noqa: S608 - ours


def known_under(usager_id: UUID, digests: Iterable[bytes]) -> sql.Question[dict[bytes, UUID]]:
    """Which of these this usager's documents are known under, and which document each designates."""
    wanted = sorted(set(digests))
    # An array is planned anew each time, for the length it has: most deposits have one identifier.
    which, value = ("= %s", wanted[0]) if len(wanted) == 1 else ("= ANY(%s)", wanted)
    return sql.Question(_KNOWN + which, [usager_id, value], lambda found: {bytes(row[0]): row[1] for row in found})


def find_by_unique_ids(unit: Unit, unique_ids: Iterable[str]) -> list[Document]:
    """The documents of this usager known under any of these."""
    return of_ids(unit, sql.ask(known_under(unit.usager_id, digests_of(unit.usager_id, unique_ids))).values())


def of_ids(unit: Unit, ids: Iterable[UUID]) -> list[Document]:
    """The documents of this usager that have these ids."""
    wanted = set(ids)
    return list(Document.objects.filter(usager_id=unit.usager_id, id__in=wanted)) if wanted else []


def digests_of(usager_id: UUID, unique_ids: Iterable[str]) -> list[bytes]:
    """Each once."""
    return list(dict.fromkeys(unique_digest(usager_id, one) for one in unique_ids))


_REGISTER = f"""
INSERT INTO {_TABLE} (usager_id, id, digest, document_id)
SELECT %s, id, digest, document_id FROM unnest(%s::uuid[], %s::bytea[], %s::uuid[]) AS new (id, digest, document_id)
ON CONFLICT (usager_id, digest) DO NOTHING
"""  # noqa: S608 - our own table's name


def registration(unit: Unit, designated: Mapping[bytes, UUID]) -> sql.Statement:
    """What ties identifiers to their documents, in one order for all, so that two units never wait for each other.

    Fewer rows than identifiers: someone filed the same at the same moment.
    """
    digests = sorted(designated)
    ids, documents = (sql.array(str(new_id()) for _ in digests), sql.array(str(designated[one]) for one in digests))
    return _REGISTER, [unit.usager_id, ids, sql.array(f"\\\\x{one.hex()}" for one in digests), documents]
