"""Events of enrolment, and the state derived from them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

EMAIL, POST = "email", "courrier"  # channels of a notice


class EventKind(StrEnum):
    NOTICED = "noticed"
    DELIVERED = "delivered"
    RETURNED = "returned"
    OPPOSED = "opposed"
    CHANGED_MIND = "changed_mind"
    ACTIVATED = "activated"
    OPENED = "opened"
    CLOSED = "closed"
    FROZEN = "frozen"
    RELEASED = "released"
    MERGED = "merged"
    SEPARATED = "separated"
    DELETED = "deleted"


class State(StrEnum):
    """``state`` of demo.json. UNKNOWN: registered, never noticed. MERGED: registered twice, the other is kept.

    DELETED: erased for ever, no move follows it.
    """

    UNKNOWN = "unknown"
    NOTICED = "noticed"
    OPPOSED = "opposed"
    ACTIVATED = "activated"
    OPENED = "opened"
    CLOSED = "closed"
    MERGED = "merged"
    DELETED = "deleted"

    @property
    def is_open(self) -> bool:
        return self in (State.ACTIVATED, State.OPENED)


@dataclass(frozen=True, slots=True)
class EnrolmentEvent:
    kind: EventKind
    at: datetime
    deadline: date | None = None


_ALL = frozenset(State) - {State.MERGED, State.DELETED}
_NOT_OPEN = frozenset({State.UNKNOWN, State.NOTICED, State.OPPOSED})

# The allowed moves: event → states it may happen in, and the state it gives; None leaves the state as it is, or as it
# was before it was merged. ``docs/domaine`` draws it.
MOVES: dict[EventKind, tuple[frozenset[State], State | None]] = {
    EventKind.NOTICED: (frozenset({State.UNKNOWN, State.NOTICED}), State.NOTICED),
    EventKind.OPPOSED: (frozenset({State.UNKNOWN, State.NOTICED}), State.OPPOSED),
    EventKind.CHANGED_MIND: (frozenset({State.OPPOSED}), State.NOTICED),
    EventKind.OPENED: (frozenset({State.NOTICED}), State.OPENED),
    EventKind.ACTIVATED: (
        frozenset({State.UNKNOWN, State.NOTICED, State.OPPOSED, State.OPENED, State.CLOSED}),
        State.ACTIVATED,
    ),
    EventKind.CLOSED: (frozenset({State.OPENED, State.ACTIVATED}), State.CLOSED),
    EventKind.DELIVERED: (_ALL, None),
    EventKind.RETURNED: (_ALL, None),
    EventKind.FROZEN: (_NOT_OPEN, None),
    EventKind.RELEASED: (_ALL, None),
    EventKind.MERGED: (_NOT_OPEN, State.MERGED),
    EventKind.SEPARATED: (frozenset({State.MERGED}), None),
    EventKind.DELETED: (_ALL | {State.MERGED}, State.DELETED),
}


def derive(events: Iterable[EnrolmentEvent]) -> State:
    """The state that a person's events, in order, give. An event out of place changes nothing."""
    state = before = State.UNKNOWN
    for event in events:
        allowed, gives = MOVES[event.kind]
        if state not in allowed:
            continue
        if event.kind is EventKind.MERGED:
            before = state
        elif event.kind is EventKind.SEPARATED:
            gives = before
        state = gives or state
    return state


def is_frozen(events: Iterable[EnrolmentEvent]) -> bool:
    """Whether the opening at the deadline waits: a representative's answer, a dispute (N002, B11)."""
    frozen = False
    for event in events:
        if event.kind in (EventKind.FROZEN, EventKind.RELEASED):
            frozen = event.kind is EventKind.FROZEN
    return frozen
