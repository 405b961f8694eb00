"""More open usagers, with valid test matricules: people enough for a load."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import date
from pathlib import Path

from django.db import connections

from ens.access import services as access
from ens.demonstration.cast import DOCTOR_OF_ALL, member
from ens.enrolment import services as enrolment
from ens.identity import queries, services
from ens.identity.types import NewUsager
from ens.kernel.actor import SYSTEM, Actor, ActorKind
from ens.standards.ins import OID_TEST, control_key

THREADS = 4
LAST_NAMES = ("MARTIN", "BERNARD", "PETIT", "ROBERT", "RICHARD", "DURAND", "LEROY", "SIMON", "LAURENT", "MOREL")
FIRST_NAMES = ("CAMILLE", "LOUISE", "ADAM", "LINA", "HUGO", "JEANNE", "ELIAS", "ROSE", "GABRIEL", "NORA")


def make(number: int, path: Path) -> int:
    """Open ``number`` more spaces, read by Docteur Dupond; their « oid|matricule » are added to ``path``."""
    known = len(path.read_text("ascii").splitlines()) if path.exists() else 0
    doctor = member(DOCTOR_OF_ALL).rpps
    with ThreadPoolExecutor(THREADS) as pool:
        made = list(pool.map(lambda rank: _one(rank, doctor), range(known, known + number)))
        for _ in range(THREADS):
            pool.submit(connections.close_all)
    with path.open("a", encoding="ascii") as out:
        out.writelines(f"{OID_TEST}|{matricule}\n" for matricule in made)
    path.chmod(0o600)
    return len(made)


def matricule(rank: int) -> str:
    """The matricule of the crowd's member of that rank: always the same, valid, never one of the cast's."""
    sex = 1 + rank % 2
    body = f"{sex}{40 + rank // 2 % 60:02d}{1 + rank // 120 % 12:02d}99{rank // 1_440 % 1_000:03d}{rank % 1_000:03d}"
    return f"{body}{control_key(body):02d}"


def _one(rank: int, doctor: str) -> str:
    number = matricule(rank)
    found = queries.find_usager(number)
    if found is not None:  # a former call was cut short after this one
        usager_id = found.usager_id
    else:
        year = 1940 + rank // 2 % 60
        usager_id = services.register_usager(
            NewUsager(
                birth_name=LAST_NAMES[rank % len(LAST_NAMES)],
                first_names=FIRST_NAMES[rank // 10 % len(FIRST_NAMES)],
                birth_date=date(year, 1 + rank // 120 % 12, 1),
                sex="M" if number[0] == "1" else "F",
                birth_place="99999",
                matricule=number,
                oid=OID_TEST,
                medecin_traitant_rpps=doctor,
            ),
            by=SYSTEM,
        )
    enrolment.activate(usager_id, by=SYSTEM)
    person = Actor(ActorKind.USAGER, f"foule-{rank}", "Personne de la foule", usager_id=usager_id)
    access.authorise(usager_id, rpps=doctor, by=person)
    return number
