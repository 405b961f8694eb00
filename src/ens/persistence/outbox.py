"""What must happen after a commit, kept in the same transaction as its cause, and done at least once.

A handler is a service call on ids, safe to repeat. The worker takes due rows by small lots, each pushed into the near
future in the statement that takes it: two workers never do the same row together, a killed worker leaves its lot due.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from django.db import connections, transaction

from ens.kernel.errors import EnsError
from ens.persistence import sql
from ens.persistence.models import OutboxRow
from ens.persistence.unit import Unit

Handler = Callable[[UUID, UUID], None]
OF_NOBODY = UUID(int=0)  # of what the service does in its own name
MAX_ATTEMPTS = 12  # with the delays below: about two days
LOT = 20
TAKEN_FOR = timedelta(seconds=60)  # a lot is nobody else's for this long at least
LOT_S = 20.0  # no row of a lot is begun later than this: the slowest handler still ends while the lot is held
log = structlog.get_logger("ens.outbox")


class TryLater(Exception):
    """Raised by a handler when the other side does not answer: the row is tried again later."""


@dataclass(frozen=True, slots=True)
class Kind:
    name: str
    handler: Handler
    gave_up: Handler | None = None


_kinds: dict[str, Kind] = {}


def register(name: str, handler: Handler, gave_up: Handler | None = None) -> None:
    """Declare who does rows of this kind, at start; ``gave_up`` is told when the attempts are over."""
    _kinds[name] = Kind(name, handler, gave_up)


def put(unit: Unit, kind: str, object_id: UUID, *, due_at: datetime | None = None) -> None:
    """Add a row to the unit's transaction."""
    row = OutboxRow(kind=kind, usager_id=unit.usager_id, object_id=object_id, due_at=due_at or datetime.now(UTC))
    unit.later(*sql.insertion(row))


def put_about_nobody(kind: str, object_id: UUID, cause: sql.Statement) -> None:
    """Add a row about no usager, in one transaction with the statement that is its cause. Errors: IntegrityError."""
    row = OutboxRow(kind=kind, usager_id=OF_NOBODY, object_id=object_id, due_at=datetime.now(UTC))
    with transaction.atomic(durable=True):
        sql.together([cause, sql.insertion(row)])


def forget(unit: Unit) -> None:
    """What waited to be done for the unit's usager is not to do any more."""
    OutboxRow.objects.filter(usager_id=unit.usager_id).delete()


def delay(attempts: int) -> timedelta:
    """5 s, 20 s, 1 min 20, … at most six hours."""
    return min(timedelta(seconds=5 * 4**attempts), timedelta(hours=6))


@dataclass(frozen=True, slots=True)
class Taken:
    """A row this process holds, and which attempt this is."""

    id: int
    kind: str
    usager_id: UUID
    object_id: UUID
    attempts: int


def run_due(limit: int = 200) -> int:
    """Do what is due; returns how many rows were done. Called by the worker, and by ``ens clock``."""
    done = left = 0
    while left < limit:
        lot = _take(min(LOT, limit - left))
        if not lot:
            break
        left += len(lot)
        done += _perform_all(lot)
    return done


def _take(number: int) -> list[Taken]:
    now = datetime.now(UTC)
    held = {"now": now, "number": number, "first": delay(0), "most": delay(MAX_ATTEMPTS), "taken_for": TAKEN_FOR}
    return [Taken(*one[:-1]) for one in sorted(sql.rows(_TAKE, held), key=lambda one: (one[-1], one[0]))]


_TAKE = """
UPDATE persistence_outboxrow AS row
SET attempts = row.attempts + 1,
    due_at = %(now)s + greatest(%(taken_for)s, least(%(first)s * 4 ^ row.attempts, %(most)s))
FROM (
    SELECT id, due_at FROM persistence_outboxrow WHERE failed_at IS NULL AND due_at <= %(now)s
    ORDER BY due_at, id LIMIT %(number)s FOR UPDATE SKIP LOCKED
) AS due
WHERE row.id = due.id
RETURNING row.id, row.kind, row.usager_id, row.object_id, row.attempts, due.due_at
"""


def _perform_all(lot: list[Taken]) -> int:
    begun, done = time.monotonic(), []
    try:
        for place, row in enumerate(lot):
            if time.monotonic() - begun > LOT_S:
                sql.execute(_GIVE_BACK, [datetime.now(UTC), [one.id for one in lot[place:]]])
                break
            if _perform(row):
                done.append(row.id)
    finally:
        if done:
            sql.execute("DELETE FROM persistence_outboxrow WHERE id = ANY(%s)", [done])
    return len(done)


_GIVE_BACK = "UPDATE persistence_outboxrow SET due_at = %s, attempts = attempts - 1 WHERE id = ANY(%s)"


def _perform(row: Taken) -> bool:
    kind = _kinds[row.kind]
    try:
        kind.handler(row.usager_id, row.object_id)
    except Exception as error:  # noqa: BLE001 - a fault in one row must not stop the others: said, tried again, set apart
        reason = getattr(error, "code", "") or type(error).__name__
        expected = isinstance(error, TryLater | EnsError | OSError)
        say = log.warning if expected else log.error
        say("outbox_row_failed", kind=row.kind, row=row.id, attempts=row.attempts, reason=reason)
        if row.attempts >= MAX_ATTEMPTS:
            if kind.gave_up is not None:  # before the row is set apart: a worker killed here tells again
                kind.gave_up(row.usager_id, row.object_id)
            OutboxRow.objects.filter(id=row.id).update(failed_at=datetime.now(UTC), last_error=reason[:80])
        else:
            due = datetime.now(UTC) + delay(row.attempts - 1)
            OutboxRow.objects.filter(id=row.id).update(due_at=due, last_error=reason[:80])
        return False
    return True


def pending() -> int:
    """Rows that wait for something, for /metrics: not those of a day still far (the longest delay is six hours)."""
    with connections["default"].cursor() as cursor:
        cursor.execute(_PENDING)
        row = cursor.fetchone()
    return int(row[0])


_PENDING = """
SELECT count(*) FROM persistence_outboxrow WHERE failed_at IS NULL AND due_at < now() + interval '6 hours'
"""
