"""A document of the record sent to a professional who wrote, as an attachment of an answer to them."""

from __future__ import annotations

from uuid import UUID

from ens.audit import events
from ens.enrolment import queries as enrolment
from ens.journeys import archives
from ens.journeys.types import Sendable
from ens.kernel.actor import Actor, ActorKind
from ens.messaging import queries as messaging
from ens.messaging.services.sending import reply_in
from ens.messaging.types import File, Reply
from ens.persistence.locator import locate
from ens.persistence.unit import Unit, unit_of_work
from ens.record import queries as record
from ens.record.errors import DocumentNotFound
from ens.record.services.reading import card, content_in, described_in


def sendable(document_id: UUID, *, by: Actor) -> Sendable:
    """What the form shows: the document, and who may be written to.

    Errors: NobodyThere, DocumentNotFound, SpaceAbsent.
    """

    def act(unit: Unit) -> Sendable:
        events.documents_searched(unit, attempt=True)
        _check(unit)
        document = record.readable(unit, document_id)
        events.documents_searched(unit, found=1)
        return Sendable(card(unit, document), document.size, messaging.addressees(unit))

    return unit_of_work(locate(document_id), act, by=by)


def send_document(document_id: UUID, thread_id: UUID, body: str, token: str, *, by: Actor) -> UUID:
    """Answer in a conversation with the document joined, as it was filed; the same form sent twice sends once.

    To whose software reads them, with its metadata in an archive too (ECO.2.1.1).

    Returns the message's id. Errors: those of ``sendable``, ThreadNotFound, ReplyNotAllowed, ReplyTooLarge,
    ContentDamaged, StoreUnavailable.
    """

    def act(unit: Unit) -> UUID:
        events.document_sent(unit, document_id, attempt=True)
        _check(unit)
        content, title = content_in(unit, document_id)
        to = messaging.reply_option(unit, thread_id).recipients_label
        before = len(unit.lines)
        answer = Reply(body, (File(content.filename, content.data),), token)
        if messaging.reads_archives(unit, thread_id):
            answer = archives.with_archive(unit, answer, content, described_in(unit, document_id))
        message_id = reply_in(unit, thread_id, answer)
        if len(unit.lines) > before:  # else this very form was sent already
            events.document_sent(unit, document_id, title=title, to=to)
        return message_id

    return unit_of_work(locate(document_id), act, by=by)


def _check(unit: Unit) -> None:
    if unit.by.kind is not ActorKind.USAGER or unit.by.usager_id != unit.usager_id:
        raise DocumentNotFound()
    enrolment.check_open(unit)
