"""Writes of identities."""

from __future__ import annotations

import re
from dataclasses import asdict
from datetime import UTC, datetime
from uuid import UUID

from django.db import IntegrityError, transaction

from ens.audit import events
from ens.audit import services as audit
from ens.coffre.keyring import digest
from ens.coffre.services import create_key, sealer
from ens.identity import queries
from ens.identity.errors import EmailMalformed, IdentityMalformed, MatriculeTaken
from ens.identity.models import (
    ApplicationCliente,
    Compte,
    Contact,
    MatriculeLookup,
    MedecinTraitant,
    Professional,
    Rattachement,
    Usager,
)
from ens.identity.types import EstablishmentRef, NewUsager, ProfessionalRef
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.kernel.ids import new_id
from ens.persistence.unit import Unit, unit_of_work
from ens.standards.errors import StandardError
from ens.standards.ins import Ins

_EMAIL = re.compile(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+")


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
        known = asdict(person)
        for apart in ("email", "medecin_traitant_rpps", "identity_status"):
            known.pop(apart)
        known["matricule"] = str(ins.matricule)
        Usager.objects.create(
            usager_id=usager_id,
            sealed_traits=seal.seal_json("identite", usager_id, known),
            identity_status=person.identity_status,
            registered_at=clock.now(),
        )
        if person.email:
            _set_email(unit, person.email)
        if doctor is not None:
            MedecinTraitant.objects.create(usager_id=usager_id, professional_id=doctor.id, since=clock.today())
        unit.register_locator([usager_id])
        events.usager_registered(unit)
        return usager_id

    return unit_of_work(usager_id, act, by=by)


def _set_email(unit: Unit, address: str) -> None:
    if not _EMAIL.fullmatch(address) or len(address) > 254:
        raise EmailMalformed()
    Contact.objects.filter(usager_id=unit.usager_id, kind="email", until__isnull=True).update(until=clock.now())
    row = Contact(usager_id=unit.usager_id, id=new_id(), kind="email", since=clock.now())
    row.sealed_value = sealer(unit).seal("contact", row.id, address.encode())
    row.save(force_insert=True)


def change_email(usager_id: UUID, address: str, *, by: Actor) -> None:
    """Where the usager's notices go from now on. Errors: EmailMalformed."""

    def act(unit: Unit) -> None:
        _set_email(unit, address.strip())
        events.contact_changed(unit)

    unit_of_work(usager_id, act, by=by)


def declare_medecin_traitant(usager_id: UUID, rpps: str, *, by: Actor) -> None:
    """What the insurance says from today; a change of médecin traitant changes rights at once (S101)."""
    doctor = queries.professional(rpps)

    def act(unit: Unit) -> None:
        current = MedecinTraitant.objects.filter(usager_id=unit.usager_id, until__isnull=True)
        if current.filter(professional_id=doctor.id).exists():
            unit.untraced("déjà déclaré")
            return
        current.update(until=clock.today())
        MedecinTraitant.objects.create(usager_id=unit.usager_id, professional_id=doctor.id, since=clock.today())
        audit.rights_changed(unit)
        events.access_authorised(unit, doctor.id, name=f"{doctor.name}, médecin traitant déclaré")

    unit_of_work(usager_id, act, by=by)


def create_compte(username: str, *, name: str, professional: ProfessionalRef | None = None, role: str = "") -> Compte:
    """An account without a usable password; the same user name gives the same account, brought up to date."""
    compte, _ = Compte.objects.update_or_create(
        username=username, defaults={"name": name, "role": role, "professional_id": professional and professional.id}
    )
    if not compte.password:
        compte.set_unusable_password()
        compte.save(update_fields=("password",))
    return compte


def attach(compte: Compte, usager_id: UUID, role: str) -> None:
    """Tie an account to a usager; already tied the same way is fine."""
    Rattachement.objects.get_or_create(
        compte=compte, usager_id=usager_id, role=role, until=None, defaults={"since": datetime.now(UTC)}
    )


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
