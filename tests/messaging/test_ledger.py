"""What came and what left, counted by operator and by cause: as the command prints it."""

from __future__ import annotations

from argparse import Namespace
from datetime import date

import pytest

from ens.kernel.ids import new_id
from tests.messaging.mails import mail


@pytest.fixture
def day(db):
    """A day of its own, far away: figures are of days."""
    from datetime import UTC, datetime, timedelta

    from ens.kernel import clock

    moment = datetime(2031, 1, 1, 9, tzinfo=UTC) + timedelta(days=new_id().int % 20_000)
    with clock.freeze(moment):
        yield moment.date()


def asked(day: date):
    from ens.cli.ledger import perform

    return perform(Namespace(depuis=day.isoformat(), jusqu_au=day.isoformat()))


@pytest.mark.feature("S086")
def test_messages_kept_delivered_and_refused_are_counted_once_by_operator_and_cause(inaya, operator, relay, day):
    from ens.messaging import ledger
    from ens.messaging.ports import PermanentFailure
    from ens.messaging.services import list_threads, receive, reply
    from ens.messaging.services.sending import send
    from ens.messaging.types import IncomingMail, Reply

    data = mail(inaya.address)
    for _ in range(2):  # twice is once
        receive(IncomingMail("labo@operateur.example", inaya.address, data), by=operator)
    ledger.note_refusal("operateur.example", "boite_absente")
    ledger.count()
    ledger.note_refusal("", "operateur_inconnu")
    (card,) = list_threads(inaya.usager_id, by=inaya.actor)
    for fails in (None, PermanentFailure("La boîte de votre correspondant est pleine.")):
        relay.fails = fails
        send(inaya.usager_id, reply(card.id, Reply("Merci"), by=inaya.actor))
    facts, said = asked(day)
    ledger.count()
    ledger.count()
    assert asked(day) == (facts, said)  # gathered or not
    assert (facts["received"], facts["delivered"]) == (1, 1)
    assert facts["refused"] == {"boite_absente": 1, "operateur_inconnu": 1}
    assert facts["operators"]["operateur.example"]["undelivered"] == {"boite_pleine": 1}
    assert said[1] == "reçus et gardés : 1 ; partis et remis : 1 ; rejetés : 3 (60,0 %)"


def test_days_that_are_not_days_are_refused(db):
    from ens.cli.ledger import perform
    from ens.cli.refusals import CommandRefused

    for depuis, jusqu_au in (("hier", None), ("2026-02-02", "2026-02-01")):
        with pytest.raises(CommandRefused):
            perform(Namespace(depuis=depuis, jusqu_au=jusqu_au))
