"""Who acts: an account, a professional, an establishment or a software, as an ``Actor``."""

from __future__ import annotations

from uuid import UUID

from ens.identity.errors import AccountUnknown
from ens.identity.models import ApplicationCliente, Compte, Rattachement
from ens.identity.queries import establishment_ref, professional_ref
from ens.identity.representing import ties_in_force
from ens.identity.types import EstablishmentRef, ProfessionalRef, Profile
from ens.kernel.actor import Actor, ActorKind


def compte(username: str) -> Compte:
    """The account of that name. Errors: AccountUnknown."""
    found = Compte.objects.filter(username=username).first()
    if found is None:
        raise AccountUnknown()
    return found


def profiles(compte: Compte) -> list[Profile]:
    """Whose spaces an account shows today, its own first."""
    order = {Rattachement.HOLDER: 0, Rattachement.REPRESENTATIVE: 1, Rattachement.CARER: 2}
    return sorted((Profile(*row) for row in ties_in_force(compte.id)), key=lambda p: (order[p.role], str(p.usager_id)))


def actor_of(compte: Compte, usager_id: UUID | None = None) -> Actor | None:
    """Who an account is: a professional, or a usager for one of their profiles. None: nobody any more.

    Which profile: ``usager_id`` if the account is still tied to it, else its first.
    """
    if not compte.is_active:
        return None
    if compte.professional is not None:
        return professional_actor(professional_ref(compte.professional)) if compte.professional.active else None
    if compte.role:
        kind = ActorKind.SUPPORT if compte.role == "support" else ActorKind.PILOTAGE
        return Actor(kind, str(compte.id), compte.name, role=compte.role)
    known = profiles(compte)
    chosen = next((p for p in known if p.usager_id == usager_id), known[0] if known and usager_id is None else None)
    if chosen is None:
        return None
    role = {"titulaire": "", "representant": "représentant légal", "aidant": "aidant"}[chosen.role]
    return Actor(ActorKind.USAGER, str(compte.id), compte.name, role=role, usager_id=chosen.usager_id)


def professional_actor(
    ref: ProfessionalRef, *, client_id: str = "", organisation: EstablishmentRef | None = None
) -> Actor:
    """The actor a professional is, alone or behind an establishment's software."""
    return Actor(
        ActorKind.PROFESSIONNEL,
        str(ref.id),
        ref.name,
        role=ref.profession_label,
        profession=ref.profession,
        organisation=organisation.name if organisation else ref.organisation,
        organisation_id=str(organisation.id) if organisation else ref.organisation_id,
        rpps=ref.rpps,
        finess=organisation.finess if organisation else "",
        client_id=client_id,
    )


def establishment_actor(ref: EstablishmentRef, *, client_id: str = "") -> Actor:
    return Actor(
        ActorKind.ETABLISSEMENT,
        str(ref.id),
        ref.name,
        role="établissement",
        organisation=ref.name,
        organisation_id=str(ref.id),
        finess=ref.finess,
        client_id=client_id,
    )


def client_actor(client_id: str) -> Actor | None:
    """Who an OAuth2 client acts for: its professional, or its establishment under its own name."""
    asked = ApplicationCliente.objects.select_related("professional", "establishment")
    found = asked.filter(client_id=client_id).first()
    if found is None:
        return None
    if found.professional is not None:
        who = professional_ref(found.professional)
        return professional_actor(who, client_id=client_id) if who.active else None
    return establishment_actor(establishment_ref(found.establishment), client_id=client_id)
