"""The record as FHIR bytes: searches and readings for practice software. Stored bytes are given as they are."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from django.db.models import Q, QuerySet

from ens.access.policies import check_is_individual
from ens.audit import events
from ens.coffre import store
from ens.coffre.services import CONTENT, sealer
from ens.enrolment import queries as enrolment
from ens.kernel.actor import Actor
from ens.persistence.locator import locate
from ens.persistence.unit import Unit, unit_of_work
from ens.record import queries
from ens.record.digests import unique_digest
from ens.record.errors import DocumentNotFound
from ens.record.models import Document, DocumentIdentifier, SubmissionSet
from ens.record.queries import Light
from ens.record.types import OpenedContent, Period, ReferencePage, ReferenceQuery

# Those that are a state of ours, not a code as received.
LABELS: dict[str, Q] = {
    "MASQUE_PS": Q(is_masked=True),
    "INVISIBLE_PATIENT": Q(held_back_since__isnull=False),
    "INVISIBLE_REPRESENTANTS_LEGAUX": Q(hidden_from_representatives=True),
}


def find_references(usager_id: UUID, query: ReferenceQuery, *, by: Actor) -> ReferencePage:
    """ITI-67: the DocumentReferences the actor may read that match. Errors: SpaceAbsent, PersonRequired."""

    def act(unit: Unit) -> ReferencePage:
        events.documents_searched(unit, attempt=True)
        enrolment.check_open(unit)
        visible = _visible(unit, _filtered(unit, query))
        kept, cursor = _page([(row.act_at, row.id, row.meta_version) for row in visible], query)
        resources = [] if query.only_count else _resources(unit, Document, kept)
        events.documents_searched(unit, found=len(visible))
        return ReferencePage(resources, [key for _, key, _ in kept], len(visible), cursor)

    return unit_of_work(usager_id, act, by=by)


def _visible(unit: Unit, rows: QuerySet[Document]) -> list[Light]:
    return queries.all_readable(unit, map(Light._make, rows.values_list(*Light._fields)))


def _filtered(unit: Unit, query: ReferenceQuery) -> QuerySet[Document]:
    rows = Document.objects.filter(usager_id=unit.usager_id)
    for field, values in (
        ("status__in", query.statuses),
        ("type_code__in", query.types),
        ("class_code__in", query.classes),
        ("format_code__in", query.formats),
        ("id__in", query.ids),
        ("replaces_id__in", query.relates_to),
    ):
        if values:
            rows = rows.filter(**{field: list(values)})
    for parameter, values in (
        ("facility", query.facilities),
        ("setting", query.settings),
        ("event", query.events),
        ("author", query.authors),
    ):
        if values:
            rows = rows.filter(codes__overlap=[f"{parameter}|{value}"[:120] for value in values])
    if query.security_labels:
        wanted = Q()
        for label in query.security_labels:
            wanted |= LABELS.get(label, Q(codes__contains=[f"label|{label}"[:120]]))
        rows = rows.filter(wanted)
    if query.identifiers:
        rows = rows.filter(_identified(unit, query.identifiers))
    if query.archived is not None:
        rows = rows.filter(is_archived=query.archived)
    for field, period in (("filed_at", query.date), ("created_at", query.creation), ("act_at", query.period)):
        rows = rows.filter(_within(field, period))
    sign = "-" if query.newest_first else ""
    return rows.order_by(f"{sign}act_at", f"{sign}id")


def _identified(unit: Unit, identifiers: tuple[str, ...]) -> Q:
    digests = [unique_digest(unit.usager_id, one) for one in identifiers]
    known = DocumentIdentifier.objects.filter(usager_id=unit.usager_id, digest__in=digests)
    wanted = Q(id__in=list(known.values_list("document_id", flat=True)))
    ours = [key for one in identifiers if (key := _uuid(one)) is not None]
    return wanted | Q(id__in=ours) | Q(logical_id__in=ours)


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


Place = tuple[datetime, UUID, int]  # date, id, version of the bytes
Cursor = tuple[datetime, UUID]


def _page(places: list[Place], query: ReferenceQuery) -> tuple[list[Place], Cursor | None]:
    """Places are in order; the next page starts after the cursor's (date, id), so that equal dates lose nothing."""
    if query.cursor is not None:
        after = query.cursor
        places = [one for one in places if (one[:2] < after if query.newest_first else one[:2] > after)]
    kept = places[: query.count]
    return kept, kept[-1][:2] if kept and len(places) > len(kept) else None


def _resources(unit: Unit, model: type[Any], places: list[Place]) -> list[bytes]:
    """The stored bytes, in order."""
    seal = sealer(unit)
    rows = model.objects.filter(usager_id=unit.usager_id, id__in=[key for _, key, _ in places])
    sealed = dict(rows.values_list("id", "sealed_resource"))
    return [seal.open("fhir", key, sealed[key], version) for _, key, version in places]


def read_reference(document_id: UUID, *, by: Actor) -> tuple[bytes, int]:
    """One DocumentReference and its version. Errors: NobodyThere, DocumentNotFound, SpaceAbsent, PersonRequired."""

    def act(unit: Unit) -> tuple[bytes, int]:
        events.document_read(unit, document_id, attempt=True)
        enrolment.check_open(unit)
        document = queries.readable(unit, document_id)
        bytes_ = sealer(unit).open("fhir", document.id, document.sealed_resource, document.meta_version)
        events.document_read(unit, document.id, title=queries.traced_title(unit, document))
        return bytes_, document.meta_version

    return unit_of_work(locate(document_id), act, by=by)


def read_binary(binary_id: UUID, *, by: Actor) -> OpenedContent:
    """ITI-68: the bytes of a document, as they came. Same errors as ``read_reference``."""

    def act(unit: Unit) -> OpenedContent:
        events.document_downloaded(unit, binary_id, attempt=True)
        enrolment.check_open(unit)
        found = (
            Document.objects.filter(usager_id=unit.usager_id, binary_id=binary_id).values_list("id", flat=True).first()
        )
        if found is None:
            raise DocumentNotFound()
        document = queries.readable(unit, found)
        data = sealer(unit).open(CONTENT, binary_id, store.get(binary_id))
        events.document_downloaded(unit, document.id, title=queries.traced_title(unit, document))
        return OpenedContent(data, document.media_type, queries.card_of(unit, document)["filename"])

    return unit_of_work(locate(binary_id), act, by=by)


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
        found = [(at, key, 1) for at, key in rows.order_by(f"{sign}sent_at", f"{sign}id").values_list("sent_at", "id")]
        kept, cursor = _page(found, query)
        resources = [] if query.only_count else _resources(unit, SubmissionSet, kept)
        shown = [_without(raw, hidden) for raw in resources]
        events.documents_searched(unit, found=len(found))
        return ReferencePage(shown, [key for _, key, _ in kept], len(found), cursor)

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
