"""The cast, read from ``distribution.csv``: the one table of who is who."""

from __future__ import annotations

import csv
from dataclasses import dataclass, fields
from datetime import date
from functools import lru_cache
from pathlib import Path

_TABLE = Path(__file__).parent / "distribution.csv"
DOCTOR_OF_ALL = "dupond"  # authorised by every usager shown or added


@dataclass(frozen=True, slots=True)
class Member:
    """One row. What a column means depends on ``kind``: see the README."""

    key: str
    kind: str  # usager, professionnel, etablissement, operateur, pilotage, support
    role: str
    last_name: str
    first_names: str
    used_first_name: str
    sex: str
    birth_date: str
    birth_place: str
    matricule: str
    oid: str
    state: str
    email: str
    doctor: str
    rpps: str
    civility: str
    profession: str
    finess: str
    site: str
    address: str
    operator: str
    persona: str

    @property
    def name(self) -> str:
        if self.kind == "usager":
            return f"{self.used_first_name} {self.last_name.title()}"
        if self.kind == "professionnel":
            first = f"{self.first_names} " if self.first_names else ""
            title = "Docteur " if self.civility == "DR" else ""
            return f"{title}{first}{self.last_name.title()}"
        return self.last_name

    @property
    def born(self) -> date:
        return date.fromisoformat(self.birth_date)

    @property
    def is_persona(self) -> bool:
        return self.persona == "oui"


@lru_cache(maxsize=1)
def cast() -> tuple[Member, ...]:
    names = [field.name for field in fields(Member)]
    with _TABLE.open(encoding="utf-8", newline="") as lines:
        return tuple(Member(**{name: row[name] for name in names}) for row in csv.DictReader(lines))


def of_kind(kind: str) -> list[Member]:
    return [member for member in cast() if member.kind == kind]


def member(key: str) -> Member:
    """Errors: KeyError."""
    found = next((one for one in cast() if one.key == key), None)
    if found is None:
        raise KeyError(key)
    return found
