"""People of a test's own département, a campaign to them, and what its letters say when they are read back."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime

import pypdfium2

from ens.enrolment import campaigns
from ens.enrolment.campaigns import NewModel, NewWave
from ens.identity.population.load import import_population
from ens.identity.queries import find_usager
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.ids import new_id
from tests.identity.population import line, write

STEERER = Actor(ActorKind.PILOTAGE, "pilote", "Pilote")
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
LAST_DAY = "lundi 16 février 2026"  # 42 days later
OPENS_ON = "17 février 2026"
BODY = """Bonjour {prenom_nom}, un espace santé sera le vôtre.

Sur {lien}, saisissez le code {code} et votre date de naissance.

Vous avez {delai_jours} jours, jusqu'au {dernier_jour} inclus, pour choisir."""
CODE = re.compile(r"\b[2-9A-HJKMNP-Z]{4} [2-9A-HJKMNP-Z]{4} [2-9A-HJKMNP-Z]{4}\b")
ADDRESS = {"adresse_4": "8 rue des Lilas", "adresse_6": "44000 NANTES"}


def register(folder, territory, *lines):
    placed = [{**one, "departement": territory} for one in lines]
    report = import_population(write(folder / f"{new_id()}.csv", *placed))
    assert report.registered == len(lines), report.refused
    return [find_usager(one["matricule"]).usager_id for one in lines]


def by_post(**more):
    return line(**{**ADDRESS, "email": "", **more})


def by_email(address, **more):
    return line(email=address, **more)


def create(territory, **parameters):
    called = f"Campagne {new_id().hex[-8:]}"
    models = [NewModel(channel, "A", 100, "À vous de choisir", BODY) for channel in ("email", "courrier")]
    wave = NewWave("V1", date(2026, 1, 5), date(2026, 3, 30), departements=(territory,))
    campaigns.create(called, models=models, waves=[wave], by=STEERER, **{"lot_size": 10, **parameters})
    return called


def pages(pdf):
    """The text of each page, its spaces made single."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [" ".join(page.get_textpage().get_text_bounded().split()) for page in document]
    finally:
        document.close()
