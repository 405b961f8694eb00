"""What leaves is kept until the operator took it: nothing is lost, nothing is sent twice to who took it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests.factories import before_all_due
from tests.messaging.mails import mail
from tests.outbox import EVERYTHING


class Killed(BaseException):
    """The worker ends here, as by ``kill -9``."""


@pytest.fixture
def due(inaya):
    """Run the outbox as the worker does, what this usager sent being due."""
    from ens.persistence import outbox
    from ens.persistence.models import OutboxRow

    def run():
        OutboxRow.objects.filter(usager_id=inaya.usager_id).update(due_at=before_all_due())
        outbox.run_due(EVERYTHING)

    return run


def sent(inaya, operator, *writers, body="Merci"):
    """An answer to a thread in which each of these mailboxes wrote."""
    from ens.messaging.services import list_threads, receive, reply
    from ens.messaging.types import IncomingMail, Reply

    for rank, writer in enumerate(writers):
        answers = {"in_reply_to": "<0@operateur.example>"} if rank else {}
        data = mail(inaya.address, sender=writer, message_id=f"<{rank}@operateur.example>", **answers)
        receive(IncomingMail(writer, inaya.address, data), by=operator)
    (card,) = list_threads(inaya.usager_id, by=inaya.actor)
    reply(card.id, Reply(body), by=inaya.actor)
    return card.id


def state(inaya, thread_id):
    from ens.messaging.services import open_thread

    last = open_thread(thread_id, by=inaya.actor).messages[-1]
    return last.delivery_state, last.delivery_reason


def recipients(relay, inaya):
    return [recipient for sender, recipient, _ in relay.sent if sender == inaya.address]


@pytest.mark.feature("S087")
def test_an_operator_that_does_not_answer_keeps_the_message_waiting(inaya, operator, relay, due):
    from ens.messaging.types import Delivery
    from ens.persistence.outbox import TryLater

    thread = sent(inaya, operator, "labo@operateur.example")
    relay.fails = TryLater("421")
    due()
    assert state(inaya, thread) == (Delivery.QUEUED, "")
    relay.fails = None
    due()
    assert state(inaya, thread) == (Delivery.SENT, "")
    due()
    assert recipients(relay, inaya) == ["labo@operateur.example"]


def test_a_worker_killed_while_sending_leaves_the_message_to_the_next(inaya, operator, relay, due):
    from ens.messaging.types import Delivery

    thread = sent(inaya, operator, "labo@operateur.example")
    relay.fails = Killed()
    with pytest.raises(Killed):
        due()
    assert state(inaya, thread)[0] is Delivery.QUEUED
    relay.fails = None
    due()
    assert state(inaya, thread)[0] is Delivery.SENT


def test_who_took_it_does_not_receive_it_again_when_another_did_not(inaya, operator, relay, due):
    from ens.messaging.types import Delivery
    from ens.persistence.outbox import TryLater

    thread = sent(inaya, operator, "un@operateur.example", "deux@operateur.example")
    given = relay.send

    def only_the_first(operator_ref, sender, recipient, data):
        if recipients(relay, inaya):
            raise TryLater("421")
        given(operator_ref, sender, recipient, data)

    relay.send = only_the_first
    due()
    assert state(inaya, thread)[0] is Delivery.QUEUED
    relay.send = given
    due()
    assert state(inaya, thread)[0] is Delivery.SENT
    assert sorted(recipients(relay, inaya)) == ["deux@operateur.example", "un@operateur.example"]


@pytest.mark.feature("S087")
def test_after_two_days_the_usager_is_told(inaya, operator, relay, due):
    from ens.messaging import delivery
    from ens.messaging.types import Delivery
    from ens.persistence import outbox
    from ens.persistence.models import OutboxRow
    from ens.persistence.outbox import TryLater

    thread = sent(inaya, operator, "labo@operateur.example")
    relay.fails = TryLater("421")
    OutboxRow.objects.filter(usager_id=inaya.usager_id, kind="courrier").update(attempts=outbox.MAX_ATTEMPTS - 1)
    due()
    assert state(inaya, thread) == (Delivery.FAILED, delivery.SILENT)


@pytest.mark.feature("S089", "S090")
@pytest.mark.parametrize("becomes", ["off the list", "under test"])
def test_an_operator_taken_off_the_list_or_put_under_test_receives_nothing_more(inaya, relay, due, becomes):
    from ens.kernel.actor import Actor, ActorKind
    from ens.messaging import delivery
    from ens.messaging.services import allow_operator
    from ens.messaging.types import Delivery, OperatorRef

    leaving = OperatorRef("partant.example", "Opérateur qui part", "127.0.0.1", 1)
    allow_operator(leaving)
    actor = Actor(ActorKind.OPERATEUR, leaving.domain, leaving.name)
    thread = sent(inaya, actor, "labo@partant.example")
    if becomes == "under test":
        allow_operator(replace(leaving, is_test=True))
    else:
        allow_operator(leaving, until=datetime(2020, 1, 1, tzinfo=UTC))
    due()
    assert state(inaya, thread) == (Delivery.FAILED, delivery.UNREACHABLE)
    assert recipients(relay, inaya) == []


@pytest.mark.feature("S087")
def test_one_who_refuses_or_does_not_answer_keeps_nothing_from_the_others(inaya, operator, relay, due, monkeypatch):
    from ens.messaging.ports import PermanentFailure
    from ens.messaging.types import Delivery
    from ens.persistence.outbox import TryLater

    writers = ("absent@operateur.example", "muet@operateur.example", "labo@operateur.example")
    thread = sent(inaya, operator, *writers)
    fails = {writers[0]: PermanentFailure("La boîte de votre correspondant est pleine."), writers[1]: TryLater("451")}
    hands = relay.send

    def send(place, sender, recipient, data):
        if recipient in fails:
            raise fails[recipient]
        hands(place, sender, recipient, data)

    monkeypatch.setattr(relay, "send", send)
    due()
    assert recipients(relay, inaya) == [writers[2]]
    told, reason = state(inaya, thread)
    assert told is Delivery.FAILED
    assert reason == "La boîte de votre correspondant est pleine. 1 de vos 3 correspondants ne l'ont pas reçu."
    del fails[writers[1]]
    due()
    due()
    assert recipients(relay, inaya) == [writers[2], writers[1]]  # each once; who refused is not asked again
    assert state(inaya, thread) == (told, reason)
