"""The product's time: real time plus an offset kept in the database.

Rules, deadlines and dates shown use it; technical time (web sessions, tokens, certificates, queue, ids) stays
real. ``persistence.clock`` keeps the offset and sets it here at each unit or request.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

PARIS = ZoneInfo("Europe/Paris")

_offset: ContextVar[timedelta] = ContextVar("ens_clock_offset", default=timedelta(0))
_frozen: ContextVar[datetime | None] = ContextVar("ens_clock_frozen", default=None)


def now() -> datetime:
    """The product's time, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC) + _offset.get()


def today() -> date:
    """The day it is in Paris."""
    return now().astimezone(PARIS).date()


def offset() -> timedelta:
    return _offset.get()


def set_offset(offset: timedelta) -> None:
    """Called by ``persistence.clock`` with what the database says."""
    _offset.set(offset)


@contextmanager
def freeze(moment: datetime) -> Iterator[datetime]:
    """Stop the product's time, in tests and in stories told with past dates."""
    if moment.tzinfo is None:
        raise ValueError("an aware datetime is needed")
    token = _frozen.set(moment.astimezone(UTC))
    try:
        yield moment
    finally:
        _frozen.reset(token)
