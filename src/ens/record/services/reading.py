"""Reading: lists, a document, its bytes, its preview. Each leaves its trace in the same transaction."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from ens.audit import events
from ens.audit.queries import lines, opened_lately
from ens.audit.types import Event, HistoryFilter
from ens.coffre import store
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
    DocumentCard,
    DocumentFilter,
    DocumentList,
    OpenedContent,
    OpenedDocument,
    Preview,
    VersionCard,
)
from ens.standards import valuesets

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
    """The list inside a unit already open."""
    rows = Document.objects.filter(usager_id=unit.usager_id, status=CURRENT).defer("sealed_resource")
    documents = queries.all_readable(unit, list(rows.order_by("-act_at", "-id")))
    cards = [card(unit, document) for document in documents]
    kept = [one for one in cards if _matches(one, which)]
    return DocumentList(
        cards=kept[: which.limit],
        total=len(cards),
        matching=len(kept),
        counts=dict(Counter(one.category for one in cards)),
        years=sorted({one.act_date.year for one in cards}, reverse=True),
        authors=sorted({one.source_label for one in cards if one.source_kind != "usager"}),
    )


def _matches(one: DocumentCard, which: DocumentFilter) -> bool:
    words = plain_words(which.text).split()
    inside = plain_words(f"{one.title} {one.source_label} {one.type_label}")
    return (
        (not which.category or one.category == which.category)
        and (which.year is None or one.act_date.year == which.year)
        and (not which.author or one.source_label == which.author or which.author == f"kind:{one.source_kind}")
        and (which.masked is None or one.is_masked == which.masked)
        and all(word in inside for word in words)
    )


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

    A document the actor may not know of answers like an absent one. Errors: NobodyThere, DocumentNotFound,
    SpaceAbsent, PersonRequired, ContentDamaged, StoreUnavailable. Source: IHE ITI TF-2, 3.43.
    """

    def act(unit: Unit) -> tuple[OpenedDocument, bytes]:
        events.document_read(unit, document_id, attempt=True)
        enrolment.check_open(unit)
        document = queries.readable(unit, document_id)
        events.document_read(unit, document.id, title=queries.traced_title(unit, document))
        if by.kind is ActorKind.USAGER and document.opened_by_usager_at is None:
            Document.objects.filter(usager_id=unit.usager_id, id=document.id).update(opened_by_usager_at=clock.now())
        return _opened(unit, document), _content(unit, document)

    opened, data = unit_of_work(locate(document_id), act, by=by)
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

    Same errors as ``open_document``.
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


def _version(unit: Unit, document: Document, version: int) -> Document:
    rows = Document.objects.filter(usager_id=unit.usager_id, logical_id=document.logical_id, version=version)
    found = queries.all_readable(unit, list(rows))
    if not found:
        raise DocumentNotFound()
    return found[0]


def preview_page(document_id: UUID, page: int, *, by: Actor) -> bytes:
    """A page of the preview (PNG), numbered from 1.

    It is part of an opening: it leaves a line of its own only when the actor did not just open the document.
    Errors: those of ``open_document``, PageAbsent.
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
