"""What pages, exports and indicators show of the figures."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

# A row adds up: noticed = the sum of its parts.
PARTS = ("activated", "opened", "opposed", "not_due", "overdue")
WHOLE = "noticed"
# Counted among the others: each column adds up, not the row.
AMONG = ("by_email", "by_post", "delivered", "returned", "changed_mind", "closed", "deleted")
MEASURES = (WHOLE, *PARTS, *AMONG)


@dataclass(frozen=True, slots=True)
class View:
    """What is looked at: which territory, cut by what, at the end of which day."""

    departements: tuple[str, ...]
    everywhere: bool  # of everyone, those whose département is not known included
    dimension: str
    day: date


@dataclass(frozen=True, slots=True)
class Row:
    """``counts``: by measure; None, hidden: it is small, or would give a small one away."""

    key: str
    label: str
    counts: dict[str, int | None]
    hidden_parts: int = 0

    def rate(self, measure: str) -> Rate:
        return Rate(self.counts[measure], self.counts[WHOLE])


@dataclass(frozen=True, slots=True)
class Rate:
    """A rate shows its numerator and its denominator; unknown when one of them is hidden, or nobody was noticed."""

    numerator: int | None
    denominator: int | None

    @property
    def percent(self) -> float | None:
        if self.numerator is None or not self.denominator:
            return None
        return 100 * self.numerator / self.denominator


@dataclass(frozen=True, slots=True)
class Table:
    view: View
    rows: list[Row]
    total: Row
    threshold: int
    counted_late: int = 0  # moves not counted yet

    @property
    def hides(self) -> bool:
        return any(None in row.counts.values() for row in (*self.rows, self.total))


@dataclass(frozen=True, slots=True)
class OpenedEvent:
    """An event behind a figure: an opaque reference, never who."""

    reference: str
    kind: str
    at: datetime
    channel: str
    by_kind: str
    lot: str  # the beginning of its id
    deadline: date | None = None


@dataclass(frozen=True, slots=True)
class EventPage:
    measure: str
    total: int
    events: list[OpenedEvent] = field(default_factory=list)
