"""What a sender asked to be told of their message: decided once, kept, and sent from the outbox.

A read receipt leaves only when the usager agrees. An acknowledgement of integration leaves by itself, and only to the
mailbox that wrote: asked for another address (Disposition-Notification-To is not Return-Path), it is not sent. One
message is acknowledged once at most, and never when a machine wrote it. Source: RFC 8098, 2.1; ECO.2.3.2 and 3.1.6.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

import structlog
from django.conf import settings

from ens.audit import events
from ens.coffre import store
from ens.coffre.services import CONTENT, sealer
from ens.enrolment import queries as enrolment
from ens.identity import queries as identity
from ens.kernel import clock
from ens.kernel.actor import SYSTEM, Actor
from ens.kernel.ids import new_id
from ens.messaging import mdn, queries, trustspace, verdicts
from ens.messaging.errors import OperatorUnknown, ThreadNotFound
from ens.messaging.models import Acknowledgement, Message
from ens.messaging.parsed import ParsedMail
from ens.messaging.ports import PermanentFailure, mail_relay
from ens.messaging.types import IncomingMail, ReceiptKind, ReceiptState
from ens.messaging.words import domain_of, is_plain
from ens.persistence import outbox, sql
from ens.persistence.locator import locate
from ens.persistence.outbox import TryLater
from ens.persistence.unit import Unit, unit_of_work

OUTBOX_KIND = "accuse"
PURPOSE = "accuse"
# what is kept of a mail in JSON: its bytes one by one, since the headers it repeats may be of any character set
_BYTES = "latin-1"
log = structlog.get_logger("ens.messaging")


def answer(
    unit: Unit, message: Message, mail: IncomingMail, parsed: ParsedMail, pieces: list[dict[str, Any]]
) -> None:
    """Note what the sender of a new message asks, answer what needs nobody's word, tell of files kept aside.

    ``pieces``: what was judged of each file.
    """
    judged = list(zip(parsed.files, pieces, strict=True))
    _take_request(unit, message, mail, parsed, [said["refusal"] for one, said in judged if one.patient])
    put_aside = [(one.name, said["aside"]) for one, said in judged if "aside" in said]
    _tell_of_files_aside(unit, message, mail, parsed, put_aside)


def _take_request(unit: Unit, message: Message, mail: IncomingMail, parsed: ParsedMail, refusals: list[str]) -> None:
    """``refusals``: for each document that came in an archive, why it cannot be filed, nothing when it can."""
    to, sender = parsed.receipt_to, mail.sender.lower()
    if not is_plain(to) or not sender or parsed.is_automatic or domain_of(to) != domain_of(sender):
        return None
    kind = ReceiptKind.INTEGRATION if refusals else ReceiptKind.READ
    if kind is ReceiptKind.INTEGRATION and to != sender:
        return None
    row = _row(unit, message, kind)
    known = {"to": to, "mail": ""}
    if kind is ReceiptKind.INTEGRATION:
        about, own_id = _about(unit, to, mdn.headers_of(mail.data), parsed.message_id), _own_id(row)
        wrong = [(code, verdicts.why_not(code)) for code in refusals if code]
        made = mdn.not_integrated(about, own_id, wrong) if wrong else mdn.integrated(about, own_id)
        return _queue(unit, row, to, made)
    row.sealed_mail = sealer(unit).seal_json(PURPOSE, row.id, known)
    return unit.later(*sql.insertion(row))


def may_be_told(sender: str, parsed: ParsedMail) -> bool:
    """Whether a report to this sender is read by somebody: never one from a machine to a machine."""
    return is_plain(sender) and not parsed.is_automatic


def _tell_of_files_aside(
    unit: Unit, message: Message, mail: IncomingMail, parsed: ParsedMail, files: list[tuple[str, str]]
) -> None:
    """Report to who sent files (name, reason code) that they were kept aside; never to a machine, never twice.

    The message itself is delivered, and the report says so. Source: RFC 3464; RFC 3834, 2.
    """
    sender = mail.sender.lower()
    if not files or not may_be_told(sender, parsed):
        return
    row = _row(unit, message, ReceiptKind.ASIDE)
    about = _about(unit, sender, mdn.headers_of(mail.data), parsed.message_id)
    _queue(unit, row, sender, mdn.kept_aside(about, _own_id(row), files))


def _row(unit: Unit, message: Message, kind: ReceiptKind) -> Acknowledgement:
    return Acknowledgement(
        usager_id=unit.usager_id, id=new_id(), message_id=message.id, kind=kind, state=ReceiptState.ASKED
    )


def _queue(unit: Unit, row: Acknowledgement, to: str, made: bytes) -> None:
    known = {"to": to, "mail": made.decode(_BYTES)}
    row.state, row.answered_at = ReceiptState.QUEUED, clock.now()
    row.sealed_mail = sealer(unit).seal_json(PURPOSE, row.id, known)
    unit.later(*sql.insertion(row))
    outbox.put(unit, OUTBOX_KIND, row.id)


def _own_id(row: Acknowledgement) -> str:
    return f"<{row.id.hex}@{settings.ENS_MAIL_DOMAIN}>"


def _about(unit: Unit, to: str, headers: bytes, message_id: str, *, by_usager: bool = False) -> mdn.About:
    """``by_usager``: they decided it; else the service speaks, for their mailbox."""
    return mdn.About(
        headers=headers,
        message_id=message_id if message_id.isascii() else "",  # not one that a header may repeat
        subject=mdn.subject_of(headers),
        address=identity.mail_address(unit),
        label=queries.signed_as(unit) if by_usager else settings.ENS_SERVICE_NAME,
        to=to,
        at=clock.now(),
    )


def answer_receipt(thread_id: UUID, message_id: UUID | None, agrees: bool, *, by: Actor) -> ReceiptState:
    """The usager agrees to a read receipt of a message of a thread, or not; answered once, the first answer stays.

    Errors: NobodyThere, ThreadNotFound, SpaceAbsent.
    """

    def act(unit: Unit) -> ReceiptState:
        events.receipt_answered(unit, thread_id, agrees=agrees, attempt=True)
        if by.usager_id != unit.usager_id:
            raise ThreadNotFound()
        enrolment.check_open(unit)
        asked = Acknowledgement.objects.filter(usager_id=unit.usager_id, message_id=message_id, kind=ReceiptKind.READ)
        row = asked.select_for_update().first()
        message = Message.objects.filter(usager_id=unit.usager_id, thread_id=thread_id, id=message_id).first()
        if row is None or message is None:
            raise ThreadNotFound()
        if row.state != ReceiptState.ASKED:
            unit.untraced("déjà répondu : rien n'a changé")
            return ReceiptState(row.state)
        inside = queries.head(unit, message)
        row.state, row.answered_at = ReceiptState.DECLINED, clock.now()
        if agrees:
            known = sealer(unit).open_json(PURPOSE, row.id, row.sealed_mail)
            raw = sealer(unit).open(CONTENT, message.raw_id, store.get(message.raw_id))
            about = _about(unit, known["to"], mdn.headers_of(raw), inside["message_id"], by_usager=True)
            known["mail"] = mdn.displayed(about, _own_id(row)).decode(_BYTES)
            row.sealed_mail = sealer(unit).seal_json(PURPOSE, row.id, known)
            row.state = ReceiptState.QUEUED
            outbox.put(unit, OUTBOX_KIND, row.id)
        _save(unit, row)
        events.receipt_answered(unit, message.id, agrees=agrees, title=inside["subject"])
        return ReceiptState(row.state)

    return unit_of_work(locate(thread_id), act, by=by)


def _save(unit: Unit, row: Acknowledgement) -> None:
    Acknowledgement.objects.filter(usager_id=unit.usager_id, id=row.id).update(
        state=row.state, answered_at=row.answered_at, sealed_mail=row.sealed_mail
    )


def send(usager_id: UUID, row_id: UUID) -> None:
    """Hand an acknowledgement to its operator; called by the outbox, safe to repeat. Errors: TryLater."""
    relay = mail_relay()
    if relay is None:
        raise TryLater("aucun relais réglé")

    def prepare(unit: Unit) -> dict[str, str] | None:
        unit.untraced("l'accusé a laissé sa trace quand il a été décidé")
        row = Acknowledgement.objects.filter(usager_id=unit.usager_id, id=row_id, state=ReceiptState.QUEUED).first()
        return row and sealer(unit).open_json(PURPOSE, row.id, row.sealed_mail)

    known = unit_of_work(usager_id, prepare, by=SYSTEM)
    if known is None:
        return None
    try:
        data = known["mail"].encode(_BYTES)
        relay.send(trustspace.route_to(domain_of(known["to"])), "", known["to"], data)
    except (OperatorUnknown, PermanentFailure) as error:  # told to nobody: it is only an acknowledgement
        log.info("acknowledgement_not_delivered", acknowledgement=str(row_id), reason=type(error).__name__)
        return _end(usager_id, row_id, ReceiptState.FAILED)
    return _end(usager_id, row_id, ReceiptState.SENT)


def _end(usager_id: UUID, row_id: UUID, state: ReceiptState) -> None:
    def act(unit: Unit) -> None:
        unit.untraced("l'accusé a laissé sa trace quand il a été décidé")
        Acknowledgement.objects.filter(usager_id=unit.usager_id, id=row_id).update(state=state)

    unit_of_work(usager_id, act, by=SYSTEM)


def give_up(usager_id: UUID, row_id: UUID) -> None:
    _end(usager_id, row_id, ReceiptState.FAILED)
