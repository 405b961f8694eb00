"""The usager answers: only who wrote to them and has not ended the exchange; kept until the operator took it."""

from __future__ import annotations

import mimetypes
from dataclasses import replace
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError

from ens.audit import events
from ens.coffre import store
from ens.coffre.services import CONTENT, sealer
from ens.enrolment import queries as enrolment
from ens.identity import queries as identity
from ens.kernel import clock
from ens.kernel.actor import SYSTEM, Actor
from ens.kernel.ids import new_id
from ens.messaging import delivery, filetypes, ledger, queries, reach, trustspace
from ens.messaging.errors import (
    OperatorUnknown,
    ReplyEmpty,
    ReplyNotAllowed,
    ReplyTooLarge,
    ThreadNotFound,
    TooManyFiles,
)
from ens.messaging.models import Correspondent, Message, Thread
from ens.messaging.ports import PermanentFailure, mail_relay
from ens.messaging.services import drafting, ending, screening
from ens.messaging.services.receiving import attach, is_usager
from ens.messaging.services.reports import mark_failed
from ens.messaging.types import FILES_MOST, OUTGOING, Contact, Delivery, File, Reply, ReplyMode, ReplyOption
from ens.messaging.words import clean_name
from ens.persistence import outbox, sql
from ens.persistence.locator import locate
from ens.persistence.outbox import TryLater
from ens.persistence.unit import StartAgain, Unit, unit_of_work

OUTBOX_KIND = "courrier"


def reply(thread_id: UUID, answer: Reply, *, by: Actor) -> UUID:
    """Answer in a thread, to those of it who may be answered; the same form sent twice sends once.

    Returns the message's id. Errors: ThreadNotFound, ReplyNotAllowed, ReplyEmpty, ReplyTooLarge, TooManyFiles,
    DraftChanged, FileRunsAlone, MessageInfected, AntivirusSilent, SpaceAbsent.
    """
    screening.check_leaving(answer.files)
    return unit_of_work(locate(thread_id), lambda unit: reply_in(unit, thread_id, answer), by=by)


def reply_in(unit: Unit, thread_id: UUID, answer: Reply) -> UUID:
    """``reply`` inside a unit already open."""
    events.message_sent(unit, None, attempt=True)
    if not is_usager(unit.by, unit.usager_id):
        raise ThreadNotFound()
    enrolment.check_open(unit)
    thread = Thread.objects.filter(usager_id=unit.usager_id, id=thread_id).first()
    if thread is None:
        raise ThreadNotFound()
    option = queries.reply_option(unit, thread.id)
    if option.mode is not ReplyMode.REPLY:
        raise ReplyNotAllowed()
    if answer.kept:
        if (known := _sent_already(unit, thread, answer)) is not None:  # its draft is gone with it
            return known
        answer = replace(answer, files=(*drafting.opened(unit, thread.id, answer.kept), *answer.files), kept=())
    check_size(answer)
    chosen = _chosen(option, answer)
    people = {one.id: one for one in queries.writers(unit, thread.id)}
    return send_in(unit, thread, answer, [people[one.id] for one in chosen], ", ".join(one.label for one in chosen))


def check_size(answer: Reply) -> None:
    """Something is said, and no more than a message carries. Errors: ReplyEmpty, TooManyFiles, ReplyTooLarge."""
    if not answer.body.strip() and not answer.files:
        raise ReplyEmpty()
    if len(answer.files) > FILES_MOST:
        raise TooManyFiles(most=FILES_MOST)
    if len(answer.body.encode()) + sum(len(one.data) * 4 // 3 for one in answer.files) > settings.ENS_MAIL_MAX_BYTES:
        raise ReplyTooLarge()


def _chosen(option: ReplyOption, answer: Reply) -> list[Contact]:
    """Those of the page's options that were chosen; of none, those that the page says. Errors: ReplyNotAllowed."""
    known = {one.id: one for one in option.contacts}
    if not known.keys() >= set(answer.to):
        raise ReplyNotAllowed()
    return [one for key, one in known.items() if key in answer.to] if answer.to else list(option.reached)


def send_in(unit: Unit, thread: Thread, answer: Reply, recipients: list[Correspondent], to: str) -> UUID:
    """Inside a unit: to people already known to be allowed; ``to``: their names. Errors: ReplyTooLarge."""
    title = queries.subject(unit, thread)
    message_id = new_id()
    addresses = list(dict.fromkeys(reach.mailboxes(unit, [queries.identity_of(unit, one) for one in recipients])))
    mail = _mail(unit, thread, answer, addresses, title, message_id)
    data = mail.as_bytes(policy=SMTP)
    if len(data) > settings.ENS_MAIL_MAX_BYTES:
        raise ReplyTooLarge()
    answer = replace(answer, token=answer.token or message_id.hex)
    if (known := _sent_already(unit, thread, answer)) is not None:
        return known
    message = Message(
        usager_id=unit.usager_id,
        id=message_id,
        thread_id=thread.id,
        correspondent_id=recipients[0].id,
        direction=OUTGOING,
        at=clock.now(),
        read_at=clock.now(),
        mail_id_digest=queries.mail_id_digest(unit, str(mail["Message-ID"])),
        dedupe_digest=drafting.form(unit, thread.id, answer.token),
        delivery=Delivery.QUEUED,
        raw_id=new_id(),
    )
    head = {
        "subject": title,
        "from_label": unit.by.name,
        "role_label": unit.by.role,
        "to_label": to,
        "text": answer.body.strip(),
        "html": "",
        "message_id": str(mail["Message-ID"]),
        "recipients": addresses,
        "sender": identity.mail_address(unit),
    }
    message.sealed_head = sealer(unit).seal_json("message", message.id, head)
    try:
        sql.insert(message)
    except IntegrityError as error:
        raise StartAgain() from error
    unit.on_abandon(lambda: store.delete(message.raw_id))
    store.put(message.raw_id, sealer(unit).seal(CONTENT, message.raw_id, data))
    ids = attach(unit, message, [(_name(one.name), _media_type(one), one.data) for one in answer.files])
    Thread.objects.filter(usager_id=unit.usager_id, id=thread.id).update(last_at=message.at, trashed_at=None)
    if answer.ends_draft:
        drafting.discard(unit, thread.id)
    unit.register_locator([message.id, message.raw_id, *ids])
    outbox.put(unit, OUTBOX_KIND, message.id)
    events.message_sent(unit, message.id, title=title, to=to)
    ending.written_to_again(unit, thread.id, recipients)
    return message.id


def _sent_already(unit: Unit, thread: Thread, answer: Reply) -> UUID | None:
    """The message that this very form sent before."""
    asked = Message.objects.filter(usager_id=unit.usager_id, dedupe_digest=drafting.form(unit, thread.id, answer.token))
    known = asked.values_list("id", flat=True).first()
    if known is not None:
        unit.untraced("déjà envoyé : rien n'a changé")
    return known


def _name(name: str) -> str:
    return clean_name(name) or "piece-jointe"


def _media_type(file: File) -> str:
    return filetypes.judged(file.data, mimetypes.guess_type(file.name)[0] or filetypes.UNKNOWN)


def _mail(
    unit: Unit, thread: Thread, answer: Reply, addresses: list[str], title: str, message_id: UUID
) -> EmailMessage:
    """The message as it leaves. Source: ECO.2.2.1 to 2.2.3."""
    address = identity.mail_address(unit)
    last = (
        Message.objects.filter(usager_id=unit.usager_id, thread_id=thread.id, is_system=False)
        .order_by("-at", "-id")
        .first()
    )
    inside = queries.head(unit, last) if last else {}
    mail = EmailMessage(policy=SMTP)
    mail["From"] = formataddr((queries.signed_as(unit), address))
    mail["To"] = ", ".join(addresses)
    mail["Subject"] = answer.subject or (title if title.lower().startswith("re:") else f"Re: {title}")
    mail["Date"] = format_datetime(clock.now())
    mail["Message-ID"] = f"<{message_id.hex}@{settings.ENS_MAIL_DOMAIN}>"
    ids = [*reversed(inside.get("references") or []), inside.get("message_id") or ""]
    known = [one for one in ids if one and one.isascii()]  # encoded, no software would know another one again
    if known:
        mail["In-Reply-To"] = known[-1]
        mail["References"] = " ".join(dict.fromkeys(known[-20:]))
    mail["X-MSS-INS"] = "O"
    mail["X-MSS-NIL"] = "ens"
    for name, value in answer.marks:
        mail[name] = value
    mail.set_content(_signed(unit, answer.body.strip()) + "\n", cte="quoted-printable")
    for one in answer.files:
        main, _, sub = _media_type(one).partition("/")
        mail.add_attachment(one.data, maintype=main, subtype=sub, filename=_name(one.name))
    return mail


def _signed(unit: Unit, body: str) -> str:
    if not unit.by.role:
        return body
    return f"{body}\n\n-- \n{unit.by.name}, {unit.by.role}, pour {identity.traits(unit).shown_name}"


def send(usager_id: UUID, message_id: UUID) -> None:
    """Hand a queued message to each recipient's operator; repeated, only what is left. Errors: TryLater."""
    relay = mail_relay()
    if relay is None:
        raise TryLater("aucun relais réglé")

    def prepare(unit: Unit) -> tuple[str, list[str], bytes] | None:
        unit.untraced("l'envoi a laissé sa trace quand l'usager l'a demandé")
        message = Message.objects.filter(usager_id=unit.usager_id, id=message_id).first()
        if message is None or not (left := _left(inside := queries.head(unit, message))):
            return None
        return inside["sender"], left, sealer(unit).open(CONTENT, message.raw_id, store.get(message.raw_id))

    ready = unit_of_work(usager_id, prepare, by=SYSTEM)
    if ready is None:
        return
    sender, left, data = ready
    away: TryLater | None = None
    for recipient in left:  # one that refuses, or does not answer, keeps nothing from the others
        try:
            operator = trustspace.route_to(recipient.rpartition("@")[2])
            relay.send(operator, sender, recipient, data)
        except OperatorUnknown:
            _end(usager_id, message_id, recipient, failed=delivery.UNREACHABLE)
        except PermanentFailure as failure:
            _end(usager_id, message_id, recipient, failed=str(failure))
        except TryLater as later:
            away = later
        else:
            _end(usager_id, message_id, recipient)
    if away is not None:
        raise away


def _left(inside: dict[str, Any]) -> list[str]:
    """The recipients of whom nothing is known yet."""
    settled = {*inside.get("delivered", []), *inside.get("failed", [])}
    return [one for one in inside["recipients"] if one not in settled]


def _end(usager_id: UUID, message_id: UUID, recipient: str, *, failed: str = "") -> None:
    def act(unit: Unit) -> None:
        message = Message.objects.get(usager_id=unit.usager_id, id=message_id)
        _count(unit, recipient, failed)
        if failed:
            mark_failed(unit, message, failed, to=[recipient])
            return
        unit.untraced("l'envoi a laissé sa trace quand l'usager l'a demandé")
        inside = queries.head(unit, message)
        inside["delivered"] = sorted({*inside.get("delivered", []), recipient})
        state = Delivery.QUEUED if _left(inside) else Delivery.SENT
        Message.objects.filter(usager_id=unit.usager_id, id=message.id).update(
            delivery=Delivery.FAILED if inside.get("failed") else state,
            sealed_head=sealer(unit).seal_json("message", message.id, inside),
        )

    unit_of_work(usager_id, act, by=SYSTEM)


def _count(unit: Unit, recipient: str, failed: str) -> None:
    domain = trustspace.listed_domain(recipient.rpartition("@")[2])
    outcome, cause = (ledger.REFUSED, delivery.cause(failed)) if failed else (ledger.ACCEPTED, "")
    unit.later(*ledger.passage(ledger.OUT, domain, outcome, cause))


def give_up(usager_id: UUID, message_id: UUID) -> None:
    """Some operators never answered: the usager is told that the message did not reach their mailboxes."""

    def left(unit: Unit) -> list[str]:
        unit.untraced("l'envoi a laissé sa trace quand l'usager l'a demandé")
        message = Message.objects.filter(usager_id=unit.usager_id, id=message_id).first()
        return _left(queries.head(unit, message)) if message else []

    for recipient in unit_of_work(usager_id, left, by=SYSTEM):
        _end(usager_id, message_id, recipient, failed=delivery.SILENT)
