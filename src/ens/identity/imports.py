"""The directory of professionals, from the public extracts of the Annuaire Santé (ANS).

Known by their header row: ``PS_LibreAcces_Personne_activite``, ``Extraction_ProSanteConnect`` (with or without its
last columns) and ``Extraction_Correspondance_MSSante``. UTF-8, ``|`` between fields, one row an activity or a box.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from django.db import transaction

from ens.identity.mailboxes import import_mailboxes
from ens.identity.models import Activity, Establishment, Professional
from ens.identity.reports import ImportReport
from ens.kernel.errors import Malformed
from ens.kernel.ids import new_id

Rows = Iterator[tuple[int, dict[str, str]]]
CHUNK = 2_000
_NAME = "Nom d'exercice"


class UnknownExtract(Malformed):
    """The file's header is none of the extracts we read."""

    code = "extrait_inconnu"
    message = (
        "Ce fichier n'est pas un extrait reconnu de l'Annuaire Santé : "
        "sa première ligne n'a pas les colonnes attendues."
    )


def import_annuaire(path: Path, *, accept_gone: bool = False, is_part: bool = False) -> ImportReport:
    """Bring an extract into the directory: new rows added, known ones brought up to date. All of it, or nothing.

    Errors: UnknownExtract, ExtractTooShort. A line that cannot be read is refused with its reason; the others are kept.
    """
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = csv.reader(lines, delimiter="|", quoting=csv.QUOTE_NONE)
        header = [name.strip() for name in next(rows, [])]
        if "Adresse BAL" in header:
            return import_mailboxes(header, _numbered(rows), accept_gone=accept_gone, is_part=is_part)
        if not {"Identification nationale PP", "Code profession"} <= set(header):
            raise UnknownExtract()
        with transaction.atomic(durable=True):
            return _activities(_named(header, rows))


def _numbered(rows: Iterator[list[str]]) -> Iterator[tuple[int, list[str]]]:
    return ((number, row) for number, row in enumerate(rows, 2) if any(cell.strip() for cell in row))


def _named(header: list[str], rows: Iterator[list[str]]) -> Rows:
    for number, row in _numbered(rows):
        yield number, {name: cell.strip() for name, cell in zip(header, row, strict=False) if name}


def _activities(rows: Rows) -> ImportReport:
    report = ImportReport("personnes et activités")
    professionals: dict[str, Professional] = {}
    sites: dict[str, Establishment] = {}
    activities: list[tuple[str, str, str, str, str]] = []
    now = datetime.now(UTC)

    def flush() -> None:
        _write_activities(professionals, sites, activities, report)
        professionals.clear()
        sites.clear()
        activities.clear()

    for number, row in rows:
        report.read += 1
        identifier = row.get("Identifiant PP", "")
        if not identifier or not row.get("Type d'identifiant PP"):
            report.refused.append((number, "identifiant du professionnel absent"))
            continue
        last_name = row.get(_NAME) or row.get("Nom de famille", "")
        if not last_name:
            report.refused.append((number, "nom du professionnel absent"))
            continue
        professionals[identifier] = Professional(
            id=new_id(),
            rpps=identifier,
            id_type=row["Type d'identifiant PP"],
            civility=row.get("Code civilité d'exercice") or row.get("Code civilité", ""),
            last_name=last_name,
            first_name=row.get("Prénom d'exercice") or row.get("Prénoms", "").split("'")[0],
            profession=row.get("Code profession", ""),
            category=row.get("Code catégorie professionnelle", ""),
            speciality=row.get("Code savoir-faire", ""),
            updated_at=now,
        )
        site = _site(row, now)
        if site is not None:
            sites[site.identifier] = site
            activities.append(
                (
                    identifier,
                    site.identifier,
                    row.get("Code secteur d'activité", ""),
                    row.get("Code mode exercice", ""),
                    row.get("Code rôle", ""),
                )
            )
        if len(activities) >= CHUNK or len(professionals) >= CHUNK:
            flush()
    flush()
    return report


def _site(row: dict[str, str], now: datetime) -> Establishment | None:
    technical = row.get("Identifiant technique de la structure", "")
    finess = row.get("Numéro FINESS site", "")
    name = row.get("Raison sociale site") or row.get("Enseigne commerciale site", "")
    if not (technical or finess) or not name:
        return None
    return Establishment(
        id=new_id(),
        identifier=technical or f"F{finess}",
        finess_eg=finess[:9],
        finess_ej=row.get("Numéro FINESS établissement juridique", "")[:9],
        name=name,
        sector=row.get("Code secteur d'activité", ""),
        town=row.get("Libellé commune (coord. structure)") or row.get("Bureau cedex (coord. structure)", ""),
        updated_at=now,
    )


def _write_activities(
    professionals: dict[str, Professional],
    sites: dict[str, Establishment],
    activities: list[tuple[str, str, str, str, str]],
    report: ImportReport,
) -> None:
    Professional.objects.bulk_create(
        professionals.values(),
        update_conflicts=True,
        unique_fields=("rpps",),
        update_fields=(
            "id_type",
            "civility",
            "last_name",
            "first_name",
            "profession",
            "category",
            "speciality",
            "updated_at",
        ),
    )
    Establishment.objects.bulk_create(
        sites.values(),
        update_conflicts=True,
        unique_fields=("identifier",),
        update_fields=("finess_eg", "finess_ej", "name", "sector", "town", "updated_at"),
    )
    people = dict(Professional.objects.filter(rpps__in=list(professionals)).values_list("rpps", "id"))
    places = dict(Establishment.objects.filter(identifier__in=list(sites)).values_list("identifier", "id"))
    wanted = {
        (people[rpps], places[site], role): Activity(
            professional_id=people[rpps], establishment_id=places[site], sector=sector, mode=mode, role=role
        )
        for rpps, site, sector, mode, role in activities
    }
    Activity.objects.bulk_create(wanted.values(), ignore_conflicts=True)
    report.written["professionnels"] += len(professionals)
    report.written["structures"] += len(sites)
    report.written["activités"] += len(wanted)
