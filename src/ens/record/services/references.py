"""The record as FHIR bytes: searches and readings for practice software. Stored bytes are given as they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

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
from ens.record.errors import DocumentNotFound
from ens.record.judging import normal_id
from ens.record.models import Document, OtherIdentifier, SubmissionSet
from ens.record.services.deposit import unique_digest
from ens.record.types import OpenedContent, Period, ReferencePage, ReferenceQuery

LABELS: dict[str, Q] = {
    "MASQUE_PS": Q(is_masked=True),
    "INVISIBLE_PATIENT": Q(held_back_until__isnull=False),
    "INVISIBLE_REPRESENTANTS_LEGAUX": Q(hidden_from_representatives=True),
    "N": Q(),
}


def find_references(usager_id: UUID, query: ReferenceQuery, *, by: Actor) -> ReferencePage:
    """ITI-67: the DocumentReferences the actor may read that match. Errors: SpaceAbsent, PersonRequired."""

    def act(unit: Unit) -> ReferencePage:
        events.documents_searched(unit, attempt=True)
        enrolment.check_open(unit)
        rows = _filtered(unit, query)
        light = list(rows.defer("sealed_resource", "sealed_card", "codes"))
        visible = queries.all_readable(unit, light)
        kept, cursor = _page(visible, query, lambda row: row.act_at)
        resources = [] if query.only_count else _resources(unit, Document, kept)
        events.documents_searched(unit, found=len(visible))
        return ReferencePage(resources, [row.id for row in kept], len(visible), cursor)

    return unit_of_work(usager_id, act, by=by)


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
        wanted = Q(pk__in=[])
        for label in query.security_labels:
            wanted |= LABELS.get(label, Q(pk__in=[]))
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
    digests = [unique_digest(unit.usager_id, normal_id(one)) for one in identifiers]
    others = OtherIdentifier.objects.filter(usager_id=unit.usager_id, digest__in=digests)
    wanted = Q(unique_id_digest__in=digests) | Q(id__in=list(others.values_list("document_id", flat=True)))
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


def _page(rows: list[Any], query: ReferenceQuery, at: Callable[[Any], Any]) -> tuple[list[Any], Any]:
    """Rows are in order; the next page starts after the cursor's (date, id), so that equal dates lose nothing."""
    if query.cursor is not None:
        date, key = query.cursor
        newest = query.newest_first
        rows = [row for row in rows if ((at(row), row.id) < (date, key)) is newest and (at(row), row.id) != (date, key)]
    kept = rows[: query.count]
    more = len(rows) > len(kept) and kept
    return kept, (at(kept[-1]), kept[-1].id) if more else None


def _resources(unit: Unit, model: type[Any], rows: list[Any]) -> list[bytes]:
    """The stored bytes, in the rows' order."""
    seal = sealer(unit)
    sealed = dict(
        model.objects.filter(usager_id=unit.usager_id, id__in=[row.id for row in rows]).values_list(
            "id", "sealed_resource"
        )
    )
    return [seal.open("fhir", row.id, sealed[row.id], getattr(row, "meta_version", 1)) for row in rows]


def read_reference(document_id: UUID, *, by: Actor) -> tuple[bytes, int]:
    """One DocumentReference and its version. Errors: NobodyThere, DocumentNotFound, SpaceAbsent, PersonRequired."""

    def act(unit: Unit) -> tuple[bytes, int]:
        events.document_read(unit, document_id, attempt=True)
        enrolment.check_open(unit)
        document = queries.readable(unit, document_id)
        bytes_ = sealer(unit).open("fhir", document.id, document.sealed_resource, document.meta_version)
        events.document_read(unit, document.id, title=queries.card_of(unit, document)["title"])
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
        inside = queries.card_of(unit, document)
        data = sealer(unit).open(CONTENT, binary_id, store.get(binary_id))
        events.document_downloaded(unit, document.id, title=inside["title"])
        return OpenedContent(data, document.media_type, inside["filename"])

    return unit_of_work(locate(binary_id), act, by=by)


def find_sets(usager_id: UUID, query: ReferenceQuery, *, by: Actor) -> ReferencePage:
    """ITI-66: the SubmissionSets that hold at least one document the actor may read."""

    def act(unit: Unit) -> ReferencePage:
        events.documents_searched(unit, attempt=True)
        enrolment.check_open(unit)
        rows = SubmissionSet.objects.filter(usager_id=unit.usager_id, id__in=_visible_sets(unit))
        if query.statuses:
            rows = rows.filter(status__in=list(query.statuses))
        if query.identifiers:
            wanted = [unique_digest(unit.usager_id, normal_id(one)) for one in query.identifiers]
            rows = rows.filter(unique_id_digest__in=wanted)
        rows = rows.filter(_within("sent_at", query.date))
        sign = "-" if query.newest_first else ""
        found = list(rows.defer("sealed_resource").order_by(f"{sign}sent_at", f"{sign}id"))
        kept, cursor = _page(found, query, lambda row: row.sent_at)
        resources = [] if query.only_count else _resources(unit, SubmissionSet, kept)
        events.documents_searched(unit, found=len(found))
        return ReferencePage(resources, [row.id for row in kept], len(found), cursor)

    return unit_of_work(usager_id, act, by=by)


def _visible_sets(unit: Unit) -> list[UUID]:
    rows = Document.objects.filter(usager_id=unit.usager_id, set_id__isnull=False).defer(
        "sealed_resource", "sealed_card"
    )
    return sorted({row.set_id for row in queries.all_readable(unit, list(rows)) if row.set_id is not None})


def read_set(set_id: UUID, *, by: Actor) -> bytes:
    """One SubmissionSet (List). Same errors as ``read_reference``."""

    def act(unit: Unit) -> bytes:
        events.set_read(unit, set_id, attempt=True)
        enrolment.check_open(unit)
        check_is_individual(unit.by)
        row = SubmissionSet.objects.filter(usager_id=unit.usager_id, id=set_id).first()
        if row is None or set_id not in _visible_sets(unit):
            raise DocumentNotFound()
        events.set_read(unit, set_id)
        return sealer(unit).open("fhir", set_id, row.sealed_resource)

    return unit_of_work(locate(set_id), act, by=by)
