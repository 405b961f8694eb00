"""What must happen after a commit, kept in the same transaction as its cause, and done at least once.

A handler is a service call on ids, safe to repeat. The worker takes due rows one by one, each under a lock that
ends with it: two workers never do the same row together, a killed worker leaves it due.
"""

from __future__ import annotations

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


def run_due(limit: int = 200) -> int:
    """Do what is due; returns how many rows were done. Called by the worker, and by ``ens clock``."""
    done = 0
    for _ in range(limit):
        row = _claim()
        if row is None:
            break
        done += _perform(row)
    return done


def _claim() -> OutboxRow | None:
    """Take a due row by pushing it into the near future: if this process dies, it comes due again."""
    with transaction.atomic(durable=True):
        row = (
            OutboxRow.objects.select_for_update(skip_locked=True)
            .filter(failed_at__isnull=True, due_at__lte=datetime.now(UTC))
            .order_by("due_at", "id")
            .first()
        )
        if row is None:
            return None
        row.due_at = datetime.now(UTC) + max(delay(row.attempts), timedelta(seconds=60))
        row.attempts += 1
        row.save(update_fields=("due_at", "attempts"))
        return row


def _perform(row: OutboxRow) -> int:
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
        return 0
    OutboxRow.objects.filter(id=row.id).delete()
    return 1


def pending() -> int:
    """Rows not done yet, for /metrics."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM persistence_outboxrow WHERE failed_at IS NULL")
        row = cursor.fetchone()
    return int(row[0])
