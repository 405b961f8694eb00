"""Delivery reports: what they change, for whom, and whose word is believed."""

from __future__ import annotations

import pytest

from tests.messaging.mails import mail

LABO, CABINET = "labo@operateur.example", "cabinet@operateur.example"


def report(original: str, *told: tuple[str, str, str]) -> bytes:
    """``told``: recipient, action, status."""
    blocks = "".join(
        f"Final-Recipient: rfc822; {to}\r\nAction: {action}\r\nStatus: {status}\r\n\r\n" for to, action, status in told
    )
    return (
        "From: MAILER-DAEMON@operateur.example\r\nSubject: Rapport\r\nMIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        "--b\r\nContent-Type: text/plain\r\n\r\nRapport\r\n"
        f"--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n{blocks}"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {original}\r\n\r\n--b--\r\n"
    ).encode()


@pytest.fixture
def sent(inaya, operator, relay):
    """What a usager answered to the laboratory and to a practice, in one conversation."""
    from ens.messaging.services import list_threads, receive, reply
    from ens.messaging.types import IncomingMail, Reply

    for rank, writer in enumerate((LABO, CABINET)):
        answers = {"in_reply_to": "<0@operateur.example>"} if rank else {}
        data = mail(inaya.address, sender=writer, message_id=f"<{rank}@operateur.example>", **answers)
        receive(IncomingMail(writer, inaya.address, data), by=operator)
    (card,) = list_threads(inaya.usager_id, by=inaya.actor)
    key = reply(card.id, Reply("Merci"), by=inaya.actor)
    return card.id, f"<{key.hex}@patient.mssante.fr>"


def comes_back(person, data, *, by):
    from ens.messaging.services import receive
    from ens.messaging.types import IncomingMail

    receive(IncomingMail("", person.address, data), by=by)


def answered(person, thread_id):
    from ens.messaging.services import open_thread

    messages = open_thread(thread_id, by=person.actor).messages
    return next(one for one in messages if one.from_usager), messages[-1]


def unread(person):
    from ens.messaging.services import list_threads

    return [card.unread for card in list_threads(person.usager_id, by=person.actor)]


@pytest.mark.feature("S087")
def test_of_several_recipients_the_one_that_failed_is_counted(inaya, operator, sent):
    from ens.messaging.types import Delivery

    thread, original = sent
    data = report(original, (LABO, "delivered", "2.0.0"), (CABINET, "failed", "5.1.1"))
    comes_back(inaya, data, by=operator)
    mine, last = answered(inaya, thread)
    assert mine.delivery_state is Delivery.FAILED
    assert "n'existe plus" in mine.delivery_reason
    assert "1 de vos 2 correspondants" in mine.delivery_reason
    assert last.is_system
    comes_back(inaya, report(original, (LABO, "failed", "5.2.2")), by=operator)
    assert "2 de vos 2 correspondants" in answered(inaya, thread)[0].delivery_reason


@pytest.mark.parametrize(("action", "disturbs"), [("delayed", True), ("relayed", False), ("expanded", False)])
def test_a_report_that_nothing_failed_stays_with_its_message_and_changes_nothing(
    inaya, operator, sent, action, disturbs
):
    from ens.messaging.services import open_thread
    from ens.messaging.types import Delivery

    thread, original = sent
    open_thread(thread, by=inaya.actor)
    comes_back(inaya, report(original, (LABO, action, "4.4.1")), by=operator)
    assert unread(inaya) == [disturbs]
    mine, last = answered(inaya, thread)
    assert (mine.delivery_state, mine.delivery_reason, last.is_system) == (Delivery.QUEUED, "", True)


def test_a_report_is_believed_only_about_ones_own_message_from_a_recipients_operator(
    inaya, operator, people, sent
):
    """Another operator's, about the right message; the right operator's, in another usager's mailbox."""
    from ens.kernel.actor import Actor, ActorKind
    from ens.messaging.types import Delivery

    thread, original = sent
    data = report(original, (LABO, "failed", "5.1.1"))
    comes_back(inaya, data, by=Actor(ActorKind.OPERATEUR, "autre.example", "Autre"))
    comes_back(people.usager(), data, by=operator)
    assert answered(inaya, thread)[0].delivery_state is Delivery.QUEUED


@pytest.mark.feature("S095")
def test_a_message_of_the_service_is_told_apart_and_cannot_be_answered(inaya, operator):
    """Nobody stands behind it: it is read in the same place, under the service's name."""
    from ens.messaging.errors import ReplyNotAllowed
    from ens.messaging.services import list_threads, open_thread, reply
    from ens.messaging.types import Reply, ReplyMode

    comes_back(inaya, mail(inaya.address, sender="mailer-daemon@operateur.example", subject="Maintenance"), by=operator)
    (card,) = list_threads(inaya.usager_id, by=inaya.actor)
    thread = open_thread(card.id, by=inaya.actor)
    assert [message.is_system for message in thread.messages] == [True]
    assert card.correspondent_label == "Service de messagerie"
    assert (thread.reply.mode, thread.reply.reason) == (ReplyMode.NO_REPLY, "Ce message n’autorise pas la réponse.")
    with pytest.raises(ReplyNotAllowed):
        reply(card.id, Reply("Merci"), by=inaya.actor)
