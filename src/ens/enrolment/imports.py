"""The population of insured people, from a CSV file.

Columns (UTF-8, ``;`` or ``,``, header compulsory): ``matricule``, ``oid``, ``nom_naissance``, ``prenoms``,
``date_naissance`` (AAAA-MM-JJ), ``sexe`` (M, F), ``lieu_naissance`` (COG); optional: ``nom_utilise``,
``prenom_utilise``, ``matricule_assure``, ``email``, ``medecin_traitant`` (RPPS), ``identite`` (RNIV status).
Read whole and judged first: with ``strict`` one refused line imports nothing; a line is never half-imported.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path

from ens.identity import queries, services
from ens.identity.errors import IdentityMalformed, MatriculeTaken, ProfessionalUnknown
from ens.identity.types import NewUsager
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.errors import EnsError, Malformed
from ens.standards.errors import StandardError
from ens.standards.ins import Ins

REQUIRED = ("matricule", "oid", "nom_naissance", "prenoms", "date_naissance", "sexe", "lieu_naissance")
STATUSES = ("provisoire", "recuperee", "validee", "qualifiee")
IMPORTER = Actor(ActorKind.SYSTEME, "import-population", "Assurance maladie")


class UnknownColumns(Malformed):
    """The header lacks a compulsory column."""

    code = "colonnes_manquantes"
    message = "Il manque des colonnes : {columns}."


class UnreadableFile(Malformed):
    """The file is not UTF-8 text."""

    code = "fichier_illisible"
    message = "Ce fichier n'est pas un texte en UTF-8."


@dataclass
class PopulationReport:
    """``refused``: (line number, reason). ``known``: already registered, left as they are."""

    read: int = 0
    registered: int = 0
    known: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        return {
            "read": self.read,
            "registered": self.registered,
            "known": self.known,
            "refused": [{"line": line, "reason": reason} for line, reason in self.refused],
        }


def import_population(path: Path) -> PopulationReport:
    """Register the people of a file; run again, it registers nobody twice. Errors: UnknownColumns, UnreadableFile."""
    report = PopulationReport()
    people = _read(path, report)
    for line, person in people:
        if queries.find_usager(person.matricule) is not None:
            report.known += 1
            continue
        try:
            services.register_usager(person, by=IMPORTER)
        except MatriculeTaken:
            report.known += 1
        except (Malformed, ProfessionalUnknown) as error:
            report.refused.append((line, error.sentence))
        else:
            report.registered += 1
    report.refused.sort()
    return report


def _read(path: Path, report: PopulationReport) -> list[tuple[int, NewUsager]]:
    people: list[tuple[int, NewUsager]] = []
    seen: dict[str, int] = {}
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            first = lines.readline()
            lines.seek(0)
            rows = csv.DictReader(lines, delimiter=";" if first.count(";") >= first.count(",") else ",")
            missing = [name for name in REQUIRED if name not in (rows.fieldnames or ())]
            if missing:
                raise UnknownColumns(columns=", ".join(missing))
            for row in rows:
                report.read += 1
                number = rows.line_num
                try:
                    person = _person({name: (value or "").strip() for name, value in row.items() if name})
                except EnsError as error:
                    report.refused.append((number, error.sentence))
                    continue
                if person.matricule in seen:
                    report.refused.append((number, f"matricule déjà donné à la ligne {seen[person.matricule]}"))
                    continue
                seen[person.matricule] = number
                people.append((number, person))
    except UnicodeDecodeError as error:
        raise UnreadableFile() from error
    return people


def _person(row: dict[str, str]) -> NewUsager:
    for name in REQUIRED:
        if not row[name]:
            raise IdentityMalformed(reason=f"{name} absent")
    if row["sexe"] not in ("M", "F"):
        raise IdentityMalformed(reason="sexe autre que M ou F")
    if len(row["lieu_naissance"]) != 5:
        raise IdentityMalformed(reason="lieu_naissance n'a pas 5 caractères")
    try:
        born = date.fromisoformat(row["date_naissance"])
        ins = Ins.parse(row["matricule"], row["oid"])
    except StandardError as error:
        raise IdentityMalformed(reason=error.message) from error
    except ValueError as error:
        raise IdentityMalformed(reason="date_naissance n'est pas une date AAAA-MM-JJ") from error
    status = row.get("identite") or "qualifiee"
    if status not in STATUSES:
        raise IdentityMalformed(reason="identite n'est pas un statut RNIV")
    return NewUsager(
        birth_name=row["nom_naissance"],
        first_names=row["prenoms"],
        birth_date=born,
        sex=row["sexe"],
        birth_place=row["lieu_naissance"],
        matricule=str(ins.matricule),
        oid=ins.oid,
        used_name=row.get("nom_utilise", ""),
        used_first_name=row.get("prenom_utilise", ""),
        insured_matricule=row.get("matricule_assure", ""),
        email=row.get("email", ""),
        medecin_traitant_rpps=row.get("medecin_traitant", ""),
        identity_status=status,
    )
