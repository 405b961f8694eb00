"""Where a person stands."""

from __future__ import annotations

from datetime import date

from ens.enrolment.errors import SpaceAbsent
from ens.enrolment.models import Event
from ens.enrolment.types import EnrolmentEvent, EventKind, State, derive
from ens.kernel.actor import ActorKind
from ens.persistence.facts import Fact
from ens.persistence.unit import Unit

_CACHE = "enrolment.events"
OTHERS = (ActorKind.PROFESSIONNEL, ActorKind.ETABLISSEMENT, ActorKind.OPERATEUR)
FACT = Fact(
    "enrolled",
    "SELECT array_agg(kind ORDER BY rank) AS kinds, array_agg(at ORDER BY rank) AS moments, "
    "array_agg(deadline ORDER BY rank) AS deadlines FROM enrolment_event WHERE usager_id = %(usager)s",
    ("kinds", "moments", "deadlines"),
)

# Goes with a question asked as the unit opens, so that a closed space, whose rows are still there, takes no longer to
# be refused than one that never was. It spares work and decides nothing: ``check_open`` does.
SEEMS_OPEN = (
    "(SELECT kind IN ('activated', 'opened') FROM enrolment_event WHERE usager_id = %s "
    "AND kind IN ('activated', 'opened', 'closed', 'deleted') ORDER BY rank DESC LIMIT 1)"
)


def events(unit: Unit) -> list[EnrolmentEvent]:
    """The usager's events, in order, as they were when the unit opened, or since it moved them: see ``moved``."""
    known: list[EnrolmentEvent] | None = unit.cache.get(_CACHE)
    if known is None:
        kinds, moments, deadlines = unit.facts[FACT.name]
        known = unit.cache[_CACHE] = [
            EnrolmentEvent(EventKind(kind), at, deadline)
            for kind, at, deadline in zip(kinds or (), moments or (), deadlines or (), strict=True)
        ]
    return known


def state(unit: Unit) -> State:
    return derive(events(unit))


def moved(unit: Unit) -> None:
    """After a move inside the unit."""
    rows = Event.objects.filter(usager_id=unit.usager_id).order_by("rank").values_list("kind", "at", "deadline")
    unit.cache[_CACHE] = [EnrolmentEvent(EventKind(kind), at, deadline) for kind, at, deadline in rows]


def check_open(unit: Unit) -> None:
    """Errors: SpaceAbsent, the same whatever the reason."""
    if not state(unit).is_open:
        raise SpaceAbsent()


def is_asked_in_vain(unit: Unit) -> bool:
    """Whether someone else asks about a person whose space is not open: there is nothing to welcome them for."""
    return unit.by.kind in OTHERS and not state(unit).is_open


def deadline(unit: Unit) -> date | None:
    """The last day to oppose, included: the latest that was promised."""
    return max((event.deadline for event in events(unit) if event.deadline), default=None)
