"""How far people go through the screens of enrolment, day by day: counts about nobody (S026).

Counted in memory and written together, so that a screen is not a write; a process that is killed loses at most what it
counted since: these are figures, not facts.
"""

from __future__ import annotations

import atexit
import threading
import time
from collections import Counter
from contextlib import suppress
from datetime import date
from enum import StrEnum

from django.db import DatabaseError, InterfaceError, connections

from ens.enrolment.models import ScreenCount
from ens.kernel import clock

EVERY_S, MOST = 20.0, 500


class Step(StrEnum):
    """The screens, in order."""

    CODE = "code"
    REFUSED = "code_refuse"
    CHOICE = "choix"
    OPPOSED = "oppose"
    ACTIVATED = "active"
    CLOSED = "ferme"
    NOT_REPRESENTATIVE = "non_representant"
    DISPUTED = "desaccord"
    ASKED_CODE = "nouveau_code"


_lock = threading.Lock()
_counted: Counter[tuple[date, str, str]] = Counter()
_written_at = time.monotonic()

_ADD = """
INSERT INTO enrolment_screencount (day, step, channel, times)
SELECT * FROM unnest(%(days)s::date[], %(steps)s::text[], %(channels)s::text[], %(times)s::bigint[])
ON CONFLICT (day, step, channel) DO UPDATE SET times = enrolment_screencount.times + excluded.times
"""


def reached(step: Step, channel: str = "") -> None:
    with _lock:
        _counted[clock.today(), step, channel] += 1
        is_due = time.monotonic() - _written_at > EVERY_S or sum(_counted.values()) >= MOST
    if is_due:
        write()


def write() -> None:
    """Write what was counted since the last time, in one statement; sorted, so that two processes never deadlock."""
    global _written_at
    with _lock:
        rows = sorted(_counted.items())
        _counted.clear()
        _written_at = time.monotonic()
    if not rows:
        return
    columns = {
        "days": [key[0] for key, _ in rows],
        "steps": [key[1] for key, _ in rows],
        "channels": [key[2] for key, _ in rows],
        "times": [times for _, times in rows],
    }
    with connections["default"].cursor() as cursor:
        cursor.execute(_ADD, columns)


def counts(since: date, until: date) -> dict[tuple[str, str], int]:
    """(step, channel) → times reached, both days included."""
    found: Counter[tuple[str, str]] = Counter()
    for row in ScreenCount.objects.filter(day__gte=since, day__lte=until):
        found[row.step, row.channel] += row.times
    return dict(found)


@atexit.register
def _at_exit() -> None:
    with suppress(DatabaseError, InterfaceError, OSError):  # the base may be gone first: figures, not facts
        write()
