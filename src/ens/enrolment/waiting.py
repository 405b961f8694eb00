"""What is kept for a person until they choose, or the deadline chooses for them: then the outbox does it.

Released in the transaction of the event: an opening by lots or by its person, a refusal, a closing, a merge. Whoever
does it looks at the state again, and asks once more when it is not settled.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db import connections, transaction

from ens.enrolment.types import EventKind
from ens.persistence import sql
from ens.persistence.unit import Unit

SETTLING = (EventKind.ACTIVATED, EventKind.OPENED, EventKind.OPPOSED, EventKind.CLOSED, EventKind.MERGED)
_TO_OUTBOX = """
INSERT INTO persistence_outboxrow (kind, usager_id, object_id, attempts, due_at, last_error)
SELECT kind, usager_id, object_id, 0, now(), '' FROM released
"""
_RELEASE = f"""
WITH released AS (DELETE FROM enrolment_waiting WHERE usager_id = %s RETURNING kind, usager_id, object_id)
{_TO_OUTBOX}
"""  # noqa: S608 - our own constants
_KEEP = """
INSERT INTO enrolment_waiting (usager_id, kind, object_id) VALUES (%s, %s, %s)
ON CONFLICT (usager_id, kind) DO UPDATE SET object_id = excluded.object_id
"""
# Of the people a lot has just opened, after the events: the same transaction, another statement, another snapshot.
# A look at each of those who have something waiting: joined, every event of everyone would be read for each lot.
RELEASE_LOT = f"""
WITH released AS (
    DELETE FROM enrolment_waiting w
    USING (SELECT unnest(people) AS usager_id FROM enrolment_lot WHERE id = %(lot)s) AS one
    WHERE w.usager_id = one.usager_id
      AND (SELECT e.lot_id FROM enrolment_event e WHERE e.usager_id = w.usager_id AND e.kind = 'opened'
           ORDER BY e.rank DESC LIMIT 1) = %(lot)s
    RETURNING w.kind, w.usager_id, w.object_id
)
{_TO_OUTBOX}
"""  # noqa: S608 - our own constants
_CATCH_UP = f"""
WITH released AS (
    DELETE FROM enrolment_waiting w
    WHERE (SELECT e.kind FROM enrolment_event e
           WHERE e.usager_id = w.usager_id AND e.kind = ANY(%s) ORDER BY e.rank DESC LIMIT 1)
          IN ('activated', 'opened', 'opposed', 'closed', 'merged')
    RETURNING w.kind, w.usager_id, w.object_id
)
{_TO_OUTBOX}
"""  # noqa: S608 - our own constants


def keep(unit: Unit, kind: str, object_id: UUID) -> None:
    """One thing of a kind waits for a person: the last one kept."""
    unit.later(_KEEP, [unit.usager_id, kind, object_id])


def released_by(unit: Unit, kind: EventKind) -> None:
    """After an event of one person, in its unit."""
    if kind in SETTLING:
        unit.later(_RELEASE, [unit.usager_id])
    elif kind is EventKind.DELETED:
        sql.execute("DELETE FROM enrolment_waiting WHERE usager_id = %s", [unit.usager_id])


def released_by_lot(cursor: Any, lot_id: UUID) -> None:
    """After the openings of a lot, in their transaction."""
    cursor.execute(RELEASE_LOT, {"lot": lot_id})


def catch_up() -> int:
    """What was kept in the very instant of an opening by lots, and missed: asked now and then. Returns how many."""
    with transaction.atomic(using="batch", durable=True), connections["batch"].cursor() as cursor:
        cursor.execute(_CATCH_UP, [[*map(str, SETTLING), str(EventKind.NOTICED), str(EventKind.CHANGED_MIND)]])
        return int(cursor.rowcount)
