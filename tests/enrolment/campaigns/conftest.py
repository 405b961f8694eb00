"""A territory, its people, and the carriers of its campaigns."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime
from itertools import count

import pytest

from ens.enrolment import campaigns, ports
from ens.enrolment.campaigns import NewModel, NewWave
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.ids import new_id
from tests.connectors.conftest import campaigns_are_over
from tests.identity.population import write

STEERER = Actor(ActorKind.PILOTAGE, "pilote", "Pilote")
BODY = "Bonjour {prenom_nom}. Code {code}, {lien}. Vous avez {delai_jours} jours, jusqu'au {dernier_jour}."
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAYS = (date(2026, 1, 5), date(2026, 1, 16))


def model(channel="email", variant="A", share=100, body=BODY):
    return NewModel(channel, variant, share, "Votre espace santé", body)


MODELS = (model(), model("courrier"))


def name():
    return f"Campagne {new_id().hex[-8:]}"


class Carrier:
    """Keeps what it is given, as a relay or a printer would; ``fails`` and ``later`` say how it answers."""

    def __init__(self):
        self.lots, self.fails, self.later = [], None, False

    def send(self, lot):
        self.lots.append(lot)
        if self.fails:
            raise self.fails
        return None if self.later else clock.now()

    @property
    def people(self):
        return [usager_id for lot in self.lots for usager_id in lot.people]


@pytest.fixture
def carriers(monkeypatch):
    monkeypatch.setattr(ports, "_senders", {})
    both = {"email": Carrier(), "courrier": Carrier()}
    for channel, carrier in both.items():
        ports.use_sender(channel, carrier)
    return both


_numbers = count()


@pytest.fixture
def territory(people, monkeypatch):
    """A département of this test's own, so that nobody else is in it."""
    from ens.identity.population import judging
    from ens.standards.departements import DEPARTEMENTS, Departement

    code = f"Z{next(_numbers):02X}"  # one drawn would be another test's now and then, with its people
    monkeypatch.setitem(DEPARTEMENTS, code, Departement(code, "Essai", "99", "Essai"))
    monkeypatch.setattr(judging, "_placed", lambda fields: fields)
    monkeypatch.setattr(judging, "_WHOLE", re.compile(".*", re.DOTALL))
    return code


@pytest.fixture(autouse=True)
def over(db):
    """Waves of other tests are over before and after each: its clock would run them too."""
    campaigns_are_over()
    yield
    campaigns_are_over()


def register(tmp_path, territory, *lines):
    from ens.identity.population.load import import_population
    from ens.identity.queries import find_usager

    placed = [{**one, "departement": territory} for one in lines]
    report = import_population(write(tmp_path / f"{new_id()}.csv", *placed))
    assert report.registered == len(lines), report.refused
    return [find_usager(one["matricule"]).usager_id for one in lines]


def create(territory, days=DAYS, **parameters):
    called = name()
    campaigns.create(
        called, models=parameters.pop("models", MODELS), waves=[NewWave("V1", *days, departements=(territory,))],
        by=STEERER, **{"lot_size": 2, **parameters},
    )  # fmt: skip
    return called


def kinds(usager_id):
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT kind FROM enrolment_event WHERE usager_id = %s ORDER BY rank", [usager_id])
        return [kind for (kind,) in cursor.fetchall()]


def wave_of(called):
    return campaigns.calendar(called)[0]
