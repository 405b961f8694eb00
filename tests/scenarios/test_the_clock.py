"""Time passes in a space of its own: the clock only moves forward."""

from __future__ import annotations

import pytest

from tests.messaging.mails import mail
from tests.scenarios.conftest import Operator, Visitor

pytestmark = [pytest.mark.space, pytest.mark.slow, pytest.mark.timeout(240)]
HOSPITAL, SENDER = "hopital.mss.example", "christelle.thomas@hopital.mss.example"


@pytest.mark.feature("S015", "B01")
def test_the_clock_opens_a_space_after_its_last_day_and_mail_then_arrives(own_space):
    karim = own_space.one("usagers", "notifie")
    assert karim["state"] == "noticed"
    moved = own_space.ens("clock", "+42d")
    assert moved.returncode == 0, moved.stderr
    assert "8 espaces ouverts" in moved.stdout
    Operator(own_space, HOSPITAL).send(SENDER, karim["address"], mail(karim["address"], sender=SENDER))
    visitor = Visitor(own_space, "notifie")
    assert visitor.address == "/accueil/"
    assert "Vos résultats" in visitor.get("/messages/")
