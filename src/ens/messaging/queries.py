"""Reads inside a unit of work: sealed rows opened."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from ens.coffre.keyring import digest
from ens.coffre.services import sealer
from ens.identity import mailboxes
from ens.identity import queries as identity
from ens.messaging import reach, verdicts
from ens.messaging.models import Acknowledgement, Attachment, Correspondent, Draft, Message, Thread
from ens.messaging.types import (
    OUTGOING,
    Addressee,
    Appointment,
    AttachmentView,
    Contact,
    Delivery,
    MessageView,
    ReceiptKind,
    ReceiptState,
    ReceiptView,
    ReplyMode,
    ReplyOption,
    ThreadCard,
)
from ens.persistence import sql
from ens.persistence.unit import Unit
from ens.record import queries as record

# whom a message without sender is from: no name of its own is believed
SERVICE: dict[str, Any] = {"label": "Service de messagerie", "role": "", "organisation": True}


def mail_id_digest(unit: Unit, mail_id: str) -> bytes:
    return mail_id_key(unit.usager_id, mail_id)


def mail_id_key(usager_id: UUID, mail_id: str) -> bytes:
    return digest("message-id", usager_id, mail_id)


def unread_threads(unit: Unit) -> int:
    """How many conversations hold something not read yet."""
    return Thread.objects.filter(usager_id=unit.usager_id, unread__gt=0, trashed_at=None).count()


def identity_of(unit: Unit, correspondent: Correspondent) -> dict[str, Any]:
    found: dict[str, Any] = sealer(unit).open_json("correspondant", correspondent.id, correspondent.sealed_identity)
    return found


def head(unit: Unit, message: Message) -> dict[str, Any]:
    """Subject, labels, text and HTML of a message."""
    found: dict[str, Any] = sealer(unit).open_json("message", message.id, message.sealed_head)
    return found


def subject(unit: Unit, thread: Thread) -> str:
    return sealer(unit).open("conversation", thread.id, thread.sealed_subject).decode()


def attachment_name(unit: Unit, attachment: Attachment) -> str:
    return sealer(unit).open("piece", attachment.id, attachment.sealed_name).decode()


def writers(unit: Unit, thread_id: UUID) -> list[Correspondent]:
    """Who wrote in a thread, last one first."""
    ids = (
        Message.objects.filter(usager_id=unit.usager_id, thread_id=thread_id, is_system=False)
        .exclude(direction=OUTGOING)
        .exclude(correspondent_id=None)
        .order_by("-at", "-id")
        .values_list("correspondent_id", flat=True)
    )
    ordered = list(dict.fromkeys(ids))
    found = {row.id: row for row in Correspondent.objects.filter(usager_id=unit.usager_id, id__in=ordered)}
    return [found[key] for key in ordered if key in found]


def correspondents(unit: Unit, thread_id: UUID) -> tuple[Contact, ...]:
    """Who wrote in a thread, last one first, whoever ended the exchange."""
    known = ((one, identity_of(unit, one)) for one in writers(unit, thread_id))
    return tuple(Contact(one.id, said["label"], said["role"], ended_at=one.refused_at) for one, said in known)


def refusal_of(usager_id: UUID, sender: str) -> sql.Question[bool]:
    """Whether the usager ended the exchange with this mailbox. Whoever it is about, the same statement."""
    return sql.Question(_REFUSED, [usager_id, reach.address_key(usager_id, sender)], bool)


_REFUSED = """
SELECT 1 FROM messaging_correspondent WHERE usager_id = %s AND address_digest = %s AND refused_at IS NOT NULL
"""


def written_to(unit: Unit, thread_id: UUID) -> dict[str, Any] | None:
    """Whom the usager wrote to in a thread, as known: of one that the usager began."""
    sent = Message.objects.filter(usager_id=unit.usager_id, thread_id=thread_id, direction=OUTGOING, is_system=False)
    key = sent.exclude(correspondent_id=None).values_list("correspondent_id", flat=True).first()
    person = Correspondent.objects.filter(usager_id=unit.usager_id, id=key).first() if key else None
    return identity_of(unit, person) if person else None


def wrote(unit: Unit, people: list[UUID]) -> set[UUID]:
    """Those of them who did write to the usager: one the usager wrote to first did not."""
    came = Message.objects.filter(usager_id=unit.usager_id, is_system=False, correspondent_id__in=people)
    return set(came.exclude(direction=OUTGOING).values_list("correspondent_id", flat=True).distinct())


def contacts(unit: Unit, limit: int = 1_000) -> tuple[Contact, ...]:
    """Who wrote to the usager and has not ended the exchange, the last to write first (S096)."""
    rows = Correspondent.objects.filter(usager_id=unit.usager_id, ended_at=None).order_by("-last_wrote_at", "-id")
    people = list(rows[:limit])
    known = wrote(unit, [one.id for one in people])
    said = [(one, identity_of(unit, one)) for one in people if one.id in known]
    reached = reach.mailboxes(unit, [about for _, about in said])
    gone = mailboxes.gone_mailboxes(reached)
    return tuple(
        Contact(one.id, about["label"], about["role"], is_gone=address in gone, ended_at=one.refused_at)
        for (one, about), address in zip(said, reached, strict=True)
    )


def reads_archives(unit: Unit, thread_id: UUID, newest: int = 20) -> bool:
    """Whether who may be answered in a thread sent documents there in an archive: their software reads one too."""
    rows = Message.objects.filter(usager_id=unit.usager_id, thread_id=thread_id, is_system=False)
    came = rows.exclude(direction=OUTGOING).order_by("-at", "-id")[:newest]
    open_ones = {one.id for one in reply_option(unit, thread_id).reached}
    archived = {
        message.correspondent_id
        for message in came
        if any(piece.get("unique_id") for piece in head(unit, message).get("pieces", []))
    }
    return bool(open_ones) and open_ones <= archived


def signed_as(unit: Unit) -> str:
    """The usager's name; when somebody acts for them, both (N031)."""
    whose = identity.traits(unit).shown_name
    return f"{unit.by.name} pour {whose}" if unit.by.role else whose


def reply_option(unit: Unit, thread_id: UUID) -> ReplyOption:
    """May the usager answer here, and whom: only who wrote and has not ended the exchange (S080, S081)."""
    all_writers = writers(unit, thread_id)
    if not all_writers:
        awaited = written_to(unit, thread_id)
        if awaited is not None:  # the usager began: the other speaks next
            said = f"Vous pourrez écrire de nouveau ici quand {awaited['label']} vous aura répondu."
            return ReplyOption(ReplyMode.NO_REPLY, said)
        return ReplyOption(ReplyMode.NO_REPLY, "Ce message n’autorise pas la réponse.")
    known = [(one, identity_of(unit, one)) for one in all_writers]
    ended = tuple(said["label"] for one, said in known if one.ended_at is not None)
    known = [(one, said) for one, said in known if one.ended_at is None]
    reached = reach.mailboxes(unit, [said for _, said in known])
    gone = mailboxes.gone_mailboxes(reached)
    contacts = tuple(
        Contact(
            one.id,
            said["label"],
            said["role"],
            is_gone=address in gone,
            ended_at=one.refused_at,
            answered_at="" if address == said["address"] else reach.name(address),
        )
        for (one, said), address in zip(known, reached, strict=True)
    )
    if not contacts:
        verb = "a mis" if len(ended) == 1 else "ont mis"
        return ReplyOption(ReplyMode.REPLY_BLOCKED, f"{' et '.join(ended)} {verb} fin à vos échanges.", ended_by=ended)
    return ReplyOption(ReplyMode.REPLY, contacts=contacts, ended_by=ended)


def addressees(unit: Unit, limit: int = 30) -> list[Addressee]:
    """Whom the usager may write to, once each, by the newest conversation in which they wrote; four queries."""
    open_ones = Correspondent.objects.filter(usager_id=unit.usager_id, ended_at=None, refused_at=None)
    people = {row.id: row for row in open_ones.order_by("-last_wrote_at")[:limit]}
    wrote = Message.objects.filter(usager_id=unit.usager_id, is_system=False).exclude(direction=OUTGOING)
    newest_of = wrote.filter(correspondent_id__in=list(people)).order_by("correspondent_id", "-at", "-id")
    pairs = newest_of.distinct("correspondent_id").values_list("correspondent_id", "thread_id")
    thread_of = dict(pairs)
    rows = Thread.objects.filter(usager_id=unit.usager_id, id__in=set(thread_of.values()))
    threads = {row.id: row for row in rows}
    also: dict[UUID, dict[UUID, None]] = {}
    for thread_id, who in wrote.filter(thread_id__in=list(threads)).values_list("thread_id", "correspondent_id"):
        if who in people:
            also.setdefault(thread_id, {})[who] = None
    found: list[Addressee] = []
    for key in people:
        thread = threads.get(thread_of.get(key, key))
        if thread is None or any(one.thread_id == thread.id for one in found):
            continue
        names = ", ".join(identity_of(unit, people[who])["label"] for who in also[thread.id])
        found.append(Addressee(thread.id, names, subject(unit, thread), thread.last_at))
    return found


def attachment_view(unit: Unit, row: Attachment, said: dict[str, Any], on_record: dict[bytes, UUID]) -> AttachmentView:
    """``said``: what was judged of it when it came; ``on_record``: the documents that hold the same content."""
    refusal = said.get("refusal", "" if verdicts.is_savable(row.media_type) else verdicts.FORMAT)
    known = row.document_id or on_record.get(bytes.fromhex(said.get("content", "")))
    return AttachmentView(
        row.id,
        attachment_name(unit, row),
        row.media_type,
        row.size,
        known,
        can_save=not refusal,
        why_not=verdicts.why_not(refusal),
        aside=verdicts.why_not(said.get("aside", "")),
        appointments=tuple(_appointment(one) for one in said.get("appointments", ())),
    )


def _appointment(said: dict[str, str]) -> Appointment:
    return Appointment(
        said["title"],
        _day_or_hour(said["start"]),
        _day_or_hour(said["end"]) if said["end"] else None,
        said["place"],
        said["by"],
        bool(said["is_cancelled"]),
    )


def _day_or_hour(text: str) -> date | datetime:
    return datetime.fromisoformat(text) if "T" in text else date.fromisoformat(text)


def said_of(inside: dict[str, Any], position: int) -> dict[str, Any]:
    """What is kept, in a message's head, of one of its files."""
    pieces: list[dict[str, Any]] = inside.get("pieces", [])
    return pieces[position] if position < len(pieces) else {}


@dataclass(frozen=True, slots=True)
class Known:
    """What the messages of a thread are shown with, asked once for all of them."""

    on_record: dict[bytes, UUID]
    receipts: dict[UUID, ReceiptView]


def known_of(unit: Unit, heads: dict[UUID, dict[str, Any]]) -> Known:
    said = [piece for inside in heads.values() for piece in inside.get("pieces", [])]
    contents = [bytes.fromhex(one["content"]) for one in said if one.get("content")]
    return Known(record.on_record(unit, contents), _receipts(unit, list(heads)))


def _receipts(unit: Unit, messages: list[UUID]) -> dict[UUID, ReceiptView]:
    asked = Acknowledgement.objects.filter(usager_id=unit.usager_id, message_id__in=messages, kind=ReceiptKind.READ)
    return {one.message_id: ReceiptView(ReceiptState(one.state), one.answered_at) for one in asked}


def message_view(
    unit: Unit, message: Message, attachments: list[Attachment], inside: dict[str, Any], known: Known
) -> MessageView:
    return MessageView(
        id=message.id,
        from_label=inside["from_label"],
        role_label=inside.get("role_label", ""),
        from_usager=message.direction == OUTGOING,
        at=message.at,
        body_html=inside["html"],
        body_text=inside["text"],
        attachments=[attachment_view(unit, row, said_of(inside, row.position), known.on_record) for row in attachments],
        delivery_state=Delivery(message.delivery),
        delivery_reason=inside.get("delivery_reason", ""),
        is_system=message.is_system,
        same_id_warning=message.same_id_other_content,
        receipt=known.receipts.get(message.id),
        is_unseen=bool(inside.get("unseen")),
        is_unlisted=bool(inside.get("unlisted")),
        is_listed=bool(inside.get("listed")),
        to_label=inside.get("to_label", ""),
        sender_is_told=bool(inside.get("told", True)),
    )


def newest(unit: Unit) -> QuerySet[Thread]:
    """The usager's conversations, newest first, less those in the trash."""
    return Thread.objects.filter(usager_id=unit.usager_id, trashed_at=None).order_by("-last_at", "-id")


def thread_cards(unit: Unit, asked: QuerySet[Thread] | None = None) -> list[ThreadCard]:
    """These conversations, or all of them; six queries whatever their number."""
    threads = list(newest(unit) if asked is None else asked)
    # One message of each kind a conversation, the last: the others stay sealed where they are.
    messages = Message.objects.filter(usager_id=unit.usager_id, thread_id__in=[thread.id for thread in threads])
    messages = messages.order_by("thread_id", "-at", "-id").distinct("thread_id")
    last = {message.thread_id: message for message in messages}
    received = messages.filter(is_system=False).exclude(direction=OUTGOING)
    last_received = {message.thread_id: message for message in received}
    # of a conversation the usager began, whom they wrote to
    whose = {key: one.correspondent_id for key, one in last.items() if not one.is_system}
    whose |= {key: one.correspondent_id for key, one in last_received.items()}
    wanted = set(whose.values())
    people = {row.id: row for row in Correspondent.objects.filter(usager_id=unit.usager_id, id__in=wanted)}
    begun = Draft.objects.filter(usager_id=unit.usager_id, thread_id__in=[thread.id for thread in threads])
    drafts = set(begun.values_list("thread_id", flat=True))
    files: dict[UUID, list[Attachment]] = {}
    shown = {message.id for message in last_received.values()}
    for row in Attachment.objects.filter(usager_id=unit.usager_id, message_id__in=shown).order_by("position"):
        files.setdefault(row.message_id, []).append(row)
    cards = []
    for thread in threads:
        came = last_received.get(thread.id)
        person = people.get(whose.get(thread.id))
        known: dict[str, Any] = SERVICE
        if person is not None:
            known = identity_of(unit, person)
        joined = files.get(came.id, []) if came else []
        text = head(unit, last[thread.id])["text"] if thread.id in last else ""
        cards.append(
            ThreadCard(
                id=thread.id,
                subject=subject(unit, thread),
                correspondent_label=known["label"],
                role_label=known["role"],
                is_organisation=known["organisation"],
                last_at=thread.last_at,
                unread=thread.unread > 0,
                first_attachment=attachment_name(unit, joined[0]) if joined else "",
                attachment_count=len(joined),
                excerpt=" ".join(text.split())[:160],
                ended_by=known["label"] if person and person.ended_at else "",
                has_draft=thread.id in drafts,
            )
        )
    return cards
