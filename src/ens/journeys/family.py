"""The spaces of one's children, opened in one gesture from one's own account; each is judged by itself (N022).

The children are those the insurance declares, on both sides. Declaring oneself their representative, and that the other
parent agrees, opens what nobody refused: an opposition, a dispute, a closing are answered with the child's own code, by
``enrolment.choosing``, never from a list.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from typing import Any
from uuid import UUID

import structlog

from ens.audit import events
from ens.audit import services as audit
from ens.enrolment import choosing
from ens.enrolment import queries as enrolment_queries
from ens.enrolment import services as enrolment
from ens.enrolment.types import State, is_frozen
from ens.identity import accounts, representing
from ens.identity import queries as identity
from ens.identity import services as identities
from ens.journeys import representatives
from ens.journeys.errors import ChildNotOpened
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.errors import EnsError
from ens.persistence.unit import Unit, unit_of_work

log = structlog.get_logger("ens.family")


class Obstacle(StrEnum):
    """Why a child's space does not open from the list."""

    THEIRS_ALREADY = "deja_rattache"
    OF_ANOTHER = "autre_representant"
    OPPOSED = "oppose"
    FROZEN = "verification"
    CLOSED = "ferme"
    ADULT = "majeur"
    ABSENT = "absent"  # not declared any more, dead, registered twice, erased: not told apart
    UNAVAILABLE = "indisponible"


@dataclass(frozen=True, slots=True)
class Child:
    usager_id: UUID
    name: str
    obstacle: Obstacle | None

    @property
    def may_open(self) -> bool:
        return self.obstacle is None


def children(compte: Any) -> list[Child]:
    """The minors declared to the account's holder, but those nobody may be told of; by name.

    Whoever has no space of their own to be declared from has none.
    """
    found = (_child(compte, usager_id) for usager_id in _declared(compte))
    return sorted((one for one in found if one is not None), key=lambda one: (one.name, one.usager_id))


def any_to_open(compte: Any) -> bool:
    """Whether the list has someone to tick, to offer it."""
    return any(one.may_open for one in children(compte))


def open_spaces(compte: Any, wanted: Collection[UUID]) -> dict[UUID, Obstacle | None]:
    """Open each of these children's spaces, and show it from the account; None: done. One failing stops no other.

    Whoever is not a child of the list is absent, whatever was asked.
    """
    declared = set(_declared(compte))
    return {one: _open(compte, one) if one in declared else Obstacle.ABSENT for one in dict.fromkeys(wanted)}


def _declared(compte: Any) -> list[UUID]:
    own = accounts.holder_of(compte)
    if own is None:
        return []

    def act(unit: Unit) -> list[UUID]:
        unit.untraced("les liens déclarés par l'assurance, à la personne elle-même")
        return identity.children(unit) if identity.is_registered_alive(unit) else []

    return unit_of_work(own, act, by=Actor(ActorKind.USAGER, str(compte.id), compte.name, usager_id=own))


def _child(compte: Any, usager_id: UUID) -> Child | None:
    def act(unit: Unit) -> Child | None:
        unit.untraced("le nom et l'enrôlement seuls, à qui est déclaré représentant légal")
        obstacle = _obstacle(unit, compte)
        if obstacle in (Obstacle.ABSENT, Obstacle.ADULT):
            return None
        return Child(usager_id, identity.traits(unit).shown_name, obstacle)

    return unit_of_work(usager_id, act, by=_acting(compte, usager_id))


def _open(compte: Any, usager_id: UUID) -> Obstacle | None:
    """The move, the tie and the trace, in the child's own unit: all of it, or nothing."""

    def also(unit: Unit) -> None:
        audit.hold_head(unit)  # another parent who asks in the same instant waits, then finds this one
        obstacle = _obstacle(unit, compte)
        if obstacle is not None:
            raise ChildNotOpened(motif=obstacle.value)
        choosing.declare_without_code(unit)
        representing.represent(compte, usager_id, ends_on=representatives.majority(unit))
        events.representative_attached(unit)

    try:
        enrolment.activate(usager_id, by=_acting(compte, usager_id), also=also)
    except ChildNotOpened as refusal:
        return Obstacle(refusal.facts["motif"])
    except EnsError as error:  # one of the family busy or unavailable: said of this child, the others go on
        log.warning("child_not_opened", code=error.code)
        return Obstacle.UNAVAILABLE
    return None


def _obstacle(unit: Unit, compte: Any) -> Obstacle | None:
    own = accounts.holder_of(compte)
    if not identity.is_registered_alive(unit) or own not in identity.representatives(unit):
        return Obstacle.ABSENT
    if identities.majority_if_minor(identity.traits(unit).birth_date) is None:
        return Obstacle.ADULT
    if is_frozen(enrolment_queries.events(unit)):
        return Obstacle.FROZEN
    state = enrolment_queries.state(unit)
    if state is State.OPPOSED:
        return Obstacle.OPPOSED
    if state is State.CLOSED:
        return Obstacle.CLOSED
    managers = representing.managers_of(unit.usager_id)
    if compte.id in managers:
        return Obstacle.THEIRS_ALREADY if state.is_open else None
    return Obstacle.OF_ANOTHER if managers else None


def _acting(compte: Any, usager_id: UUID) -> Actor:
    return Actor(ActorKind.USAGER, str(compte.id), compte.name, role="représentant légal", usager_id=usager_id)
