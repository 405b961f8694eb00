"""The usager's mailbox read by the usager, each reading traced."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db.models import F

from ens.audit import events
from ens.coffre import store
from ens.coffre.services import CONTENT, sealer
from ens.enrolment import queries as enrolment
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.messaging import queries, verdicts
from ens.messaging.errors import ThreadNotFound
from ens.messaging.models import Attachment, Message, Thread
from ens.messaging.services import begun, drafting, searching, signalling
from ens.messaging.services.receiving import is_usager
from ens.messaging.types import (
    INCOMING,
    NOTHING_BEGUN,
    AttachmentSource,
    Mailbox,
    MailboxFilter,
    MessageView,
    OpenedAttachment,
    ThreadCard,
    ThreadView,
)
from ens.persistence.locator import locate
from ens.persistence.unit import Unit, unit_of_work


def _check(unit: Unit) -> None:
    if not is_usager(unit.by, unit.usager_id):
        raise ThreadNotFound()
    enrolment.check_open(unit)


def list_threads(usager_id: UUID, *, by: Actor) -> list[ThreadCard]:
    """Errors: ThreadNotFound (not the usager), SpaceAbsent."""

    def act(unit: Unit) -> list[ThreadCard]:
        _check(unit)
        events.messages_listed(unit)
        return queries.thread_cards(unit)

    return unit_of_work(usager_id, act, by=by)


def mailbox(usager_id: UUID, which: MailboxFilter, *, by: Actor) -> Mailbox:
    """A page of the conversations. Errors: as ``list_threads``."""

    def act(unit: Unit) -> Mailbox:
        _check(unit)
        events.messages_listed(unit)
        total, unread = queries.newest(unit).count(), queries.unread_threads(unit)
        found = searching.asked(unit, which)
        matching = total if which == MailboxFilter(offset=which.offset, limit=which.limit) else found.count()
        page = slice(which.offset, which.offset + which.limit)
        has_begun = begun.begun_in(unit) != NOTHING_BEGUN
        return Mailbox(queries.thread_cards(unit, found[page]), matching, total, unread, has_begun)

    return unit_of_work(usager_id, act, by=by)


def unread_count(usager_id: UUID, *, by: Actor) -> int:
    """How many conversations wait to be read; says nothing of them, so leaves no trace."""

    def act(unit: Unit) -> int:
        unit.untraced("un nombre de messages non lus, sans leur contenu")
        _check(unit)
        return queries.unread_threads(unit)

    return unit_of_work(usager_id, act, by=by)


def open_thread(thread_id: UUID, *, by: Actor) -> ThreadView:
    """A conversation, its messages marked read; one line of trace each. Errors: NobodyThere, ThreadNotFound."""

    def act(unit: Unit) -> ThreadView:
        events.message_read(unit, thread_id, attempt=True)
        _check(unit)
        thread = Thread.objects.filter(usager_id=unit.usager_id, id=thread_id).first()
        if thread is None:
            raise ThreadNotFound()
        title = queries.subject(unit, thread)
        messages = list(Message.objects.filter(usager_id=unit.usager_id, thread_id=thread.id).order_by("at", "id"))
        views = _views(unit, messages)
        unread = [message for message in messages if message.direction == INCOMING and message.read_at is None]
        rows = Message.objects.filter(usager_id=unit.usager_id, id__in=[one.id for one in unread], read_at=None)
        marked = rows.update(read_at=clock.now())
        # less what was shown, not zero: a message may be arriving
        Thread.objects.filter(usager_id=unit.usager_id, id=thread.id).update(unread=F("unread") - marked)
        for message in unread or messages[-1:]:
            events.message_read(unit, message.id, title=title)
        option = queries.reply_option(unit, thread.id)
        writers = queries.writers(unit, thread.id)
        known = queries.identity_of(unit, writers[0]) if writers else queries.written_to(unit, thread.id)
        return ThreadView(
            id=thread.id,
            subject=title,
            correspondent_label=(known or queries.SERVICE)["label"],
            role_label=known["role"] if known else "",
            is_organisation=bool(known and known["organisation"]),
            messages=views,
            reply=option,
            ended_by=known["label"] if known and writers and writers[0].ended_at else "",
            draft=drafting.draft(unit, thread.id),
            draft_files=tuple(drafting.files_in(unit, thread.id)),
            trashed_at=thread.trashed_at,
            signalled_at=signalling.signalled_at(unit, thread.id),
            correspondents=queries.correspondents(unit, thread.id),
        )

    return unit_of_work(locate(thread_id), act, by=by)


def _views(unit: Unit, messages: list[Message]) -> list[MessageView]:
    files: dict[UUID, list[Attachment]] = {}
    rows = Attachment.objects.filter(usager_id=unit.usager_id, message_id__in=[one.id for one in messages])
    for row in rows.order_by("message_id", "position"):
        files.setdefault(row.message_id, []).append(row)
    heads = {message.id: queries.head(unit, message) for message in messages}
    known = queries.known_of(unit, heads)
    return [queries.message_view(unit, one, files.get(one.id, []), heads[one.id], known) for one in messages]


def _attachment(unit: Unit, attachment_id: UUID) -> Attachment:
    _check(unit)
    row = Attachment.objects.filter(usager_id=unit.usager_id, id=attachment_id).first()
    if row is None:
        raise ThreadNotFound()
    return row


def open_attachment(attachment_id: UUID, *, by: Actor) -> OpenedAttachment:
    """The file as it came. Errors: NobodyThere, ThreadNotFound, AttachmentProtected, AttachmentDangerous."""

    def act(unit: Unit) -> OpenedAttachment:
        events.attachment_read(unit, attachment_id, attempt=True)
        row = _attachment(unit, attachment_id)
        message = Message.objects.get(usager_id=unit.usager_id, id=row.message_id)
        verdicts.check_not_aside(queries.said_of(queries.head(unit, message), row.position).get("aside", ""))
        name = queries.attachment_name(unit, row)
        events.attachment_read(unit, row.id, title=name)
        return OpenedAttachment(sealer(unit).open(CONTENT, row.id, store.get(row.id)), row.media_type, name)

    return unit_of_work(locate(attachment_id), act, by=by)


def attachment_source(unit: Unit, attachment_id: UUID) -> AttachmentSource:
    """Inside a unit: what saving this attachment in the record needs. Errors: ThreadNotFound."""
    row = _attachment(unit, attachment_id)
    message = Message.objects.get(usager_id=unit.usager_id, id=row.message_id)
    inside = queries.head(unit, message)
    said = queries.said_of(inside, row.position)
    return AttachmentSource(
        attachment_id=row.id,
        name=queries.attachment_name(unit, row),
        media_type=row.media_type,
        data=sealer(unit).open(CONTENT, row.id, store.get(row.id)),
        sender_label=inside["from_label"],
        sender_role=inside["role_label"],
        subject=inside["subject"],
        sent_at=message.at,
        document_id=row.document_id,
        aside=said.get("aside", ""),
        unique_id=said.get("unique_id") or f"2.25.{row.id.int}",
        type_code=said.get("type_code") or verdicts.announced_type(inside.get("marks", {})),
        act_at=datetime.fromisoformat(said["act_at"]) if said.get("act_at") else None,
    )


def attachment_was_saved(unit: Unit, attachment_id: UUID, document_id: UUID) -> None:
    Attachment.objects.filter(usager_id=unit.usager_id, id=attachment_id).update(document_id=document_id)
