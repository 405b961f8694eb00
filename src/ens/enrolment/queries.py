"""Where a person stands."""

from __future__ import annotations

from datetime import date

from ens.enrolment.errors import SpaceAbsent
from ens.enrolment.models import Event
from ens.enrolment.types import EnrolmentEvent, EventKind, State, derive
from ens.persistence.unit import Unit


def events(unit: Unit) -> list[EnrolmentEvent]:
    """The usager's events, in order."""
    rows = Event.objects.filter(usager_id=unit.usager_id).order_by("at", "id").values_list("kind", "at", "deadline")
    return [EnrolmentEvent(EventKind(kind), at, deadline) for kind, at, deadline in rows]


def state(unit: Unit) -> State:
    """Read once a unit."""
    known: State | None = unit.cache.get("enrolment.state")
    if known is None:
        known = unit.cache["enrolment.state"] = derive(events(unit))
    return known


def check_open(unit: Unit) -> None:
    """Errors: SpaceAbsent, the same whatever the reason."""
    if not state(unit).is_open:
        raise SpaceAbsent()


def deadline(unit: Unit) -> date | None:
    """The last day to oppose, included, of the last notice."""
    return next((event.deadline for event in reversed(events(unit)) if event.kind is EventKind.NOTICED), None)
