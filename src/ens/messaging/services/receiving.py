"""A message from an operator to a usager: checked, sealed, stored, committed; then only acknowledged."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db import IntegrityError

from ens.audit import events
from ens.coffre import store
from ens.coffre.services import CONTENT, sealer
from ens.enrolment import queries as enrolment
from ens.enrolment.errors import SpaceAbsent
from ens.identity import queries as identity
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.ids import new_id
from ens.messaging import archives, aside, calendars, ledger, queries, senders, verdicts
from ens.messaging.errors import (
    AddressInvalid,
    AddressKeyWrong,
    AttachmentOfAnother,
    MailboxAbsent,
    MessageTooLarge,
)
from ens.messaging.mime import parse
from ens.messaging.models import Attachment, Correspondent, Message, Thread
from ens.messaging.parsed import ParsedFile, ParsedMail
from ens.messaging.services import acknowledging, answering, reports, screening
from ens.messaging.services.operators import check_recipient_of
from ens.messaging.services.recognising import Keys
from ens.messaging.types import INCOMING, AttachmentSource, Delivery, IncomingMail, Received
from ens.messaging.words import is_plain
from ens.notifications.services import tell
from ens.notifications.types import NoticeKind
from ens.persistence import sql
from ens.persistence.outbox import OF_NOBODY
from ens.persistence.unit import StartAgain, Unit, unit_of_work
from ens.record.digests import content_digest
from ens.standards.errors import StandardError
from ens.standards.ins import Matricule

_LOCAL = re.compile(r"[0-9A-Za-z]{15}")


def check_recipient(address: str, sender: str = "", *, by: Actor) -> UUID:
    """The usager whose open mailbox this is; nobody's id for the test address, which is always there.

    Unknown, never created, opposed, closed, and open to others than this ``sender`` answer alike, by the same path: a
    look-up, then a unit of work that reads the state. Errors: AddressInvalid, AddressKeyWrong (only when nobody is
    found), MailboxAbsent.
    """
    if answering.is_test_address(address):
        return OF_NOBODY
    check_recipient_of(by)
    usager_id, is_known = _addressee(address)

    def act(unit: Unit) -> bool:
        unit.untraced("le message lui-même laissera sa trace")
        return enrolment.state(unit).is_open and not any(unit.answers)

    if unit_of_work(usager_id, act, by=by, asking=[queries.refusal_of(usager_id, sender)] if sender else []):
        return usager_id
    if not is_known:
        _check_key(address)
    events.about_nobody("messagerie", "destinataire_refuse", by=by, code=MailboxAbsent.code)
    raise MailboxAbsent()


def _addressee(address: str) -> tuple[UUID, bool]:
    """Whose mailbox it is, or who stands for nobody; whether they are known. Errors: AddressInvalid."""
    local, _, domain = address.rpartition("@")
    if domain.lower() != settings.ENS_MAIL_DOMAIN or not _LOCAL.fullmatch(local):
        raise AddressInvalid()
    found = identity.find_usager(local.upper())
    return (found.usager_id, True) if found else (identity.nobody(local), False)


def _check_key(address: str) -> None:
    """Errors: AddressKeyWrong."""
    if not _has_right_key(address.rpartition("@")[0].upper()):
        raise AddressKeyWrong()


def _has_right_key(local: str) -> bool:
    try:
        return Matricule.parse(local).has_valid_key
    except StandardError:
        return False


def receive(mail: IncomingMail, *, by: Actor) -> Received:
    """File one message in the usager's mailbox. The same one sent again, or at once, is kept once.

    Errors: those of ``check_recipient``; MessageTooLarge, MessageMalformed, MessageInfected, AntivirusSilent,
    AttachmentOfAnother, StoreUnavailable; at the test address, TestNotRecognised, TooManyTests.
    """
    if len(mail.data) > settings.ENS_MAIL_MAX_BYTES:
        raise MessageTooLarge(limit=settings.ENS_MAIL_MAX_BYTES)
    parsed = parse(mail.data)
    if answering.is_test_address(mail.recipient):
        return answering.answer(mail, parsed, by=by)
    check_recipient_of(by)
    parsed = replace(parsed, files=archives.opened(parsed.files), is_unseen=not screening.was_seen(mail.data))
    usager_id, is_known = _addressee(mail.recipient)
    keys = Keys.of(usager_id, mail, parsed)

    def act(unit: Unit) -> Received:
        events.message_received(unit, None, title=parsed.subject, attempt=True)
        try:
            enrolment.check_open(unit)
        except SpaceAbsent as error:
            raise MailboxAbsent() from error
        _check_patients(unit, parsed)
        return _file(unit, mail, parsed, keys)

    try:
        return unit_of_work(usager_id, act, by=by, asking=keys.questions(usager_id))
    except MailboxAbsent:
        if not is_known:
            _check_key(mail.recipient)
        raise


def _check_patients(unit: Unit, parsed: ParsedMail) -> None:
    """What is joined is about the addressee, by any of their matricules and its OID. Errors: AttachmentOfAnother."""
    for matricule, oid in archives.patients(parsed.files):
        found = identity.find_usager(matricule, oid)
        if found is None or found.usager_id != unit.usager_id:
            raise AttachmentOfAnother()


def _file(unit: Unit, mail: IncomingMail, parsed: ParsedMail, keys: Keys) -> Received:
    sender = mail.sender.lower()
    alike, written_by = unit.answers
    known = next((key for key, digest_, *_ in alike if digest_ == keys.dedupe), None)
    if known is not None:
        unit.untraced("déjà reçu : rien n'a changé")
        return Received(known, created=False)
    report = reports.reported(unit, parsed)
    correspondent = None if report is not None or not sender else _correspondent(unit, sender, keys, written_by, parsed)
    thread, opening = _thread(unit, parsed, report)
    is_quiet = report is not None and not reports.says_trouble(parsed)
    message = Message(
        usager_id=unit.usager_id,
        id=new_id(),
        thread_id=thread.id,
        read_at=clock.now() if is_quiet else None,
        correspondent_id=correspondent and correspondent.id,
        direction=INCOMING,
        at=clock.now(),
        mail_id_digest=keys.mail_id,
        dedupe_digest=keys.dedupe,
        delivery=Delivery.RECEIVED,
        raw_id=new_id(),
        is_system=report is not None or not sender,
        same_id_other_content=bool(alike),
    )
    inside = _head(unit, parsed, correspondent, message) | {"told": acknowledging.may_be_told(sender, parsed)}
    message.sealed_head = sealer(unit).seal_json("message", message.id, inside)
    try:
        # the rows first: whoever sends the same waits here, and stores nothing in vain
        sql.together([*opening, sql.insertion(message)])
    except IntegrityError as error:
        raise StartAgain() from error
    _store(unit, message.raw_id, mail.data)
    files = [(one.name, one.media_type, one.data) for one in parsed.files]
    ids = [message.id, message.raw_id, *attach(unit, message, files)]
    unit.later(_ARRIVED, [message.at, int(not is_quiet), unit.usager_id, thread.id])
    unit.register_locator([*ids, thread.id])
    unit.later(*ledger.passage(ledger.IN, unit.by.id, ledger.ACCEPTED))
    acknowledging.answer(unit, message, mail, parsed, inside["pieces"])
    if report is not None and parsed.report is not None:
        reports.take_note(unit, report, parsed.report)
    events.message_received(unit, message.id, title=parsed.subject)
    if not is_quiet:
        tell(unit, NoticeKind.MESSAGE)
    return Received(message.id, created=True)


# a conversation in which somebody writes again is not in the trash any more
_ARRIVED = """
UPDATE messaging_thread SET last_at = %s, unread = unread + %s, trashed_at = NULL WHERE usager_id = %s AND id = %s
"""


def _store(unit: Unit, key: UUID, data: bytes) -> None:
    unit.on_abandon(lambda: store.delete(key))
    store.put(key, sealer(unit).seal(CONTENT, key, data))


def attach(unit: Unit, message: Message, files: list[tuple[str, str, bytes]]) -> list[UUID]:
    """Keep a message's files, each sealed on its own; returns their ids."""
    ids = []
    for position, (name, media_type, data) in enumerate(files):
        row = Attachment(
            usager_id=unit.usager_id,
            id=new_id(),
            message_id=message.id,
            position=position,
            media_type=media_type[:120],
            size=len(data),
        )
        row.sealed_name = sealer(unit).seal("piece", row.id, name.encode())
        unit.later(*sql.insertion(row))
        _store(unit, row.id, data)
        ids.append(row.id)
    return ids


def _head(unit: Unit, parsed: ParsedMail, correspondent: Correspondent | None, message: Message) -> dict[str, Any]:
    known = queries.identity_of(unit, correspondent) if correspondent else queries.SERVICE
    inside, drawn = archives.shown_inside(parsed.files), archives.renditions(parsed.files)
    pieces = [_said(unit, one, parsed, known, message) for one in parsed.files]
    for one, said in zip(parsed.files, pieces, strict=True):
        if one.patient is None and one.data in inside:
            said["refusal"] = verdicts.SHOWN
        elif one in drawn and not said["refusal"]:
            said["refusal"] = verdicts.DRAWN
    return {
        "subject": parsed.subject,
        "from_label": known["label"],
        "role_label": known["role"],
        "unlisted": known.get("unlisted", False),
        "listed": known.get("listed", False),
        "text": parsed.text,
        "html": parsed.html,
        "message_id": parsed.message_id,
        "references": list(parsed.in_reply_to),
        "marks": parsed.headers,
        "unseen": parsed.is_unseen,
        "pieces": pieces,
    }


def _said(unit: Unit, one: ParsedFile, parsed: ParsedMail, known: dict[str, Any], message: Message) -> dict[str, Any]:
    """What is known of a file for when it is saved in the record: its archive's metadata, and the verdict."""
    source = AttachmentSource(
        attachment_id=message.id,
        name=one.name,
        media_type=one.media_type,
        data=one.data,
        sender_label=known["label"],
        sender_role=known["role"],
        subject=parsed.subject,
        sent_at=message.at,
        document_id=None,
        unique_id=one.unique_id,
        aside=aside.reason(one),
        type_code=one.type_code or verdicts.announced_type(parsed.headers),
        act_at=one.act_at,
    )
    said: dict[str, Any] = {}
    if one.media_type == calendars.MEDIA_TYPE and (appointments := calendars.read(one.data)):
        said["appointments"] = appointments
    said |= {"refusal": verdicts.refusal(source), "content": content_digest(unit.usager_id, one.data).hex()}
    if source.aside:
        said["aside"] = source.aside
    if one.unique_id:
        said |= {"unique_id": one.unique_id, "type_code": one.type_code}
        said["act_at"] = one.act_at.isoformat() if one.act_at else ""
    return said


def _correspondent(
    unit: Unit, sender: str, keys: Keys, found: tuple[Any, ...] | None, parsed: ParsedMail
) -> Correspondent:
    """Who wrote: the envelope's address is who they are; writing again reopens an exchange that they ended.

    A machine that answers for them reopens nothing (RFC 3834).

    Errors: MailboxAbsent, the usager ended it since the door was asked.
    """
    shown = senders.shown(sender, parsed)
    known = {
        "address": sender,
        "reply_to": parsed.reply_to if is_plain(parsed.reply_to) else sender,
        "label": shown.label,
        "role": shown.role,
        "organisation": shown.is_organisation,
        "unlisted": shown.is_unlisted,
        "listed": shown.is_listed,
    }
    if found and found[1] is not None:
        raise MailboxAbsent()
    row = Correspondent(usager_id=unit.usager_id, id=found[0] if found else new_id(), address_digest=keys.sender)
    row.last_wrote_at = clock.now()
    row.ended_at = clock.now() if parsed.ends_exchange else None
    row.sealed_identity = sealer(unit).seal_json("correspondant", row.id, known)
    if found:
        changed = [parsed.is_automatic and not parsed.ends_exchange, row.ended_at, row.sealed_identity]
        unit.later(_WROTE, [row.last_wrote_at, *changed, unit.usager_id, row.id])
        return row
    try:
        sql.insert(row)
    except IntegrityError as error:
        raise StartAgain() from error
    return row


_WROTE = """
UPDATE messaging_correspondent
SET last_wrote_at = %s, ended_at = CASE WHEN %s THEN ended_at ELSE %s END, sealed_identity = %s
WHERE usager_id = %s AND id = %s
"""


def _thread(unit: Unit, parsed: ParsedMail, report: Message | None) -> tuple[Thread, list[sql.Statement]]:
    """By Message-ID, In-Reply-To and References, never by subject (S094); what opens it, when it is new."""
    found = None
    if report is not None:
        found = report.thread_id
    elif parsed.in_reply_to:
        keys = [queries.mail_id_digest(unit, one) for one in parsed.in_reply_to]
        found = (
            Message.objects.filter(usager_id=unit.usager_id, mail_id_digest__in=keys)
            .order_by("-at", "-id")
            .values_list("thread_id", flat=True)
            .first()
        )
    if found is not None:
        return Thread.objects.get(usager_id=unit.usager_id, id=found), []
    thread = Thread(usager_id=unit.usager_id, id=new_id(), last_at=clock.now(), unread=0)
    subject = parsed.subject or "Sans objet"
    thread.sealed_subject = sealer(unit).seal("conversation", thread.id, subject.encode())
    return thread, [sql.insertion(thread)]


def is_usager(by: Actor, usager_id: UUID) -> bool:
    """Messages are the usager's and nobody else's: no professional reads a mailbox."""
    return by.kind is ActorKind.USAGER and by.usager_id == usager_id
