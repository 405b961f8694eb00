"""Where a person stands."""

from __future__ import annotations

from datetime import date

from ens.enrolment.errors import SpaceAbsent
from ens.enrolment.models import Event
from ens.enrolment.types import EnrolmentEvent, EventKind, State, derive
from ens.kernel.actor import ActorKind
from ens.persistence.facts import Fact
from ens.persistence.unit import Unit

_CACHE = "enrolment.state"
OTHERS = (ActorKind.PROFESSIONNEL, ActorKind.ETABLISSEMENT, ActorKind.OPERATEUR)
FACT = Fact(
    "enrolled",
    "SELECT array_agg(kind ORDER BY at, id) AS kinds, array_agg(at ORDER BY at, id) AS moments, "
    "array_agg(deadline ORDER BY at, id) AS deadlines FROM enrolment_event WHERE usager_id = %(usager)s",
    ("kinds", "moments", "deadlines"),
)


def events(unit: Unit) -> list[EnrolmentEvent]:
    """The usager's events, in order."""
    rows = Event.objects.filter(usager_id=unit.usager_id).order_by("at", "id").values_list("kind", "at", "deadline")
    return [EnrolmentEvent(EventKind(kind), at, deadline) for kind, at, deadline in rows]


def state(unit: Unit) -> State:
    """Where the usager stood when the unit opened, or since it moved them: see ``moved``."""
    known: State | None = unit.cache.get(_CACHE)
    if known is None:
        kinds, moments, deadlines = unit.facts[FACT.name]
        known = unit.cache[_CACHE] = derive(
            EnrolmentEvent(EventKind(kind), at, deadline)
            for kind, at, deadline in zip(kinds or (), moments or (), deadlines or (), strict=True)
        )
    return known


def moved(unit: Unit) -> None:
    """After a move inside the unit."""
    unit.cache[_CACHE] = derive(events(unit))


def check_open(unit: Unit) -> None:
    """Errors: SpaceAbsent, the same whatever the reason."""
    if not state(unit).is_open:
        raise SpaceAbsent()


def is_asked_in_vain(unit: Unit) -> bool:
    """Whether someone else asks about a person whose space is not open: there is nothing to welcome them for."""
    return unit.by.kind in OTHERS and not state(unit).is_open


def deadline(unit: Unit) -> date | None:
    """The last day to oppose, included, of the last notice."""
    return next((event.deadline for event in reversed(events(unit)) if event.kind is EventKind.NOTICED), None)
