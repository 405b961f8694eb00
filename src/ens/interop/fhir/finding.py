"""Searches and reads: what the record's index answers, refined on the resources when a criterion asks for more."""

from __future__ import annotations

import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from hmac import compare_digest
from typing import Any
from uuid import UUID

import orjson

from ens.access.policies import check_is_individual
from ens.coffre.keyring import digest
from ens.interop.fhir.errors import CursorInvalid, ResourceAbsent
from ens.interop.fhir.matching import matches
from ens.interop.fhir.patients import usager_of
from ens.interop.fhir.search import Search, Token
from ens.kernel.actor import Actor
from ens.kernel.errors import Absent
from ens.record import services as record
from ens.record.types import OpenedContent, ReferencePage, ReferenceQuery

CHUNK = 200
_LOINC = re.compile(r"\d{1,7}-\d\Z")

# Search parameter → field of the record's query, when codes alone decide.
_FIELDS = {
    "status": "statuses",
    "type": "types",
    "format": "formats",
    "facility": "facilities",
    "setting": "settings",
    "event": "events",
    "identifier": "identifiers",
}
# The only systems that need no second look: their codes are written nowhere else.
_SURE = {"type": {"http://loinc.org"}, "identifier": {"urn:ietf:rfc:3986"}}

Cursor = tuple[datetime, UUID] | None


@dataclass(frozen=True, slots=True)
class Page:
    resources: list[tuple[str, bytes]]
    total: int | None
    next_cursor: str | None


@dataclass(frozen=True, slots=True)
class FoundResource:
    resource: bytes
    version: int
    modified: datetime | None


NOTHING = Page([], 0, None)


def find(search: Search, *, by: Actor) -> Page:
    """A page of what the actor may know of. Nobody, a closed space, nothing readable: an empty page.

    Errors: PersonRequired, CursorInvalid.
    """
    stamp = stamp_of(search, by)
    start, after = read_cursor(search.cursor, stamp)
    query, is_exact = to_query(search)
    page = NOTHING
    try:
        if search.patient is not None and query is not None:
            usager_id = usager_of(search.patient)
            if is_exact:
                page = _indexed(search, _call(search.kind, usager_id, replace(query, cursor=start), by), stamp)
            else:
                page = _refined(search, usager_id, query, start, after, by, stamp)
    except Absent:
        page = NOTHING  # traced as refused; the answer must not say why
    check_is_individual(by)  # after: the refusal is in the usager's history, and alike when there is no usager
    return page


def _call(kind: str, usager_id: UUID, query: ReferenceQuery, by: Actor) -> ReferencePage:
    ask = record.find_sets if kind == "List" else record.find_references
    return ask(usager_id, query, by=by)


def _indexed(search: Search, page: ReferencePage, stamp: bytes) -> Page:
    if search.only_count:
        return Page([], page.total, None)
    following = write_cursor(page.next_cursor, None, stamp) if page.next_cursor else None
    return Page(list(zip(_texts(page.ids), page.resources, strict=True)), page.total, following)


def _texts(ids: list[UUID]) -> list[str]:
    """``str`` of each, written together: one by one it is as long as opening their resources."""
    found: list[str] = orjson.loads(orjson.dumps(ids))
    return found


def _refined(
    search: Search, usager_id: UUID, query: ReferenceQuery, start: Cursor, after: UUID | None, by: Actor, stamp: bytes
) -> Page:
    """Walk the index by chunks, keeping what meets every criterion; the total is counted when it is asked for."""
    wanted = 0 if search.only_count else search.count
    kept: list[tuple[str, bytes]] = []
    following, total, counting = None, 0, search.only_count or search.with_total
    query = replace(query, count=CHUNK, only_count=False)
    cursor, skipping = (None, None) if counting else (start, after)
    given = not counting or (start is None and after is None)
    while True:
        page = _call(search.kind, usager_id, replace(query, cursor=cursor), by)
        if not given and cursor == start:
            given, skipping = True, after
        meeting = [
            (key, raw) for key, raw in zip(page.ids, page.resources, strict=True) if matches(orjson.loads(raw), search)
        ]
        total += len(meeting)
        if given and wanted and following is None:
            rest = _after(meeting, skipping)
            room = wanted - len(kept)
            kept += [(str(key), raw) for key, raw in rest[:room]]
            if len(rest) > room:
                last = rest[room - 1][0] if room else None
                following = write_cursor(cursor, last, stamp)
            elif len(kept) == wanted and page.next_cursor:
                following = write_cursor(page.next_cursor, None, stamp)
            skipping = None
        cursor = page.next_cursor
        if cursor is None or (following is not None and not counting):
            return Page(kept, total if counting else None, following)


def _after(meeting: list[tuple[UUID, bytes]], last: UUID | None) -> list[tuple[UUID, bytes]]:
    place = next((place for place, (key, _) in enumerate(meeting) if key == last), None)
    return meeting if place is None else meeting[place + 1 :]


# -- from parameters to the record's query ------------------------------------------------------------------
def to_query(search: Search) -> tuple[ReferenceQuery | None, bool]:
    """The record's query that finds at least what is searched, and whether it finds exactly that.

    None when no resource can meet the search.
    """
    fields: dict[str, Any] = {
        "count": search.count,
        "only_count": search.only_count,
        "newest_first": search.descending if search.sort else True,
    }
    exact = not search.references and not search.strings
    for name, tokens in search.tokens:
        exact = _add_tokens(fields, search.kind, name, tokens) and exact
        if any(value == () for value in fields.values()):
            return None, True
    # Dates are compared with the resource's own elements, which the index keeps under other meanings.
    return ReferenceQuery(**fields), exact and not search.dates


def _add_tokens(fields: dict[str, Any], kind: str, name: str, tokens: tuple[Token, ...]) -> bool:
    codes = [token.code for token in tokens if token.code]
    if name == "_id":
        return _narrow(fields, "ids", [found for code in codes if (found := _uuid(code))])
    field = _FIELDS.get(name)
    if kind == "List" and name not in ("status", "identifier"):
        return False
    if field is None or len(codes) < len(tokens):
        return False
    _narrow(fields, field, codes)
    sure = _SURE.get(name, set())
    return all(
        token.system is None or (token.system in sure and (name != "type" or bool(_LOINC.match(token.code or ""))))
        for token in tokens
    )


def _narrow(fields: dict[str, Any], field: str, values: Iterable[Any]) -> bool:
    found = tuple(dict.fromkeys(values))
    before = fields.get(field)
    fields[field] = found if before is None else tuple(value for value in before if value in found)
    return True


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


# -- cursors --------------------------------------------------------------------------------------------------
_FREE = ("_count", "_format", "_pretty", "_summary", "_total")  # may change from a page to the next
_STAMP = 12  # bytes


def stamp_of(search: Search, by: Actor) -> bytes:
    """What ties a page to who asked, of whom, and what: a cursor serves nobody else and nothing else.

    On the patient as named, before anything is looked up, so that a false cursor tells nothing of who has a space.
    """
    asked = [f"{name}={value}" for name, value in search.understood if name not in _FREE]
    return digest("curseur", by.kind.value, by.id, by.client_id or "", search.kind, *asked)[:_STAMP]


def write_cursor(start: Cursor, after: UUID | None, stamp: bytes) -> str:
    """Where the next page begins: a place of the index, and the last resource given after it."""
    parts = [start[0].isoformat(), str(start[1])] if start else ["", ""]
    place = "/".join([*parts, str(after or "")]).encode()
    return urlsafe_b64encode(_proof(place, stamp) + place).decode().rstrip("=")


def read_cursor(text: str, stamp: bytes) -> tuple[Cursor, UUID | None]:
    """Errors: CursorInvalid."""
    if not text:
        return None, None
    try:
        raw = urlsafe_b64decode(text + "=" * (-len(text) % 4))
        if not compare_digest(raw[:_STAMP], _proof(raw[_STAMP:], stamp)):
            raise CursorInvalid()
        moment, key, after = raw[_STAMP:].decode().split("/")
        start = (datetime.fromisoformat(moment), UUID(key)) if moment else None
        return start, UUID(after) if after else None
    except ValueError:
        raise CursorInvalid() from None


def _proof(place: bytes, stamp: bytes) -> bytes:
    return digest("curseur", stamp, place)[:_STAMP]


# -- one resource ---------------------------------------------------------------------------------------------
def read(kind: str, key: UUID, *, by: Actor) -> FoundResource:
    """One DocumentReference or List as stored. Errors: ResourceAbsent, PersonRequired."""
    try:
        raw, version = (record.read_set(key, by=by), 1) if kind == "List" else record.read_reference(key, by=by)
    except Absent:
        raise absent(by) from None
    updated = orjson.loads(raw).get("meta", {}).get("lastUpdated")
    return FoundResource(raw, version, datetime.fromisoformat(updated) if updated else None)


def read_binary(key: UUID, *, by: Actor) -> OpenedContent:
    """The bytes of a document. Errors: ResourceAbsent, PersonRequired."""
    try:
        return record.read_binary(key, by=by)
    except Absent:
        raise absent(by) from None


def absent(by: Actor) -> ResourceAbsent:
    """One answer whatever the reason, and for a software that names nobody the one it would have had anyway."""
    check_is_individual(by)
    return ResourceAbsent()
