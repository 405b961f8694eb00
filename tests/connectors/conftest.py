"""Campaigns of these tests run alone, in a département of their own."""

from __future__ import annotations

import re
from datetime import date

import pytest

from ens.enrolment import ports
from ens.kernel.ids import new_id


@pytest.fixture
def territory(people, monkeypatch):
    from ens.enrolment.models import Wave
    from ens.identity.population import judging
    from ens.standards.departements import DEPARTEMENTS, Departement

    code = "Z" + new_id().hex[-2:].upper()
    monkeypatch.setitem(DEPARTEMENTS, code, Departement(code, "Essai", "99", "Essai"))
    monkeypatch.setattr(judging, "_placed", lambda fields: fields)
    monkeypatch.setattr(judging, "_WHOLE", re.compile(".*", re.DOTALL))
    monkeypatch.setattr(ports, "_senders", {})
    Wave.objects.update(starts_on=date(2000, 1, 1), ends_on=date(2000, 1, 2))
    yield code
    Wave.objects.update(starts_on=date(2000, 1, 1), ends_on=date(2000, 1, 2))
