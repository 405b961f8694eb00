"""How far the preparation went, so that a second start does nothing twice and one cut short goes on."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import UTC, date, datetime, timedelta

from ens.demonstration import places
from ens.kernel.clock import PARIS

_FILE = "histoire.json"


@dataclass(slots=True)
class Progress:
    """``day``: that of the first preparation, from which every date of the story is counted."""

    day: str
    done: dict[str, str] = field(default_factory=dict)  # what happened, and the id it gave
    authorised: list[str] = field(default_factory=list)  # whose rights were given, once: later choices are theirs
    over: bool = False

    @classmethod
    def read(cls) -> Progress:
        known = places.read_json(_FILE)
        return cls(**known) if known else cls(datetime.now(PARIS).date().isoformat())

    def keep(self) -> None:
        places.write_json(_FILE, asdict(self))

    def mark(self, key: str, value: str = "fait") -> None:
        self.done[key] = value
        self.keep()

    @property
    def first_day(self) -> date:
        return date.fromisoformat(self.day)

    def back_to(self, days: int) -> timedelta:
        """The offset of a clock that says ``days`` before the first day, at the present hour."""
        return timedelta(days=(self.first_day - datetime.now(PARIS).date()).days - days)

    def at(self, moment: datetime) -> tuple[datetime, timedelta]:
        """That moment, never later than just now, and the offset of a clock that says it."""
        now = datetime.now(UTC)
        told = min(moment, now - timedelta(minutes=2))
        return told, told - now
