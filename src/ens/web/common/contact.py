"""The contact block: the number, the hours, and whether someone answers now. All of it is settings (S151)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from django.conf import settings

from ens.kernel import clock


@dataclass(frozen=True, slots=True)
class SupportNow:
    """Whether the telephone answers, and since or until when."""

    is_open: bool
    closes_at: datetime | None = None
    opens_at: datetime | None = None  # None too when no opening is known within a fortnight


def support_now(now: datetime | None = None) -> SupportNow:
    here = (now or clock.now()).astimezone(clock.PARIS)
    for opens, closes in _openings(here):
        if opens <= here < closes:
            return SupportNow(True, closes_at=closes)
        if here < opens:
            return SupportNow(False, opens_at=opens)
    return SupportNow(False)


def _openings(here: datetime) -> list[tuple[datetime, datetime]]:
    """Those of today and of the fortnight to come, in order."""
    closed = set(settings.ENS_SUPPORT_CLOSED)
    found = []
    for ahead in range(15):
        day = here.date() + timedelta(days=ahead)
        if day.isoformat() in closed:
            continue
        for first, last, opens, closes in settings.ENS_SUPPORT_OPENING:
            if first <= day.isoweekday() <= last:
                found.append((_at(here, day, opens), _at(here, day, closes)))
    return sorted(found)


def _at(here: datetime, day: date, hour: time) -> datetime:
    return datetime.combine(day, hour, here.tzinfo)
