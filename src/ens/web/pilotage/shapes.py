"""Charts as plain shapes, sized in hundredths of the width: the drawing follows the screen, its words do not shrink."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from ens.enrolment.campaigns import WaveView
from ens.enrolment.policies import WaveState
from ens.kernel import clock
from ens.steering.types import Table
from ens.web.common import words

BAR_PARTS = ("activated", "not_due", "overdue", "opposed")
_GAP = 0.35  # hundredths between two parts


@dataclass(frozen=True, slots=True)
class Segment:
    part: str
    x: str
    width: str


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    total: int
    segments: list[Segment]
    sentence: str


def bars(table: Table, words_of: dict[str, str]) -> list[Bar]:
    """What was not opened at the deadline, row by row: whoever chose, and whoever still may. Rows that hide none of it.

    The widest bar fills the width.
    """
    rows = [row for row in table.rows if all(row.counts[one] is not None for one in BAR_PARTS)]
    counts = {row.key: [row.counts[one] or 0 for one in BAR_PARTS] for row in rows}
    widest = max((sum(found) for found in counts.values()), default=0)
    drawn = []
    for row in rows:
        total, x, segments = sum(counts[row.key]), 0.0, []
        for part, count in zip(BAR_PARTS, counts[row.key], strict=True):
            width = 100 * count / widest if widest else 0
            if count:
                segments.append(Segment(part, _percent(x), _percent(max(width - _GAP, 0.2))))
            x += width
        said = ", ".join(
            f"{words_of[part]} {words.number(count)}"
            for part, count in zip(BAR_PARTS, counts[row.key], strict=True)
            if count
        )
        drawn.append(Bar(row.label, total, segments, f"{row.label} : {said}" if said else row.label))
    return [bar for bar in drawn if bar.total]


@dataclass(frozen=True, slots=True)
class Span:
    """A wave on the calendar: its days, then the pauses taken out of it."""

    wave: WaveView
    label: str  # its name; with its campaign's when two of them call a wave so
    x: str
    width: str
    pauses: list[Segment]
    last_opening: date
    tail_x: str  # from its last day to the last day to oppose of who is noticed on it
    tail_width: str


@dataclass(frozen=True, slots=True)
class Calendar:
    months: list[Segment]  # ``part`` is the month's name
    today: str  # empty when it is not on the drawing
    spans: list[Span]
    first: date | None
    last: date | None


def calendar(waves: Sequence[WaveView], delays: dict[str, int]) -> Calendar:
    """Every wave, from the first month to the last day to oppose; ``delays``: days, by campaign."""
    if not waves:
        return Calendar([], "", [], None, None)
    ends = {wave.id: wave.ends_on + timedelta(days=delays.get(wave.campaign, 0)) for wave in waves}
    first = min(wave.starts_on for wave in waves).replace(day=1)
    last = max(ends.values())
    days = (last - first).days + 1
    at = _scale(first, days)
    months, month = [], first
    while month <= last:
        following = (month.replace(day=1) + timedelta(days=32)).replace(day=1)
        width = ((min(following, last + timedelta(days=1))) - month).days
        room = (last - month).days / days > 0.06  # its name would end past the side
        months.append(Segment(f"{month:%m/%y}" if room else "", at(month), _percent(100 * width / days)))
        month = following
    today = clock.today()
    spans = []
    named = Counter(wave.name for wave in waves)
    for wave in waves:
        length = (wave.ends_on - wave.starts_on).days + 1
        after = wave.ends_on + timedelta(days=1)
        spans.append(
            Span(
                wave,
                wave.name if named[wave.name] == 1 else f"{wave.name} ({wave.campaign})",
                at(wave.starts_on),
                _percent(max(100 * length / days, 0.6)),
                [
                    Segment("pause", at(since), _percent(max(100 * ((until - since).days + 1) / days, 0.4)))
                    for since, until in _days(wave)
                ],
                ends[wave.id],
                at(after),
                _percent(100 * (ends[wave.id] - wave.ends_on).days / days),
            )
        )
    return Calendar(months, at(today) if first <= today <= last else "", spans, first, last)


def _days(wave: WaveView) -> list[tuple[date, date]]:
    """Its pauses, in days, within its own."""
    here = clock.PARIS
    found = []
    for began, ended in wave.pauses:
        since = max(began.astimezone(here).date(), wave.starts_on)
        until = min(ended.astimezone(here).date() if ended else min(clock.today(), wave.ends_on), wave.ends_on)
        if since <= until and wave.state is not WaveState.PLANNED:
            found.append((since, until))
    return found


def _scale(first: date, days: int) -> Callable[[date], str]:
    return lambda day: _percent(100 * (day - first).days / days)


def _percent(value: float) -> str:
    """As SVG reads it: a point, whatever the page's language."""
    return f"{value:.2f}%"
