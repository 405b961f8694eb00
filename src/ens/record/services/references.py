"""The record as FHIR bytes: searches and readings for practice software. Stored bytes are given as they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Q

from ens.access.policies import check_is_individual
from ens.audit import events
from ens.coffre import store
from ens.coffre.services import CONTENT, sealer
from ens.enrolment import queries as enrolment
from ens.kernel.actor import Actor
from ens.persistence import sql
from ens.persistence.locator import locate
from ens.persistence.unit import Unit, unit_of_work
from ens.record import queries
from ens.record.digests import unique_digest
from ens.record.errors import DocumentNotFound
from ens.record.models import Document, DocumentIdentifier, SubmissionSet
from ens.record.queries import Light, Taken
from ens.record.types import OpenedContent, Period, ReferencePage, ReferenceQuery

# Those that are a state of ours, not a code as received.
LABELS = {
    "MASQUE_PS": "is_masked",
    "INVISIBLE_PATIENT": "held_back_since IS NOT NULL",
    "INVISIBLE_REPRESENTANTS_LEGAUX": "hidden_from_representatives",
}


def find_references(usager_id: UUID, query: ReferenceQuery, *, by: Actor) -> ReferencePage:
    """ITI-67: the DocumentReferences the actor may read that match. Errors: SpaceAbsent, PersonRequired."""

    takes_a_page = not query.only_count and query.cursor is None
    # An identifier is looked up first, in the unit.
    ahead = [_first_page(usager_id, query)] if takes_a_page and not query.identifiers else []

    def act(unit: Unit) -> ReferencePage:
        events.documents_searched(unit, attempt=True)
        enrolment.check_open(unit)
        if not takes_a_page:
            page = _page_after(unit, query, {})
        else:
            taken = unit.answers[0] if ahead else sql.ask(_first_page(usager_id, query, unit))
            page = _begun_by(unit, query, taken)
        events.documents_searched(unit, found=page.total)
        return page

    return unit_of_work(usager_id, act, by=by, asking=ahead)


def _first_page(usager_id: UUID, query: ReferenceQuery, unit: Unit | None = None) -> sql.Question[list[Taken]]:
    """The first documents that match, with their bytes, and one more: of most people that is all there is."""
    criteria, values = _criteria(usager_id, query, unit)
    statement = f"SELECT {_TAKEN} FROM record_document WHERE {enrolment.SEEMS_OPEN} AND {criteria} LIMIT %s"  # noqa: S608
    return sql.Question(statement, [usager_id, *values, query.count + 1], lambda rows: list(map(Taken._make, rows)))


def _begun_by(unit: Unit, query: ReferenceQuery, taken: list[Taken]) -> ReferencePage:
    """The page, of documents taken with their bytes: all of it, unless there are others behind."""
    seal = sealer(unit)
    visible = queries.all_readable(unit, taken[: query.count])
    opened = [seal.open("fhir", one.id, one.sealed_resource, one.meta_version) for one in visible]
    ids = [one.id for one in visible]
    if len(taken) > query.count:
        return _page_after(unit, query, dict(zip(ids, opened, strict=True)))
    return ReferencePage(opened, ids, len(ids), None)


def _page_after(unit: Unit, query: ReferenceQuery, at_hand: dict[UUID, bytes]) -> ReferencePage:
    """A page among all the documents that match and that the actor may read; ``at_hand``: bytes already opened."""
    criteria, values = _criteria(unit.usager_id, query, unit)
    found = sql.rows(f"SELECT {_LIGHT} FROM record_document WHERE {criteria}", values)  # noqa: S608 - our own names
    visible = queries.all_readable(unit, map(Light._make, found))
    kept, cursor = _page([(row.act_at, row.id) for row in visible], query)
    ids = [key for _, key in kept]
    return ReferencePage([] if query.only_count else _documents(unit, ids, at_hand), ids, len(visible), cursor)


_LIGHT, _TAKEN = ", ".join(Light._fields), ", ".join(Taken._fields)


def _criteria(usager_id: UUID, query: ReferenceQuery, unit: Unit | None) -> tuple[str, list[Any]]:
    """The criteria and the order as SQL; an identifier is looked up in the unit."""
    wanted, values = _conditions(usager_id, query, unit)
    way = "DESC" if query.newest_first else "ASC"
    return f"{' AND '.join(wanted)} ORDER BY act_at {way}, id {way}", values


def _conditions(usager_id: UUID, query: ReferenceQuery, unit: Unit | None) -> tuple[list[str], list[Any]]:
    """The criteria as SQL: texts are constants of this module, values are bound."""
    wanted, values = ["usager_id = %s"], [usager_id]

    def add(condition: str, *bound: Any) -> None:
        wanted.append(condition)
        values.extend(bound)

    for column, codes in (
        ("status", query.statuses),
        ("type_code", query.types),
        ("class_code", query.classes),
        ("format_code", query.formats),
        ("id", query.ids),
        ("replaces_id", query.relates_to),
    ):
        if len(codes) == 1:  # said so, the index gives the order too
            add(f"{column} = %s", codes[0])
        elif codes:
            add(f"{column} = ANY(%s)", list(codes))
    for parameter, codes in (
        ("facility", query.facilities),
        ("setting", query.settings),
        ("event", query.events),
        ("author", query.authors),
    ):
        if codes:
            add("codes && %s::varchar[]", [f"{parameter}|{code}"[:120] for code in codes])
    if query.security_labels:
        known = [LABELS[label] for label in query.security_labels if label in LABELS]
        others = [f"label|{label}"[:120] for label in query.security_labels if label not in LABELS]
        add(f"({' OR '.join([*known, 'codes && %s::varchar[]'])})", others)
    if query.identifiers and unit is not None:
        add("(id = ANY(%s) OR logical_id = ANY(%s))", *_identified(unit, query.identifiers))
    if query.archived is not None:
        add("is_archived = %s", query.archived)
    for column, period in (("filed_at", query.date), ("created_at", query.creation), ("act_at", query.period)):
        if period and period.start:
            add(f"{column} >= %s", period.start)
        if period and period.end:
            add(f"{column} <= %s", period.end)
    return wanted, values


def _identified(unit: Unit, identifiers: tuple[str, ...]) -> tuple[list[UUID], list[UUID]]:
    """Ids of documents, and logical ids, that these identifiers may mean: a producer's, or ours."""
    digests = [unique_digest(unit.usager_id, one) for one in identifiers]
    known = DocumentIdentifier.objects.filter(usager_id=unit.usager_id, digest__in=digests)
    ours = [key for one in identifiers if (key := _uuid(one)) is not None]
    return [*known.values_list("document_id", flat=True), *ours], ours


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text.removeprefix("urn:uuid:"))
    except ValueError:
        return None


def _within(field: str, period: Period | None) -> Q:
    wanted = Q()
    if period and period.start:
        wanted &= Q(**{f"{field}__gte": period.start})
    if period and period.end:
        wanted &= Q(**{f"{field}__lte": period.end})
    return wanted


Place = tuple[datetime, UUID]
Cursor = Place


def _page(places: list[Place], query: ReferenceQuery) -> tuple[list[Place], Cursor | None]:
    """Places are in order; the next page starts after the cursor's (date, id), so that equal dates lose nothing."""
    if query.cursor is not None:
        after = query.cursor
        places = [one for one in places if (one < after if query.newest_first else one > after)]
    kept = places[: query.count]
    return kept, kept[-1] if kept and len(places) > len(kept) else None


def _documents(unit: Unit, keys: list[UUID], at_hand: dict[UUID, bytes]) -> list[bytes]:
    """The stored bytes, in order: those at hand, and the others read for it."""
    missing = [key for key in keys if key not in at_hand]
    if missing:
        seal = sealer(unit)
        # The version is of the row the bytes come from: a mask set meanwhile seals both anew.
        for key, version, sealed in sql.rows(_SEALED_DOCUMENTS, [unit.usager_id, missing]):
            at_hand[key] = seal.open("fhir", key, sealed, version)
    return [at_hand[key] for key in keys]


_SEALED_DOCUMENTS = """
SELECT id, meta_version, sealed_resource FROM record_document WHERE usager_id = %s AND id = ANY(%s)
"""
_SEALED_SETS = "SELECT id, sealed_resource FROM record_submissionset WHERE usager_id = %s AND id = ANY(%s)"


def _submission_sets(unit: Unit, keys: list[UUID]) -> list[bytes]:
    if not keys:
        return []
    seal = sealer(unit)
    sealed: dict[UUID, bytes] = dict(sql.rows(_SEALED_SETS, [unit.usager_id, keys]))
    return [seal.open("fhir", key, sealed[key]) for key in keys]


def read_reference(document_id: UUID, *, by: Actor) -> tuple[bytes, int]:
    """One DocumentReference and its version. Errors: NobodyThere, DocumentNotFound, SpaceAbsent, PersonRequired."""

    def act(unit: Unit) -> tuple[bytes, int]:
        events.document_read(unit, document_id, attempt=True)
        enrolment.check_open(unit)
        document = queries.readable_stored(unit, *unit.answers)
        bytes_ = sealer(unit).open("fhir", document.id, document.sealed_resource, document.meta_version)
        events.document_read(unit, document.id, title=queries.traced_title(unit, document))
        return bytes_, document.meta_version

    usager_id = locate(document_id)
    asked = queries.stored(usager_id, document_id=document_id)
    return unit_of_work(usager_id, act, by=by, asking=[asked])


def read_binary(binary_id: UUID, *, by: Actor) -> OpenedContent:
    """ITI-68: the bytes of a document, as they came. Same errors as ``read_reference``."""

    def act(unit: Unit) -> OpenedContent:
        events.document_downloaded(unit, binary_id, attempt=True)
        enrolment.check_open(unit)
        document = queries.readable_stored(unit, *unit.answers)
        data = sealer(unit).open(CONTENT, binary_id, store.get(binary_id))
        events.document_downloaded(unit, document.id, title=queries.traced_title(unit, document))
        return OpenedContent(data, document.media_type, queries.card_of(unit, document)["filename"])

    usager_id = locate(binary_id)
    asked = queries.stored(usager_id, binary_id=binary_id)
    return unit_of_work(usager_id, act, by=by, asking=[asked])


def find_sets(usager_id: UUID, query: ReferenceQuery, *, by: Actor) -> ReferencePage:
    """ITI-66: the SubmissionSets that hold at least one document the actor may read. Same errors as searches."""

    def act(unit: Unit) -> ReferencePage:
        events.documents_searched(unit, attempt=True)
        enrolment.check_open(unit)
        visible, hidden = _sets(unit)
        rows = SubmissionSet.objects.filter(usager_id=unit.usager_id, id__in=sorted(visible))
        if query.statuses:
            rows = rows.filter(status__in=list(query.statuses))
        if query.ids:
            rows = rows.filter(id__in=list(query.ids))
        if query.identifiers:
            wanted = [unique_digest(unit.usager_id, one) for one in query.identifiers]
            rows = rows.filter(unique_id_digest__in=wanted)
        rows = rows.filter(_within("sent_at", query.date))
        sign = "-" if query.newest_first else ""
        found = list(rows.order_by(f"{sign}sent_at", f"{sign}id").values_list("sent_at", "id"))
        kept, cursor = _page(found, query)
        resources = [] if query.only_count else _submission_sets(unit, [key for _, key in kept])
        shown = [_without(raw, hidden) for raw in resources]
        events.documents_searched(unit, found=len(found))
        return ReferencePage(shown, [key for _, key in kept], len(found), cursor)

    return unit_of_work(usager_id, act, by=by)


def _sets(unit: Unit) -> tuple[set[UUID], set[str]]:
    """The sets with a document the actor may read, and the references they may not know of."""
    rows = Document.objects.filter(usager_id=unit.usager_id).values_list(*Light._fields)
    every = [Light._make(row) for row in rows]
    readable = queries.all_readable(unit, every)
    hidden = {row.id for row in every} - {row.id for row in readable}
    return {row.set_id for row in readable if row.set_id}, {f"DocumentReference/{key}" for key in hidden}


def _without(raw: bytes, hidden: set[str]) -> bytes:
    """A List that names only what its reader may know of."""
    if not hidden:
        return raw
    resource = orjson.loads(raw)
    resource["entry"] = [entry for entry in resource["entry"] if entry["item"]["reference"] not in hidden]
    return orjson.dumps(resource)


def read_set(set_id: UUID, *, by: Actor) -> bytes:
    """One SubmissionSet (List). Same errors as ``read_reference``."""

    def act(unit: Unit) -> bytes:
        events.set_read(unit, set_id, attempt=True)
        enrolment.check_open(unit)
        check_is_individual(unit.by)
        row = SubmissionSet.objects.filter(usager_id=unit.usager_id, id=set_id).first()
        visible, hidden = _sets(unit)
        if row is None or set_id not in visible:
            raise DocumentNotFound()
        events.set_read(unit, set_id)
        return _without(sealer(unit).open("fhir", set_id, row.sealed_resource), hidden)

    return unit_of_work(locate(set_id), act, by=by)
