"""Whom a notice is addressed to, and where: set-wise for people imported, by a unit for who has a key of their own."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db import connections

from ens.identity import letters, queries
from ens.identity.population.welcome import declarations
from ens.kernel import clock
from ens.kernel.actor import SYSTEM
from ens.persistence.unit import Unit, unit_of_work


@dataclass(frozen=True, slots=True)
class Reached:
    """A person as an envelope names them, and where they are reached."""

    first_name: str
    last_name: str
    sex: str
    email: str = ""
    address: tuple[str, ...] = ()
    large_print: bool = False  # of their letters

    @property
    def civility(self) -> str:
        return "Madame" if self.sex == "F" else "Monsieur"

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}"


@dataclass(frozen=True, slots=True)
class Addressed:
    """A person to notice; for a minor, their legal representatives too, the one declared first coming first."""

    person: Reached
    is_child: bool = False
    representatives: tuple[Reached, ...] = ()


_MINORS = "SELECT usager_id FROM identity_population WHERE usager_id = ANY(%s) AND adult_on > %s"
_REPRESENTATIVES = """
SELECT l.usager_id, l.other_id FROM identity_representation l
JOIN identity_population p ON p.usager_id = l.other_id
WHERE l.usager_id = ANY(%s) AND l.side = 'representant' AND l.until IS NULL
  AND p.died_on IS NULL AND p.merged_into IS NULL
ORDER BY l.usager_id, l.since, l.other_id
"""


def addressed(people: Iterable[UUID]) -> dict[UUID, Addressed]:
    """Each of these people, and the representatives of the minors among them."""
    asked = list(people)
    with connections["batch"].cursor() as cursor:
        cursor.execute(_MINORS, [asked, clock.today()])
        minors = {who for (who,) in cursor.fetchall()}
        cursor.execute(_REPRESENTATIVES, [list(minors)])
        links = cursor.fetchall()
    known = _known({*asked, *(other for _, other in links)})
    of_child: dict[UUID, list[Reached]] = {}
    for child, other in links:
        of_child.setdefault(child, []).append(known[other])
    return {who: Addressed(known[who], who in minors, tuple(of_child.get(who, ()))) for who in asked}


def _known(people: set[UUID]) -> dict[UUID, Reached]:
    found = {
        who: Reached(
            said["prenom_utilise"] or said["prenoms"].split()[0].title(),
            (said["nom_utilise"] or said["nom_naissance"]).upper(),
            said["sexe"],
            said["email"],
            said.address,
            said["gros_caracteres"] == "oui",
        )
        for who, said in declarations(list(people)).items()
    }
    for who in people - found.keys():
        found[who] = unit_of_work(who, _read, by=SYSTEM)
    return found


def _read(unit: Unit) -> Reached:
    unit.untraced("le nom et l'adresse qu'une notification porte ; son envoi est un événement daté")
    who = queries.traits(unit)
    last_name = (who.used_name or who.birth_name).upper()
    return Reached(
        who.shown_first_name,
        last_name,
        who.sex,
        queries.email(unit),
        queries.address(unit),
        letters.large_print(unit),
    )
