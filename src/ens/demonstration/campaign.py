"""A campaign under way: people imported, then noticed yesterday by a real letter or e-mail, with a code that works.

They come by the file of a population and the lots of a campaign, like everyone; a child is reached where its
representative is. Its one wave is over: nobody imported later is noticed by it.
"""

from __future__ import annotations

import csv
import time
from collections.abc import Callable

from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from ens.demonstration import places
from ens.demonstration.cast import Member, member, of_kind
from ens.demonstration.standing import state_of
from ens.enrolment import campaigns
from ens.enrolment.campaigns import NewModel, NewWave
from ens.enrolment.types import EMAIL, POST, State
from ens.identity import queries
from ens.identity.population.load import import_population
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind

NAME, WAVE = "Démonstration", "Loire-Atlantique et Haute-Garonne"
LIVES_IN = "44"
DEPARTEMENTS = (LIVES_IN, "31")
ADDRESSES = {
    "madeleine": ("12 RUE DES TILLEULS", "44000 NANTES"),
    "rose": ("3 QUAI DES PECHEURS", "44600 SAINT-NAZAIRE"),
    "yanis": ("27 AVENUE DE LA GARE", "44800 SAINT-HERBLAIN"),
    "solene": ("5 IMPASSE DU MOULIN", "44400 REZE"),
    "bastien": ("41 RUE DES FORGES", "44300 NANTES"),
}
PARENTS = {"lina": "yanis", "tom": "solene"}
IMPORTED = frozenset({*ADDRESSES, *PARENTS})
WAITED_S = 90  # the worker asks what is due every minute, should it not hear at once
STEERER = Actor(ActorKind.PILOTAGE, "demonstration", "Démonstration")
SUBJECT = "Mon espace santé arrive : à vous de choisir"
INTRODUCTION = """Mon espace santé est le carnet de santé numérique que l’Assurance maladie propose à chacun : on y
range ses documents, on y reçoit les messages de ses soignants, et l’on décide qui peut les lire. Il est gratuit et
n’est pas obligatoire."""
BY_POST = """Scannez ce QR code ou allez sur **{lien}**, puis saisissez le code {code} et la date de naissance.

Vous avez {delai_jours} jours, jusqu’au {dernier_jour} inclus, pour choisir :"""
BY_EMAIL = """Le code provisoire, personnel : {code}

Il sert sur {lien}. Vous avez {delai_jours} jours, jusqu’au {dernier_jour} inclus, pour choisir."""
COLUMNS = (
    *("matricule", "oid", "nom_naissance", "prenoms", "prenom_utilise", "date_naissance", "sexe", "lieu_naissance"),
    *("email", "adresse_4", "adresse_6", "departement", "medecin_traitant", "representants"),
)


def tell(hand_over: Callable[[], object]) -> None:
    """Import them, make the campaign, and wait until everyone of it is noticed. Safe to repeat, and to cut short."""
    _import()
    if not campaigns.calendar(NAME):
        today = clock.today()
        campaigns.create(
            NAME,
            models=[_model(POST, BY_POST), _model(EMAIL, BY_EMAIL)],
            waves=[NewWave(WAVE, today, today, departements=DEPARTEMENTS)],
            by=STEERER,
            lot_size=1,  # one letter a file
            hour_from=0,
            hour_to=24,
            weekdays=[1, 2, 3, 4, 5, 6, 7],
        )
    asked_until = time.monotonic() + WAITED_S
    hand_over()
    while waiting := [one.key for one in of_kind("usager") if state_of(one) is State.UNKNOWN]:
        if time.monotonic() > asked_until:
            raise TimeoutError(f"not noticed by the campaign: {', '.join(waiting)}")
        time.sleep(0.1)


def ask_the_worker() -> None:
    """What the minute asks, at once: carriers are the worker's."""
    job = app.configure_task(
        "ens.config.jobs.advance_campaigns", lock="advance_campaigns", queueing_lock="advance_campaigns"
    )
    try:
        job.defer(timestamp=int(time.time()))
    except AlreadyEnqueued:
        return  # the minute's own: it is about to run


def is_told() -> bool:
    """Whether they are there, in whatever state."""
    return all(state_of(member(key)) is not State.UNKNOWN for key in IMPORTED)


def _model(channel: str, how: str) -> NewModel:
    return NewModel(channel, "A", 100, SUBJECT, f"{INTRODUCTION}\n\n{how}")


def _import() -> None:
    people = [one for one in of_kind("usager") if one.key in IMPORTED]
    if all(queries.find_usager(one.matricule, one.oid) is not None for one in people):
        return
    path = places.folder() / "population.csv"
    with path.open("w", encoding="utf-8", newline="") as out:
        lines = csv.DictWriter(out, COLUMNS, delimiter=";")
        lines.writeheader()
        lines.writerows(_line(one) for one in people)
    path.chmod(0o600)
    report = import_population(path)
    if report.refused:
        raise LookupError(f"the demonstration's own people are refused: {report.refused}")


def _line(one: Member) -> dict[str, str]:
    street, town = ADDRESSES.get(one.key, ("", ""))
    return {
        "matricule": one.matricule,
        "oid": one.oid,
        "nom_naissance": one.last_name,
        "prenoms": one.first_names,
        "prenom_utilise": one.used_first_name,
        "date_naissance": one.birth_date,
        "sexe": one.sex,
        "lieu_naissance": one.birth_place,
        "email": one.email,
        "adresse_4": street,
        "adresse_6": town,
        "departement": LIVES_IN,
        "medecin_traitant": member(one.doctor).rpps,
        "representants": member(PARENTS[one.key]).matricule if one.key in PARENTS else "",
    }
