"""A line that says something else about someone already there: applied in one unit, dated and traced, or set aside."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from ens.audit import events
from ens.coffre.keyring import digest
from ens.coffre.services import has_key, lot_sealer, sealer
from ens.identity import queries, representing, services
from ens.identity.letters import LARGE, LETTERS
from ens.identity.models import Contact, MatriculeLookup, Usager
from ens.identity.population.columns import Declaration
from ens.identity.population.reading import matched
from ens.identity.population.welcome import IMPORTER, doctor_of
from ens.identity.types import Traits
from ens.kernel.actor import Actor
from ens.persistence.unit import Unit, unit_of_work

UNCHANGED, UPDATED = "inchange", "mis_a_jour"
CONTRADICTORY, TAKEN = "traits_contradictoires", "matricule_d_un_autre"
_TRAITS = {
    "birth_name": "nom_naissance",
    "first_names": "prenoms",
    "birth_place": "lieu_naissance",
    "used_name": "nom_utilise",
    "used_first_name": "prenom_utilise",
    "insured_matricule": "matricule_assure",
}


@dataclass(frozen=True, slots=True)
class Declared:
    """A line of an import: sealed under its key for the id it would have had, and its keyed digest."""

    lot_id: UUID
    line: int
    candidate_id: UUID
    sealed: bytes
    digest: bytes

    def opened(self) -> Declaration:
        return Declaration.unpacked(lot_sealer(self.lot_id).open(self.candidate_id, self.sealed))


def update(usager_id: UUID, declared: Declared, *, given: Collection[str]) -> str:
    """Bring someone up to date with what is declared; ``given`` are the columns their file has.

    Returns UPDATED, UNCHANGED, or the reason why it waits for a human, nothing being changed: CONTRADICTORY when the
    traits may be another person's, TAKEN when one of the numbers is.
    """
    declaration = declared.opened()

    def act(unit: Unit) -> str:
        unit.untraced("rien n'est changé")
        if not has_key(unit):
            return UNCHANGED  # erased at their request: what is declared of them is not kept again
        if bytes(Usager.objects.values_list("declared", flat=True).get(usager_id=usager_id) or b"") == declared.digest:
            return UNCHANGED
        known = queries.traits(unit)
        main, others = declaration["matricule"], [number for number, _ in declaration.other_matricules]
        if main != known.matricule and known.matricule not in others:
            # A former number of theirs, declared alone: it says nothing new about who they are now.
            if _belongs_to(main) == usager_id:
                return UNCHANGED
            return _set_aside(unit, TAKEN, None, declared)
        if main != known.matricule and not same_traits(known, declaration):
            return _set_aside(unit, TAKEN, None, declared)  # a new number is taken as theirs for the same traits only
        if contradicts(known, declaration):
            return _set_aside(unit, CONTRADICTORY, None, declared)
        owners = {_belongs_to(number) for number in (main, *others)} - {None, usager_id}
        if owners:
            return _set_aside(unit, TAKEN, min(filter(None, owners)), declared)
        apply(unit, declaration, declared.digest, given)
        return UPDATED

    return unit_of_work(usager_id, act, by=IMPORTER)


def same_traits(known: Traits, declaration: Declaration) -> bool:
    """The five strict traits, compared as INSi compares them."""
    return (
        matched(known.birth_name) == matched(declaration["nom_naissance"])
        and matched(known.first_names) == matched(declaration["prenoms"])
        and known.birth_date.isoformat() == declaration["date_naissance"]
        and (known.sex, known.birth_place) == (declaration["sexe"], declaration["lieu_naissance"])
    )


def contradicts(known: Traits, declaration: Declaration) -> bool:
    """Whether these may be two people: another birth date or sex, or both names at once."""
    if (known.birth_date.isoformat(), known.sex) != (declaration["date_naissance"], declaration["sexe"]):
        return True
    same_name = matched(known.birth_name) == matched(declaration["nom_naissance"])
    first, declared_first = matched(known.first_names), matched(declaration["prenoms"])
    same_first = first.startswith(declared_first) or declared_first.startswith(first)
    return not (same_name or same_first)


def _belongs_to(matricule: str) -> UUID | None:
    found = MatriculeLookup.objects.filter(digest=digest(queries.MATRICULE, matricule)).first()
    return found.usager_id if found else None


def _set_aside(unit: Unit, kind: str, other: UUID | None, declared: Declared) -> str:
    services.open_doubt(
        kind,
        unit.usager_id,
        other,
        lot_id=declared.lot_id,
        line=declared.line,
        candidate_id=declared.candidate_id,
        sealed=declared.sealed,
    )
    return kind


def apply(unit: Unit, declaration: Declaration, line_digest: bytes, given: Collection[str]) -> None:
    """Write what changed, each thing under its own trace."""
    row = Usager.objects.get(usager_id=unit.usager_id)
    _apply_traits(unit, row, declaration, given)
    _apply_numbers(unit, declaration)
    _apply_contacts(unit, declaration, given)
    if "medecin_traitant" in given:
        doctor = doctor_of(declaration)
        if doctor is not None or not declaration["medecin_traitant"]:
            services.change_doctor(unit, doctor)
    row.declared = line_digest
    if "identite" in given and declaration["identite"]:
        row.identity_status = declaration["identite"]
    if declaration["departement"]:
        row.departement = declaration["departement"]
    if "dmp" in given:
        row.legacy_dmp = declaration["dmp"] == "oui"
    if "date_deces" in given:
        row.died_on = date.fromisoformat(declaration["date_deces"]) if declaration["date_deces"] else None
    row.save(
        update_fields=("sealed_traits", "declared", "identity_status", "departement", "legacy_dmp", "died_on")
    )
    services.note_channels(unit)


def _apply_traits(unit: Unit, row: Usager, declaration: Declaration, given: Collection[str]) -> None:
    known = queries.traits(unit)
    wanted: dict[str, Any] = {name: declaration[column] for name, column in _TRAITS.items() if column in given}
    changed = replace(known, **wanted, matricule=declaration["matricule"], oid=declaration["oid"])
    before = {name: str(value) for name, value in asdict(known).items() if value != getattr(changed, name)}
    if not before:
        return
    row.sealed_traits = sealer(unit).seal_json("identite", unit.usager_id, asdict(changed))
    unit.cache["identity.traits"] = changed
    if before.keys() & {"birth_name", "first_names", "birth_place"}:
        services.note_traits(unit, changed)
    events.identity_corrected(unit, before=before)


def _apply_numbers(unit: Unit, declaration: Declaration) -> None:
    for number, oid in ((declaration["matricule"], declaration["oid"]), *declaration.other_matricules):
        services.note_number(unit, number, oid)


def _apply_contacts(unit: Unit, declaration: Declaration, given: Collection[str]) -> None:
    """What the person gave themselves stays: the insurance's value replaces the insurance's only."""
    changed = []
    for kind, column, value in (
        ("email", "email", declaration["email"]),
        ("telephone", "telephone", declaration["telephone"]),
        ("adresse", "adresse_6", "\n".join(declaration.address)),
        (LETTERS, "gros_caracteres", LARGE if declaration["gros_caracteres"] == "oui" else ""),
    ):
        current = Contact.objects.filter(usager_id=unit.usager_id, kind=kind, until__isnull=True).first()
        if column not in given or (current is not None and not current.declared):
            continue
        known = sealer(unit).open("contact", current.id, current.sealed_value).decode() if current else ""
        if value != known:
            services.set_contact(unit, kind, value, declared=True)
            changed.append(kind)
    if changed:
        events.contacts_declared(unit, kinds=changed)


def accept(usager_id: UUID, declared: Declared, *, by: Actor) -> None:
    """A human says that the contradictory line is right: it is applied under their name."""
    declaration = declared.opened()
    given = [name for name, value in declaration.items() if value]  # an empty one may be a column its file lacked

    def act(unit: Unit) -> None:
        known = queries.traits(unit)
        born = date.fromisoformat(declaration["date_naissance"])
        if (known.birth_date, known.sex) != (born, declaration["sexe"]):
            before = {"birth_date": known.birth_date.isoformat(), "sex": known.sex}
            corrected = replace(known, birth_date=born, sex=declaration["sexe"])
            unit.cache["identity.traits"] = corrected
            Usager.objects.filter(usager_id=usager_id).update(
                sealed_traits=sealer(unit).seal_json("identite", usager_id, asdict(corrected)),
                adult_on=services.majority_if_minor(born),
            )
            representing.birth_corrected(usager_id, services.majority_if_minor(born))
            events.identity_corrected(unit, before=before)
        apply(unit, declaration, declared.digest, given)

    unit_of_work(usager_id, act, by=by)


def dismiss(usager_id: UUID, declared: Declared, *, by: Actor) -> None:
    """A human says that the line is wrong: it changes nothing, and the same line will not ask again."""

    def act(unit: Unit) -> None:
        unit.untraced("rien n'est changé")
        Usager.objects.filter(usager_id=usager_id).update(declared=declared.digest)

    unit_of_work(usager_id, act, by=by)
