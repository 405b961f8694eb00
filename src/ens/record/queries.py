"""The one door to documents: facts gathered here, judged by ``access``."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple, TypeVar
from uuid import UUID

from ens.access import queries as access
from ens.access.policies import check_is_individual, decide_read, is_held_back
from ens.access.types import Decision, DocumentFacts
from ens.coffre.services import sealer
from ens.kernel import clock
from ens.persistence.sql import Question
from ens.persistence.unit import Unit
from ens.record.digests import author_digest
from ens.record.errors import DocumentNotFound
from ens.record.models import Document
from ens.record.types import CURRENT

NEW_DAYS = 30


class Light(NamedTuple):
    """The few columns a search decides on: no model object is built on this path (DESIGN 3)."""

    id: UUID
    act_at: datetime
    meta_version: int
    set_id: UUID | None
    type_code: str
    status: str
    is_masked: bool
    held_back_since: datetime | None
    hidden_from_representatives: bool
    declared_author_digest: bytes | None


class Taken(NamedTuple):
    """The same, with the bytes that a search gives."""

    id: UUID
    act_at: datetime
    meta_version: int
    set_id: UUID | None
    type_code: str
    status: str
    is_masked: bool
    held_back_since: datetime | None
    hidden_from_representatives: bool
    declared_author_digest: bytes | None
    sealed_resource: bytes


class Listed(NamedTuple):
    """What a list filters and counts on, all of it in clear: nothing is opened to go past a row."""

    id: UUID
    act_at: datetime
    category: str
    type_code: str
    status: str
    is_masked: bool
    held_back_since: datetime | None
    hidden_from_representatives: bool
    declared_author_digest: bytes | None


class Stored(NamedTuple):
    """The columns a software's reading of one document needs, beside those of ``Light``."""

    id: UUID
    act_at: datetime
    meta_version: int
    set_id: UUID | None
    type_code: str
    status: str
    is_masked: bool
    held_back_since: datetime | None
    hidden_from_representatives: bool
    declared_author_digest: bytes | None
    media_type: str
    sealed_card: bytes
    sealed_resource: bytes


_STORED = f"SELECT {', '.join(Stored._fields)} FROM record_document WHERE usager_id = %s AND "  # noqa: S608 - constants
_BY_ID = _STORED + "id = %s"
_BY_BINARY = _STORED + "binary_id = %s ORDER BY id LIMIT 1"

Row = TypeVar("Row", Document, Light, Taken, Listed)


def facts(unit: Unit, document: Document | Light | Taken | Listed | Stored) -> DocumentFacts:
    """What access decides on. The author is known by the keyed digest of their RPPS."""
    rpps, author, since = unit.by.rpps, document.declared_author_digest, document.held_back_since
    return DocumentFacts(
        type_code=document.type_code,
        is_masked=document.is_masked,
        is_held_back=since is not None,
        declared_author_rpps=rpps if rpps and author is not None and bytes(author) == _own_digest(unit) else "",
        status=document.status,
        held_back_since=since.astimezone(clock.PARIS).date() if since else None,
        is_hidden_from_representatives=document.hidden_from_representatives,
    )


def _own_digest(unit: Unit) -> bytes:
    known: bytes | None = unit.cache.get("record.own_digest")
    if known is None:
        known = unit.cache["record.own_digest"] = author_digest(unit.usager_id, unit.by.rpps)
    return known


def decision(unit: Unit, document: Document | Light | Taken | Listed | Stored) -> Decision:
    """May the unit's actor read it, and why: once for documents alike."""
    known: dict[tuple[Any, ...], Decision] = unit.cache.setdefault("record.decisions", {})
    author = document.declared_author_digest
    alike = (
        document.type_code,
        document.status,
        document.is_masked,
        document.held_back_since,
        document.hidden_from_representatives,
        None if author is None else bytes(author),
    )
    if alike not in known:
        known[alike] = decide_read(access.reader_facts(unit), facts(unit, document))
    return known[alike]


def readable(unit: Unit, document_id: UUID) -> Document:
    """A document the unit's actor may read. Errors: DocumentNotFound, PersonRequired."""
    check_is_individual(unit.by)
    document = Document.objects.filter(usager_id=unit.usager_id, id=document_id).first()
    if document is None or not decision(unit, document).allowed:
        raise DocumentNotFound()
    return document


def stored(
    usager_id: UUID, *, document_id: UUID | None = None, binary_id: UUID | None = None
) -> Question[Stored | None]:
    """A document by its id or its content's, without a model object: to be asked as a unit opens, then judged."""
    by_id = document_id is not None
    return Question(
        _BY_ID if by_id else _BY_BINARY,
        [usager_id, document_id if by_id else binary_id],
        lambda rows: Stored._make(rows[0]) if rows else None,
    )


def readable_stored(unit: Unit, document: Stored | None) -> Stored:
    """The answer to ``stored``, if the unit's actor may read it. Same errors as ``readable``."""
    check_is_individual(unit.by)
    if document is None or not decision(unit, document).allowed:
        raise DocumentNotFound()
    return document


def all_readable(unit: Unit, documents: Iterable[Row]) -> list[Row]:
    """Those of a list that the actor may read: the others are in no count either."""
    check_is_individual(unit.by)
    return [document for document in documents if decision(unit, document).allowed]


def card_of(unit: Unit, document: Document | Stored) -> dict[str, Any]:
    """The sealed card: title, labels, differences."""
    found: dict[str, Any] = sealer(unit).open_json("document", document.id, document.sealed_card)
    return found


def traced_title(unit: Unit, document: Document | Stored) -> str:
    """The title as the usager's history may show it: not while it waits for its announcement (R1111-53)."""
    if is_held_back(facts(unit, document), today=clock.today()):
        return ""
    return str(card_of(unit, document)["title"])


def on_record(unit: Unit, contents: Iterable[bytes]) -> dict[bytes, UUID]:
    """The current document that holds each of these contents (``content_digest``); one query.

    Only of what the unit's actor may read: an answer here never tells of another document.
    """
    wanted = set(contents)
    if not wanted:
        return {}
    rows = Document.objects.filter(usager_id=unit.usager_id, content_digest__in=wanted, status=CURRENT)
    return {bytes(row.content_digest): row.id for row in all_readable(unit, rows)}


def sizes(unit: Unit, documents: list[UUID]) -> dict[UUID, int]:
    """In octets, of documents that the unit was shown."""
    return dict(Document.objects.filter(usager_id=unit.usager_id, id__in=documents).values_list("id", "size"))
