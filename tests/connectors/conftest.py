"""Campaigns of these tests run alone, in a département of their own."""

from __future__ import annotations

import re
from datetime import date
from itertools import count

import pytest

from ens.enrolment import ports
from ens.kernel import clock

_numbers = count()


def campaigns_are_over():
    """Of the other tests: nothing of theirs is sent any more, not even a letter for an e-mail that came back."""
    from ens.enrolment.models import Lot, Return, Wave

    Wave.objects.update(starts_on=date(2000, 1, 1), ends_on=date(2000, 1, 2))
    Return.objects.filter(answered_at=None).update(answered_at=clock.now())
    Lot.objects.filter(sent_at=None, cancelled_at=None).update(cancelled_at=clock.now())


@pytest.fixture
def territory(people, monkeypatch):
    from ens.identity.population import judging
    from ens.standards.departements import DEPARTEMENTS, Departement

    code = f"Y{next(_numbers):02X}"  # one drawn would be another test's now and then, with its people
    monkeypatch.setitem(DEPARTEMENTS, code, Departement(code, "Essai", "99", "Essai"))
    monkeypatch.setattr(judging, "_placed", lambda fields: fields)
    monkeypatch.setattr(judging, "_WHOLE", re.compile(".*", re.DOTALL))
    monkeypatch.setattr(ports, "_senders", {})
    campaigns_are_over()
    yield code
    campaigns_are_over()
