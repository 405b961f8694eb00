"""The cast's professionals and establishments, brought into the directory by its own import."""

from __future__ import annotations

from pathlib import Path

from ens.demonstration import places
from ens.demonstration.cast import Member, member, of_kind
from ens.identity.imports import import_annuaire
from ens.kernel.actor import SYSTEM
from ens.steering.register import import_register

PEOPLE = (
    "Type d'identifiant PP",
    "Identifiant PP",
    "Identification nationale PP",
    "Code civilité d'exercice",
    "Nom d'exercice",
    "Prénom d'exercice",
    "Code profession",
    "Code catégorie professionnelle",
    "Numéro FINESS site",
    "Identifiant technique de la structure",
    "Raison sociale site",
    "Code secteur d'activité",
)
BOXES = ("Type de BAL", "Adresse BAL", "Identifiant PP", "Identification Structure", "Raison Sociale structure BAL")


def fill() -> None:
    """Idempotent: the import brings known rows up to date."""
    import_annuaire(_write("annuaire.txt", PEOPLE, [_person(one) for one in of_kind("professionnel")]))
    holders = [*of_kind("professionnel"), *of_kind("etablissement")]
    import_annuaire(_write("boites-mss.txt", BOXES, [_box(one) for one in holders if one.address]), is_part=True)


def _write(name: str, header: tuple[str, ...], rows: list[tuple[str, ...]]) -> Path:
    path = places.folder() / name
    path.write_text("\n".join("|".join(row) for row in (header, *rows)) + "\n", "utf-8")
    return path


def _person(one: Member) -> tuple[str, ...]:
    site = member(one.site)
    return (
        *("8", one.rpps, f"8{one.rpps}", one.civility, one.last_name, one.first_names, one.profession, "C"),
        *(site.finess, f"F{site.finess}", site.last_name, site.profession),
    )


def _box(one: Member) -> tuple[str, ...]:
    is_person = one.kind == "professionnel"
    return ("PER" if is_person else "ORG", one.address, one.rpps, one.finess, "" if is_person else one.last_name)


def register() -> None:
    """Who takes part, as the steerer sees it; a second start changes nothing."""
    import_register(Path(__file__).parent / "engagement.csv", by=SYSTEM)
