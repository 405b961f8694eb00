"""Events of enrolment, and the state derived from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class EventKind(StrEnum):
    NOTICED = "noticed"
    OPPOSED = "opposed"
    CHANGED_MIND = "changed_mind"
    ACTIVATED = "activated"
    OPENED = "opened"
    CLOSED = "closed"


class State(StrEnum):
    """``state`` of demo.json. UNKNOWN: registered, never noticed."""

    UNKNOWN = "unknown"
    NOTICED = "noticed"
    OPPOSED = "opposed"
    ACTIVATED = "activated"
    OPENED = "opened"
    CLOSED = "closed"

    @property
    def is_open(self) -> bool:
        return self in (State.ACTIVATED, State.OPENED)


@dataclass(frozen=True, slots=True)
class EnrolmentEvent:
    kind: EventKind
    at: datetime
    deadline: date | None = None


# The allowed moves: event → states it may happen in, and the state it gives. ``docs/domaine`` draws it.
MOVES: dict[EventKind, tuple[frozenset[State], State]] = {
    EventKind.NOTICED: (frozenset({State.UNKNOWN, State.NOTICED}), State.NOTICED),
    EventKind.OPPOSED: (frozenset({State.UNKNOWN, State.NOTICED}), State.OPPOSED),
    EventKind.CHANGED_MIND: (frozenset({State.OPPOSED}), State.NOTICED),
    EventKind.OPENED: (frozenset({State.NOTICED}), State.OPENED),
    EventKind.ACTIVATED: (
        frozenset({State.UNKNOWN, State.NOTICED, State.OPPOSED, State.OPENED, State.CLOSED}),
        State.ACTIVATED,
    ),
    EventKind.CLOSED: (frozenset({State.OPENED, State.ACTIVATED}), State.CLOSED),
}


def derive(events: Iterable[EnrolmentEvent]) -> State:
    """The state that a person's events, in order, give. An event out of place changes nothing."""
    state = State.UNKNOWN
    for event in events:
        allowed, gives = MOVES[event.kind]
        if state in allowed:
            state = gives
    return state
