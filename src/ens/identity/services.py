"""Writes of identities."""

from __future__ import annotations

import re
from dataclasses import asdict, fields
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from ens.audit import events
from ens.audit import services as audit
from ens.coffre.keyring import digest, search_key
from ens.coffre.services import create_key, sealer
from ens.identity import queries
from ens.identity.errors import EmailMalformed, IdentityMalformed, MatriculeTaken
from ens.identity.letters import LARGE, LETTERS, ORDINARY, large_print
from ens.identity.models import (
    ApplicationCliente,
    Compte,
    Contact,
    Doubt,
    Matricule,
    MatriculeLookup,
    MedecinTraitant,
    Professional,
    Rattachement,
    TraitsLookup,
    Usager,
)
from ens.identity.population.reading import EMAIL, PHONE, POST, majority_of, traits_digest
from ens.identity.population.reasons import LineRefused
from ens.identity.types import EstablishmentRef, NewUsager, ProfessionalRef, Traits
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.kernel.ids import new_id
from ens.persistence.unit import Unit, unit_of_work
from ens.standards.errors import StandardError
from ens.standards.ins import Ins

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")

CHANNELS = {"email": EMAIL, "telephone": PHONE, "adresse": POST}


def register_usager(person: NewUsager, *, by: Actor, tolerate_key: bool = False) -> UUID:
    """Make a usager: look-up, key, head of the trace, sealed traits. Makes no space: enrolment does.

    ``tolerate_key``: published examples carry wrong keys; the demonstration's cast lists them.
    Errors: IdentityMalformed, MatriculeTaken, ProfessionalUnknown.
    """
    try:
        ins = Ins.parse(person.matricule, person.oid, check_key=not tolerate_key)
    except StandardError as error:
        raise IdentityMalformed(reason=error.message) from error
    usager_id = new_id()
    doctor = queries.professional(person.medecin_traitant_rpps) if person.medecin_traitant_rpps else None

    def act(unit: Unit) -> UUID:
        try:
            with transaction.atomic():
                MatriculeLookup.objects.create(
                    digest=digest(queries.MATRICULE, str(ins.matricule)),
                    usager_id=usager_id,
                    oid=ins.oid,
                    since=datetime.now(UTC),
                )
        except IntegrityError as error:
            raise MatriculeTaken() from error
        audit.open_head(unit)
        seal = create_key(unit)
        Usager.objects.create(
            usager_id=usager_id,
            sealed_traits=seal.seal_json("identite", usager_id, sealed_part(person, str(ins.matricule))),
            identity_status=person.identity_status,
            registered_at=clock.now(),
            departement=person.departement,
            adult_on=majority_if_minor(person.birth_date),
            legacy_dmp=person.legacy_dmp,
        )
        note_traits(unit, person)
        note_number(unit, str(ins.matricule), ins.oid)
        write_belongings(unit, person, doctor, declared=False)
        events.usager_registered(unit)
        return usager_id

    return unit_of_work(usager_id, act, by=by)


def sealed_part(person: NewUsager, matricule: str) -> dict[str, Any]:
    """What is kept sealed of a person, under the names of ``Traits``."""
    known = asdict(person)
    kept = {trait.name: known[trait.name] for trait in fields(Traits)}
    return {**kept, "matricule": matricule}


def majority_if_minor(born: date) -> date | None:
    """In clear for minors only: their coming of age is due on a day; nothing is kept of an adult's birth."""
    majority = majority_of(born.isoformat())
    return majority if majority > clock.today() else None


def note_traits(unit: Unit, person: NewUsager | Traits) -> None:
    """Let a later import meet these traits; a human is asked when somebody else already has them."""
    try:
        born = person.birth_date.isoformat()
        value = traits_digest(search_key(), person.birth_name, person.first_names, born, person.sex, person.birth_place)
    except LineRefused:
        return  # a name no INS has, among the published examples: nobody is looked for under it
    TraitsLookup.objects.bulk_create([TraitsLookup(digest=value, usager_id=unit.usager_id)], ignore_conflicts=True)
    first = TraitsLookup.objects.get(digest=value).usager_id
    if first != unit.usager_id:
        open_doubt("doublon_possible", unit.usager_id, first)


def note_number(unit: Unit, matricule: str, oid: str) -> bool:
    """Keep that the number is the usager's; False when it is somebody else's."""
    value = digest(queries.MATRICULE, matricule)
    now = datetime.now(UTC)
    look_up = MatriculeLookup(digest=value, usager_id=unit.usager_id, oid=oid, since=now)
    MatriculeLookup.objects.bulk_create([look_up], ignore_conflicts=True)
    if MatriculeLookup.objects.get(digest=value).usager_id != unit.usager_id:
        return False
    if not Matricule.objects.filter(usager_id=unit.usager_id, digest=value).exists():
        row = Matricule(usager_id=unit.usager_id, id=new_id(), digest=value, oid=oid, since=now)
        row.sealed_value = sealer(unit).seal("matricule", row.id, matricule.encode())
        row.save(force_insert=True)
    return True


def open_doubt(kind: str, usager_id: UUID, other_id: UUID | None, **line: Any) -> None:
    """Ask a human; asked already, it is not asked twice."""
    Doubt.objects.bulk_create(
        [Doubt(kind=kind, usager_id=usager_id, other_id=other_id, since=clock.now(), **line)], ignore_conflicts=True
    )


def write_belongings(unit: Unit, person: NewUsager, doctor: ProfessionalRef | None, *, declared: bool) -> None:
    """Contacts, médecin traitant, locator of someone new. ``declared``: by the insurance."""
    letters = LARGE if person.large_print else ""
    known = {"email": person.email, "telephone": person.phone, "adresse": "\n".join(person.address), LETTERS: letters}
    for kind, value in known.items():
        if value:
            set_contact(unit, kind, value, declared=declared)
    note_channels(unit)
    if doctor is not None:
        MedecinTraitant.objects.create(usager_id=unit.usager_id, professional_id=doctor.id, since=clock.today())
    unit.register_locator([unit.usager_id])


def checked_email(address: str) -> str:
    """The address, trimmed. Errors: EmailMalformed."""
    trimmed = address.strip()
    if not _EMAIL.fullmatch(trimmed) or len(trimmed) > 254:
        raise EmailMalformed()
    return trimmed


def set_contact(unit: Unit, kind: str, value: str, *, declared: bool = False, proved: bool = False) -> None:
    """The value from now on; an empty one ends what was there. ``proved``: a code sent there came back.

    Errors: EmailMalformed.
    """
    if kind == "email" and value:
        checked_email(value)
    Contact.objects.filter(usager_id=unit.usager_id, kind=kind, until__isnull=True).update(until=clock.now())
    if value:
        row = Contact(usager_id=unit.usager_id, id=new_id(), kind=kind, since=clock.now(), declared=declared)
        row.proved_at = clock.now() if proved else None
        row.sealed_value = sealer(unit).seal("contact", row.id, value.encode())
        row.save(force_insert=True)


def note_channels(unit: Unit) -> None:
    """Keep in clear which ways of reaching the person are known, for campaigns."""
    current = Contact.objects.filter(usager_id=unit.usager_id, until__isnull=True, kind__in=CHANNELS)
    kinds = current.values_list("kind", flat=True)
    Usager.objects.filter(usager_id=unit.usager_id).update(channels=sum(CHANNELS[kind] for kind in set(kinds)))


def set_large_print(unit: Unit, wanted: bool) -> bool:
    """Whether letters to this person come in large print, as they ask; says whether it is a change."""
    if large_print(unit) is wanted:
        return False
    set_contact(unit, LETTERS, LARGE if wanted else ORDINARY)
    events.letters_set(unit, large_print=wanted)
    return True


def change_email(usager_id: UUID, address: str, *, by: Actor) -> None:
    """Where the usager's notices go from now on. Errors: EmailMalformed."""

    def act(unit: Unit) -> None:
        set_contact(unit, "email", address.strip())
        note_channels(unit)
        events.contact_changed(unit)

    unit_of_work(usager_id, act, by=by)


def declare_medecin_traitant(usager_id: UUID, rpps: str, *, by: Actor) -> None:
    """What the insurance says from today; a change of médecin traitant changes rights at once (S101)."""
    doctor = queries.professional(rpps)

    def act(unit: Unit) -> None:
        if not change_doctor(unit, doctor):
            unit.untraced("déjà déclaré")

    unit_of_work(usager_id, act, by=by)


def change_doctor(unit: Unit, doctor: ProfessionalRef | None) -> bool:
    """The médecin traitant from today, or none; says whether it is a change."""
    current = MedecinTraitant.objects.filter(usager_id=unit.usager_id, until__isnull=True)
    former = current.first()
    if (former and former.professional_id) == (doctor and doctor.id):
        return False
    current.update(until=clock.today())
    audit.rights_changed(unit)
    if doctor is not None:
        MedecinTraitant.objects.create(usager_id=unit.usager_id, professional_id=doctor.id, since=clock.today())
        events.access_authorised(unit, doctor.id, name=f"{doctor.name}, médecin traitant déclaré")
    elif former is not None:
        events.doctor_left(unit, former.professional_id)
    return True


def create_compte(username: str, *, name: str, professional: ProfessionalRef | None = None, role: str = "") -> Compte:
    """An account without a usable password; the same user name gives the same account, brought up to date."""
    compte, _ = Compte.objects.update_or_create(
        username=username, defaults={"name": name, "role": role, "professional_id": professional and professional.id}
    )
    if not compte.password:
        compte.set_unusable_password()
        compte.save(update_fields=("password",))
    return compte


def set_active(compte: Compte, active: bool) -> None:
    """Whether the account enters from the next request on."""
    compte.is_active = active
    compte.save(update_fields=("is_active",))


def attach(compte: Compte, usager_id: UUID, role: str) -> None:
    """Tie an account to a usager, a minor's representative until they come of age; already tied so is fine."""
    ends_on = None
    if role == Rattachement.REPRESENTATIVE:
        ends_on = Usager.objects.filter(usager_id=usager_id).values_list("adult_on", flat=True).first()
    Rattachement.objects.get_or_create(
        compte=compte, usager_id=usager_id, role=role, until=None,
        defaults={"since": datetime.now(UTC), "ends_on": ends_on},
    )  # fmt: skip


def register_client(
    client_id: str,
    client_secret: str,
    *,
    name: str,
    professional: ProfessionalRef | None = None,
    establishment: EstablishmentRef | None = None,
) -> None:
    """An OAuth2 client (client credentials) for a professional's or an establishment's software. Idempotent."""
    if ApplicationCliente.objects.filter(client_id=client_id).exists():
        return
    ApplicationCliente.objects.create(
        client_id=client_id,
        client_secret=client_secret,
        name=name,
        client_type=ApplicationCliente.CLIENT_CONFIDENTIAL,
        authorization_grant_type=ApplicationCliente.GRANT_CLIENT_CREDENTIALS,
        professional_id=professional and professional.id,
        establishment_id=establishment and establishment.id,
    )


def retire(rpps: str) -> None:
    """The professional no longer practises: nothing is read nor filed under their name any more."""
    Professional.objects.filter(rpps=rpps).update(active=False, updated_at=datetime.now(UTC))
