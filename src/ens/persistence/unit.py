"""The unit of work: the only opener of transactions about a usager.

BEGIN, the row policy by SET LOCAL, a savepoint, the act, the trace, COMMIT. On ``Refused`` or ``Absent`` the act
is rolled back to its savepoint, the refusal is traced and committed, then the error is raised. When the usager's
rights changed between the facts and the trace, or the database asks for it, the whole unit starts again.
"""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

import psycopg
import structlog
from django.conf import settings
from django.db import connections, transaction

from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.kernel.errors import Absent, EnsError, Refused
from ens.kernel.ids import is_of_nobody
from ens.persistence import facts, locator, sql, wire
from ens.persistence.clock import set_from
from ens.persistence.connection import FAULTS, is_lost, renew, unavailable
from ens.persistence.errors import OutcomeUnknown, TooBusy

T = TypeVar("T")
ATTEMPTS = 6
log = structlog.get_logger("ens.unit")


class StartAgain(Exception):
    """What the unit saw is no longer so: it starts again, from its first statement."""


class RightsChanged(StartAgain):
    """The usager's choices changed while the unit ran: its decision may be stale."""


class NestedUnit(RuntimeError):
    """A unit was opened inside another, or on a connection that is not idle: a fault of ours."""


class UntracedUnit(RuntimeError):
    """A unit ended without a trace and without saying why none is due: a fault of ours."""


class Ledger(Protocol):
    """Where the unit's trace goes; implemented by ``audit``."""

    def open(self, unit: Unit) -> None: ...

    def close(self, unit: Unit) -> None: ...


_ledger: Ledger | None = None


def use_ledger(ledger: Ledger) -> None:
    global _ledger
    _ledger = ledger


_welcome: Callable[[Unit], bool] | None = None


def use_welcome(welcome: Callable[[Unit], bool]) -> None:
    """Declare what makes the key, the head and the rows of someone imported, at the first unit about them.

    It says whether it did; in the unit's transaction, outside the act's savepoint: refused or not, they are there.
    """
    global _welcome
    _welcome = welcome


_is_asked_in_vain: Callable[[Unit], bool] | None = None


def use_reserve(is_asked_in_vain: Callable[[Unit], bool]) -> None:
    """Declare when a question about someone imported, whom nobody wrote about yet, is answered as about nobody.

    They are then not welcomed: a first question would take longer about them than about someone unknown.
    """
    global _is_asked_in_vain
    _is_asked_in_vain = is_asked_in_vain


class Unit:
    """What an act may lean on while its unit is open."""

    def __init__(self, usager_id: UUID, by: Actor) -> None:
        self.usager_id = usager_id
        self.by = by
        self.facts: dict[str, tuple[Any, ...]] = {}  # as they were when the unit opened
        self.answers: list[Any] = []  # to what the unit was to ask as it opened
        self.rights: int | None = None  # one of the facts; None: no such usager yet
        # Unknown, or asked about in vain: refused, by the same work as a space that is not open (decision 0015).
        self.is_nobody = False
        self.rights_raised = False
        self.lines: list[Any] = []  # of audit.types.Line
        self.first_lines: list[Any] = []  # of the welcome: left whatever becomes of the act
        self.attempts: list[Any] = []  # what to say if the act is refused
        self.writes: list[sql.Statement] = []  # sent with the trace
        self.cache: dict[str, Any] = {}
        self.untraced_because = ""
        self._abandon: list[Callable[[], None]] = []

    @property
    def now(self) -> datetime:
        return clock.now()

    def untraced(self, because: str) -> None:
        """Say why this unit leaves no trace: it reads nothing clinical and changes nothing."""
        self.untraced_because = because

    def later(self, statement: str, parameters: Any) -> None:
        """Write what nothing of this unit reads back: it leaves with the trace, in the same trip."""
        self.writes.append((statement, parameters))

    def write_now(self) -> None:
        writes, self.writes = self.writes, []
        if writes:
            sql.together(writes)

    def on_abandon(self, undo: Callable[[], None]) -> None:
        """Something to take back outside the database if this unit does not commit its act."""
        self._abandon.append(undo)

    def register_locator(self, keys: Iterable[UUID]) -> None:
        self.later(*locator.insertion(self.usager_id, keys))

    def abandon(self) -> None:
        """Take back everything that can be; what cannot is sealed and refers to nothing, and is said."""
        while self._abandon:
            try:
                self._abandon.pop()()
            except EnsError as error:
                log.warning("left_behind", reason=error.code)


_in_flight: Counter[UUID] = Counter()
_in_flight_lock = threading.Lock()


@contextmanager
def _place(usager_id: UUID) -> Any:
    """At most a few units of one usager at once in a process, so that one space cannot starve the others."""
    limit = settings.ENS_UNITS_PER_USAGER
    deadline = time.monotonic() + 10
    while True:
        with _in_flight_lock:
            if _in_flight[usager_id] < limit:
                _in_flight[usager_id] += 1
                break
        if time.monotonic() > deadline:
            raise TooBusy()
        time.sleep(0.005)
    try:
        yield
    finally:
        with _in_flight_lock:
            _in_flight[usager_id] -= 1
            if not _in_flight[usager_id]:
                del _in_flight[usager_id]


def unit_of_work(
    usager_id: UUID, act: Callable[[Unit], T], *, by: Actor, asking: Sequence[sql.Question[Any]] = ()
) -> T:
    """Run ``act`` in the one transaction of this usager and give its result, traced.

    ``asking``: questions whose answers the act finds in ``unit.answers``, asked in the trip that opens the unit.
    ``act`` may run more than once: what it does outside the database must be safe to repeat or be taken back by
    ``unit.on_abandon``. Errors: those of ``act``; TooBusy; DatabaseUnavailable, OutcomeUnknown.
    """
    if not isinstance(usager_id, UUID):
        raise TypeError("usager_id must be a UUID: it becomes a literal of SET LOCAL")
    with _place(usager_id):
        was_lost = False
        for attempt in range(ATTEMPTS):
            if attempt:
                time.sleep(random.uniform(0, 0.02 * 2**attempt))  # noqa: S311 - a delay, not a secret
            try:
                return _once(usager_id, act, by, asking)
            except StartAgain:
                continue
            except FAULTS as error:
                if isinstance(error.__cause__, psycopg.errors.SerializationFailure | psycopg.errors.DeadlockDetected):
                    continue
                if isinstance(error.__cause__, psycopg.errors.LockNotAvailable):
                    raise TooBusy() from error
                if is_lost(error) and not was_lost:  # nothing was committed: a server that is back takes it up
                    was_lost = True
                    renew()
                    continue
                raise unavailable(error) from error
    raise TooBusy()


def _stands_for_nobody(unit: Unit) -> bool:
    return is_of_nobody(unit.usager_id) or (_is_asked_in_vain is not None and _is_asked_in_vain(unit))


# In one trip with the facts; the first is written anew each time, the others are prepared. The savepoint is never
# released: its end is the transaction's.
def _opening(usager_id: UUID) -> tuple[wire.Statement, ...]:
    return (f"SET LOCAL ens.usager = '{usager_id}'", None), ("SET LOCAL lock_timeout = '5s'", ()), ("SAVEPOINT act", ())


def _once(usager_id: UUID, act: Callable[[Unit], T], by: Actor, asking: Sequence[sql.Question[Any]]) -> T:
    connection = connections["default"]
    if connection.in_atomic_block:
        raise NestedUnit()
    if _ledger is None:
        raise RuntimeError("no ledger: ens.audit is not installed")
    unit = Unit(usager_id, by)
    asked = [facts.question(usager_id, by), *asking]
    refusal: EnsError | None = None
    is_closed = False
    result: T
    try:
        with transaction.atomic(durable=True):
            unit.facts, *unit.answers = sql.ask_together(asked, after=_opening(usager_id))
            set_from(unit.facts)
            _ledger.open(unit)
            unit.is_nobody = unit.rights is None and _stands_for_nobody(unit)
            if unit.rights is None and not unit.is_nobody and _welcome is not None and _welcome(unit):
                unit.write_now()
                sql.execute("SAVEPOINT act", ())  # they stay welcomed, whatever becomes of the act
                unit.facts, *unit.answers = sql.ask_together(asked)
                _ledger.open(unit)
            try:
                result = act(unit)
            except (Refused, Absent) as error:
                refusal = error
                sql.execute("ROLLBACK TO SAVEPOINT act", ())
                connection.needs_rollback = False
                unit.lines = [attempt.refused(error.code) for attempt in unit.attempts[-1:]]
                unit.rights_raised = False
                unit.writes.clear()
                unit.abandon()
                if not unit.lines:
                    unit.untraced("refus sans objet déclaré")
            if not unit.lines and not unit.untraced_because:
                raise UntracedUnit()
            unit.lines = [*unit.first_lines, *unit.lines]
            _ledger.close(unit)
            is_closed = True
    except BaseException as error:
        # Once COMMIT was sent its outcome may be unknown: a content whose rows did commit must not be taken back.
        if not is_closed:
            unit.abandon()
        elif isinstance(error, FAULTS):
            if is_lost(error):
                unavailable(error)
                raise OutcomeUnknown() from error
            unit.abandon()  # the server said that it did not commit
        raise
    if refusal is not None:
        raise refusal
    return result
