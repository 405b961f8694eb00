"""Whose spaces an account shows: one's own, one's children's. Every screen says for whom (S042)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ens.enrolment import queries as enrolment
from ens.identity import actors
from ens.identity import queries as identity
from ens.identity.types import Profile
from ens.kernel.actor import Actor, ActorKind
from ens.messaging import queries as messaging
from ens.persistence.unit import Unit, unit_of_work


@dataclass(frozen=True, slots=True)
class ProfileCard:
    usager_id: UUID
    name: str
    is_own: bool
    is_open: bool
    unread: int  # conversations, of that space alone


def cards(compte: Any) -> list[ProfileCard]:
    """Each profile of the account, its own first; a space that is not open is said so, and cannot be entered."""
    found = []
    for profile in actors.profiles(compte):
        actor = Actor(ActorKind.USAGER, str(compte.id), compte.name, usager_id=profile.usager_id)

        def act(unit: Unit, profile: Profile = profile) -> ProfileCard:
            unit.untraced("un nom et un nombre de messages, sans leur contenu, à qui gère ce profil")
            is_open = enrolment.state(unit).is_open
            unread = messaging.unread_threads(unit) if is_open else 0
            name = identity.traits(unit).shown_name
            return ProfileCard(profile.usager_id, name, profile.role == "titulaire", is_open, unread)

        found.append(unit_of_work(profile.usager_id, act, by=actor))
    return found


def name_of(usager_id: UUID, *, by: Actor) -> str:
    """Whose space is shown, to who acts there for someone else."""

    def act(unit: Unit) -> str:
        unit.untraced("le nom seul, à qui gère ce profil")
        return identity.traits(unit).shown_name

    return unit_of_work(usager_id, act, by=by)
