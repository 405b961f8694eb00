"""Whose spaces an account shows: one's own, one's children's. Every screen says for whom (S042)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ens.enrolment import queries as enrolment
from ens.identity import queries as identity
from ens.kernel.actor import Actor, ActorKind
from ens.persistence.unit import Unit, unit_of_work


@dataclass(frozen=True, slots=True)
class ProfileCard:
    usager_id: UUID
    name: str
    is_own: bool
    is_open: bool


def cards(compte: Any) -> list[ProfileCard]:
    """Each profile of the account, its own first; a space that is not open is said so, and cannot be entered."""
    found = []
    for profile in identity.profiles(compte):
        actor = Actor(ActorKind.USAGER, str(compte.id), compte.name, usager_id=profile.usager_id)

        def act(unit: Unit) -> tuple[str, bool]:
            unit.untraced("le nom seul, à qui gère ce profil")
            return identity.traits(unit).shown_name, enrolment.state(unit).is_open

        name, is_open = unit_of_work(profile.usager_id, act, by=actor)
        found.append(ProfileCard(profile.usager_id, name, profile.role == "titulaire", is_open))
    return found


def name_of(usager_id: UUID, *, by: Actor) -> str:
    """Whose space is shown, to who acts there for someone else."""

    def act(unit: Unit) -> str:
        unit.untraced("le nom seul, à qui gère ce profil")
        return identity.traits(unit).shown_name

    return unit_of_work(usager_id, act, by=by)
