"""Reading: lists, a document, its bytes, its preview. Each leaves its trace in the same transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from uuid import UUID

import structlog

from ens.audit import events
from ens.audit.queries import lines, opened_by_actor, opened_lately
from ens.audit.types import Event, HistoryFilter
from ens.coffre import store
from ens.coffre.errors import ContentDamaged, StoreUnavailable
from ens.coffre.services import CONTENT, sealer
from ens.enrolment import queries as enrolment
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.persistence.locator import locate
from ens.persistence.unit import Unit, unit_of_work
from ens.record import apart, queries
from ens.record.errors import DocumentNotFound
from ens.record.judging import plain_words
from ens.record.models import Document
from ens.record.types import (
    CURRENT,
    Described,
    DocumentCard,
    DocumentFilter,
    DocumentList,
    OpenedContent,
    OpenedDocument,
    Preview,
    VersionCard,
)
from ens.standards import valuesets

log = structlog.get_logger("ens.record")
READINGS = (Event.DOCUMENT_READ, Event.DOCUMENT_DOWNLOADED)


def list_documents(usager_id: UUID, which: DocumentFilter, *, by: Actor) -> DocumentList:
    """The current documents the actor may read, newest first. Errors: SpaceAbsent, PersonRequired."""

    def act(unit: Unit) -> DocumentList:
        events.documents_searched(unit, attempt=True)
        enrolment.check_open(unit)
        found = list_in(unit, which)
        events.documents_searched(unit, found=found.matching)
        return found

    return unit_of_work(usager_id, act, by=by)


def list_in(unit: Unit, which: DocumentFilter) -> DocumentList:
    """The list inside a unit already open. Only the page's cards are opened, unless the filter is on sealed words."""
    current = Document.objects.filter(usager_id=unit.usager_id, status=CURRENT)
    columns = current.order_by("-act_at", "-id").values_list(*queries.Listed._fields)
    rows = queries.all_readable(unit, [queries.Listed(*row) for row in columns])
    kept = [row for row in rows if _matches(row, which)]
    if which.unread:
        unread = _unread(unit, kept)
        kept = [row for row in kept if row.id in unread]
    page, authors = slice(which.offset, which.offset + which.limit), []
    if which.text or which.author or which.with_authors:
        opened = _cards(unit, rows)
        authors = sorted({one.source_label for one in opened.values() if one.source_kind != "usager"})
        found = [opened[row.id] for row in kept if row.id in opened and _says(opened[row.id], which)]
        matching, cards = len(found), found[page]
    else:
        matching, cards = len(kept), list(_cards(unit, kept[page]).values())
    if unit.by.kind is ActorKind.PROFESSIONNEL:
        shown = {one.id for one in cards}
        if not which.unread:
            unread = _unread(unit, [row for row in rows if row.id in shown])
        cards = [replace(one, is_new=one.id in unread) for one in cards]
    return DocumentList(
        cards=cards,
        total=len(rows),
        matching=matching,
        counts=dict(Counter(row.category for row in rows)),
        years=sorted({_day(row).year for row in rows}, reverse=True),
        authors=authors,
    )


def _unread(unit: Unit, rows: list[queries.Listed]) -> set[UUID]:
    """Those a professional never opened, by the trace: it alone knows every door. What they wrote is known to them."""
    if unit.by.kind is not ActorKind.PROFESSIONNEL:
        return set()
    others = {row.id for row in rows if not queries.facts(unit, row).declared_author_rpps}
    return others - opened_by_actor(unit, others)


def _cards(unit: Unit, rows: list[queries.Listed]) -> dict[UUID, DocumentCard]:
    """The cards of these rows, in their order."""
    asked = Document.objects.filter(usager_id=unit.usager_id, id__in=[row.id for row in rows])
    found = {document.id: card(unit, document) for document in asked.defer("sealed_resource")}
    return {row.id: found[row.id] for row in rows if row.id in found}


def _day(row: queries.Listed) -> date:
    return row.act_at.astimezone(clock.PARIS).date()


def _matches(row: queries.Listed, which: DocumentFilter) -> bool:
    return (
        (not which.category or row.category == which.category)
        and (which.year is None or _day(row).year == which.year)
        and (which.since is None or _day(row) >= which.since)
        and (which.masked is None or row.is_masked == which.masked)
    )


def _says(one: DocumentCard, which: DocumentFilter) -> bool:
    inside = plain_words(f"{one.title} {one.source_label} {one.type_label}")
    return (
        not which.author or one.source_label == which.author or which.author == f"kind:{one.source_kind}"
    ) and all(word in inside for word in plain_words(which.text).split())


def card(unit: Unit, document: Document) -> DocumentCard:
    """A line of a list, its sealed part opened."""
    inside = queries.card_of(unit, document)
    is_usager = unit.by.kind is ActorKind.USAGER
    is_new = (
        is_usager
        and document.opened_by_usager_at is None
        and document.source_kind != "usager"
        and document.filed_at > clock.now() - timedelta(days=queries.NEW_DAYS)
    )
    return DocumentCard(
        id=document.id,
        title=inside["title"],
        category=document.category,
        category_label=valuesets.category_label(document.category),
        type_code=document.type_code,
        type_label=valuesets.type_label(document.type_code),
        act_date=document.act_at.astimezone(clock.PARIS).date(),
        filed_at=document.filed_at,
        source_kind=document.source_kind,
        source_label=inside["source_label"],
        by_message=document.by_message,
        is_masked=document.is_masked,
        is_new=is_new,
        version=document.version,
        status=document.status,
        image_count=inside["image_count"],
    )


def open_document(document_id: UUID, *, by: Actor) -> OpenedDocument:
    """Give a document to the actor, leaving the trace of its reading.

    While the store of contents is away, or when this content is damaged, its facts are given alone (its preview is
    ``away`` or ``damaged``), and traced as what they are: nobody is said to have read it. A document the actor may not
    know of answers like an absent one.
    Errors: NobodyThere, DocumentNotFound, SpaceAbsent, PersonRequired. Source: IHE ITI TF-2, 3.43.
    """

    def act(unit: Unit) -> tuple[OpenedDocument, bytes | None]:
        events.document_read(unit, document_id, attempt=True)
        enrolment.check_open(unit)
        document = queries.readable(unit, document_id)
        title = queries.traced_title(unit, document)
        try:
            data = _content(unit, document)
        except (StoreUnavailable, ContentDamaged) as error:
            events.document_described(unit, document.id, title=title)
            kind = "away" if isinstance(error, StoreUnavailable) else "damaged"
            return replace(_opened(unit, document), preview=Preview(kind)), None
        events.document_read(unit, document.id, title=title)
        if by.kind is ActorKind.USAGER and document.opened_by_usager_at is None:
            Document.objects.filter(usager_id=unit.usager_id, id=document.id).update(opened_by_usager_at=clock.now())
        return _opened(unit, document), data

    opened, data = unit_of_work(locate(document_id), act, by=by)
    if data is None:
        if opened.preview.kind == "damaged":  # a store that is away says so itself
            log.error("content_damaged", document=str(document_id))
        return opened
    # Once traced and committed: a preview takes its time, and no connection waits for it.
    return replace(opened, preview=apart.preview(data, opened.media_type))


def _opened(unit: Unit, document: Document) -> OpenedDocument:
    inside = queries.card_of(unit, document)
    is_usager = unit.by.kind is ActorKind.USAGER
    readers = lines(unit, HistoryFilter(object_id=document.id, events=READINGS, limit=20)).lines if is_usager else []
    return OpenedDocument(
        card=card(unit, document),
        author_label=inside["author_label"],
        organisation_label=inside["organisation_label"],
        differences=inside["differences"],
        versions=_versions(unit, document),
        media_type=document.media_type,
        size=document.size,
        filename=_filename(document, inside),
        preview=Preview("none"),
        description=valuesets.type_label(document.type_code),
        is_own=document.source_kind == "usager",
        readers=[line for line in readers if line.actor_kind != ActorKind.USAGER and not line.is_refusal],
    )


def _versions(unit: Unit, document: Document) -> list[VersionCard]:
    rows = Document.objects.filter(usager_id=unit.usager_id, logical_id=document.logical_id).order_by("-version")
    return [
        VersionCard(
            row.id, row.version, row.filed_at, queries.card_of(unit, row)["source_label"], row.id == document.id
        )
        for row in queries.all_readable(unit, list(rows))
    ]


def _content(unit: Unit, document: Document) -> bytes:
    return sealer(unit).open(CONTENT, document.binary_id, store.get(document.binary_id))


_EXTENSIONS = {
    "application/pdf": "pdf",
    "image/jpeg": "jpg",
    "image/png": "png",
    "image/tiff": "tiff",
    "text/plain": "txt",
    "text/rtf": "rtf",
    "application/rtf": "rtf",
}


def _filename(document: Document, inside: dict[str, Any]) -> str:
    if inside["filename"]:
        return str(inside["filename"])
    words = "".join(letter if letter.isalnum() else " " for letter in inside["title"]).split()
    extension = _EXTENSIONS.get(document.media_type.split(";")[0], "xml" if "xml" in document.media_type else "bin")
    return f"{document.act_at:%Y-%m-%d} {' '.join(words)[:60]}.{extension}".replace(" ", "_")


def open_content(document_id: UUID, *, by: Actor, version: int | None = None) -> OpenedContent:
    """The document's own bytes, never altered, traced as a download; of another version of it when asked.

    Errors: those of ``open_document``, StoreUnavailable.
    """

    def act(unit: Unit) -> OpenedContent:
        events.document_downloaded(unit, document_id, attempt=True)
        enrolment.check_open(unit)
        document = queries.readable(unit, document_id)
        if version is not None and version != document.version:
            document = _version(unit, document, version)
        events.document_downloaded(unit, document.id, title=queries.traced_title(unit, document))
        inside = queries.card_of(unit, document)
        return OpenedContent(_content(unit, document), document.media_type, _filename(document, inside))

    return unit_of_work(locate(document_id), act, by=by)


def content_in(unit: Unit, document_id: UUID) -> tuple[OpenedContent, str]:
    """The bytes and the title, inside a unit already open whose act leaves the trace. Errors: DocumentNotFound,
    PersonRequired, ContentDamaged, StoreUnavailable."""
    document = queries.readable(unit, document_id)
    inside = queries.card_of(unit, document)
    content = OpenedContent(_content(unit, document), document.media_type, _filename(document, inside))
    return content, queries.traced_title(unit, document)


def described_in(unit: Unit, document_id: UUID) -> Described:
    """What its producer said of a document, to say it again elsewhere; inside a unit. Errors: those of
    ``content_in``."""
    document = queries.readable(unit, document_id)
    inside = queries.card_of(unit, document)
    return Described(
        unique_id=inside["unique_id"],
        type_code=document.type_code,
        format_code=document.format_code,
        title=inside["title"],
        author_label=inside["author_label"],
        organisation_label=inside["organisation_label"],
        act_at=document.act_at,
        created_at=document.created_at,
        confidentiality=tuple(inside["confidentiality"]),
    )


def _version(unit: Unit, document: Document, version: int) -> Document:
    rows = Document.objects.filter(usager_id=unit.usager_id, logical_id=document.logical_id, version=version)
    found = queries.all_readable(unit, list(rows))
    if not found:
        raise DocumentNotFound()
    return found[0]


def preview_page(document_id: UUID, page: int, *, by: Actor) -> bytes:
    """A page of the preview (PNG), numbered from 1.

    It is part of an opening: it leaves a line of its own only when the actor did not just open the document.
    Errors: those of ``open_document``, StoreUnavailable, PageAbsent.
    """

    def act(unit: Unit) -> tuple[bytes, str]:
        events.document_read(unit, document_id, attempt=True)
        enrolment.check_open(unit)
        document = queries.readable(unit, document_id)
        if opened_lately(unit, document.id):
            unit.untraced("page d'un document dont l'ouverture vient d'être tracée")
        else:
            events.document_read(unit, document.id, title=queries.traced_title(unit, document))
        return _content(unit, document), document.media_type

    data, media_type = unit_of_work(locate(document_id), act, by=by)
    return apart.page(data, media_type, page)
