"""Events of the medical profile, as in ``audit.events``."""

from __future__ import annotations

from uuid import UUID

from ens.audit.events import leave
from ens.audit.types import Event, Line
from ens.persistence.unit import Unit


def profile_consulted(unit: Unit, *, rubric: str = "", attempt: bool = False) -> None:
    """The medical profile, or one of its rubrics, was shown."""
    leave(unit, Line(Event.PROFILE_CONSULTED, title=rubric), attempt)


def profile_changed(
    unit: Unit, event: Event, item_id: UUID | None, *, title: str = "", attempt: bool = False
) -> None:
    """``event``: an item of the medical profile was opened, added, changed or removed."""
    leave(unit, Line(event, item_id, title), attempt)


def profile_unconcerned(unit: Unit, *, rubric: str, taken_back: bool = False, attempt: bool = False) -> None:
    event = Event.PROFILE_UNCONCERNED_NO_MORE if taken_back else Event.PROFILE_UNCONCERNED
    leave(unit, Line(event, title=rubric), attempt)


def synthesis_made(unit: Unit, *, attempt: bool = False) -> None:
    """A synthesis of the medical profile was drawn, to be kept, filed or sent."""
    leave(unit, Line(Event.SYNTHESIS_MADE), attempt)


def synthesis_sent(unit: Unit, *, to: str = "", attempt: bool = False) -> None:
    leave(unit, Line(Event.SYNTHESIS_SENT, facts={"name": to} if to else {}), attempt)
