"""What is done for many people at once, as ``ens_batch``: notices sent, spaces opened at the deadline.

A lot is claimed by locking its row, and done whole or not at all. Killed at any point, run by two workers at once,
nobody is noticed or opened twice: the rank of an event is unique for each person, and whoever opposes, activates or is
merged in the same instant wrote the rank that the batch wanted, or will see what it wrote.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connections, transaction
from psycopg.errors import UniqueViolation

from ens.enrolment.daily import note_lot
from ens.enrolment.errors import LotUnknown
from ens.enrolment.models import Lot
from ens.enrolment.types import EventKind
from ens.enrolment.waiting import released_by_lot
from ens.identity.queries import departement
from ens.kernel import clock
from ens.kernel.ids import new_id
from ens.persistence.unit import Unit

CHUNK = 10_000  # people a transaction
TOGETHER = 200  # lots a transaction: those of one person are many


def queue_one(unit: Unit, *, channel: str, sent_at: datetime, deadline: date) -> UUID:
    """A lot of one, sent already, in the unit of its person: it comes due like the others."""
    lot_id = new_id()
    Lot.objects.create(
        id=lot_id,
        people=[unit.usager_id],
        count=1,
        departement=departement(unit),
        channel=channel,
        made_at=clock.now(),
        sent_at=sent_at,
        deadline=deadline,
        noticed=1,
    )
    return lot_id


_PEOPLE = "(SELECT people FROM enrolment_lot WHERE id = %(lot)s)"
# Where each of these people stands, from the last event of each kind: one row a person, no row for who has no event.
_STANDING = f"""
SELECT usager_id, max(rank) AS last, max(at) AS last_at, max(deadline) AS deadline,
       coalesce(max(rank) FILTER (WHERE kind IN ('noticed', 'changed_mind')), 0) AS noticed,
       coalesce(max(rank) FILTER (WHERE kind IN ('opposed', 'activated', 'opened', 'closed', 'deleted')), 0)
           AS chosen,
       coalesce(max(rank) FILTER (WHERE kind = 'frozen'), 0) > coalesce(max(rank) FILTER (WHERE kind = 'released'), 0)
           AS is_frozen,
       coalesce(max(rank) FILTER (WHERE kind = 'merged'), 0) > coalesce(max(rank) FILTER (WHERE kind = 'separated'), 0)
           AS is_merged
FROM enrolment_event WHERE usager_id = ANY({_PEOPLE}::uuid[]) GROUP BY usager_id
"""  # noqa: S608 - our own constants

_CLAIM = """
SELECT id, count FROM enrolment_lot WHERE opened_at IS NULL AND deadline < %(today)s
ORDER BY deadline, id LIMIT %(together)s FOR UPDATE SKIP LOCKED
"""

_OPEN = f"""
INSERT INTO enrolment_event (usager_id, rank, kind, at, channel, by_kind, lot_id)
SELECT usager_id, last + 1, 'opened', greatest(last_at, %(now)s), '', 'systeme', %(lot)s FROM ({_STANDING}) AS standing
WHERE noticed > chosen AND NOT is_frozen AND NOT is_merged AND deadline < %(today)s
ORDER BY usager_id
"""  # noqa: S608 - our own constants

_NOTICE = f"""
WITH standing AS ({_STANDING}), due AS (
    SELECT p.usager_id, coalesce(s.last, 0) AS last, s.last_at
    FROM (SELECT unnest(people) AS usager_id FROM enrolment_lot WHERE id = %(lot)s) p
    LEFT JOIN standing s USING (usager_id)
    WHERE NOT coalesce(s.is_merged, false)
      AND (coalesce(s.noticed + s.chosen, 0) = 0 OR (%(again)s AND s.noticed > s.chosen AND NOT EXISTS (
          SELECT 1 FROM enrolment_event e WHERE e.usager_id = p.usager_id AND e.lot_id = %(lot)s)))
)
INSERT INTO enrolment_event (usager_id, rank, kind, at, deadline, channel, by_kind, lot_id)
SELECT usager_id, last + 1, 'noticed', greatest(last_at, %(now)s), %(deadline)s, %(channel)s, 'systeme', %(lot)s
FROM due ORDER BY usager_id
"""  # noqa: S608 - our own constants


def open_due(chunk: int = CHUNK) -> int:
    """Open every space whose delay ended without opposition, by chunks; returns how many. Safe to repeat (S010)."""
    opened = 0
    while (done := _open_chunk(chunk)) is not None:
        opened += done
    return opened


def _open_chunk(chunk: int) -> int | None:
    """None: nothing is due any more, or other workers do it."""
    today, now = clock.today(), clock.now()
    looked_at = opened = 0
    with transaction.atomic(using="batch", durable=True), connections["batch"].cursor() as cursor:
        cursor.execute(_CLAIM, {"today": today, "together": TOGETHER})
        claimed = cursor.fetchall()
        for lot_id, count in claimed:
            if looked_at and looked_at + count > chunk:
                break
            done = _until_settled(cursor, _OPEN, {"today": today, "now": now, "lot": lot_id})
            cursor.execute("UPDATE enrolment_lot SET opened_at = %s, opened = %s WHERE id = %s", [now, done, lot_id])
            if done:
                note_lot(cursor, lot_id, EventKind.OPENED)
                released_by_lot(cursor, lot_id)
            looked_at += count
            opened += done
    return opened if claimed else None


def sent(lot_id: UUID, *, at: datetime, delay: timedelta, again: bool = False) -> int:
    """The lot was sent: everyone in it who has not chosen meanwhile is noticed, as of ``at``; returns how many.

    ``again``: people noticed before may be, when their first notice came back. Said twice: nothing more.
    Errors: LotUnknown.
    """
    deadline = (at.astimezone(clock.PARIS) + delay).date()
    with transaction.atomic(using="batch", durable=True), connections["batch"].cursor() as cursor:
        cursor.execute("SELECT channel, sent_at, noticed FROM enrolment_lot WHERE id = %s FOR UPDATE", [lot_id])
        found = cursor.fetchone()
        if found is None:
            raise LotUnknown()
        channel, sent_at, noticed = found
        if sent_at is not None:
            return int(noticed)
        what = {"now": at, "deadline": deadline, "channel": channel, "lot": lot_id, "again": again}
        noticed = _until_settled(cursor, _NOTICE, what)
        cursor.execute(
            "UPDATE enrolment_lot SET sent_at = %s, deadline = %s, noticed = %s WHERE id = %s",
            [at, deadline, noticed, lot_id],
        )
        if noticed:
            note_lot(cursor, lot_id, EventKind.NOTICED)
    return noticed


_TO_NOTICE = f"""
SELECT p.usager_id
FROM (SELECT unnest(people) AS usager_id FROM enrolment_lot WHERE id = %(lot)s) p
JOIN identity_population i USING (usager_id) LEFT JOIN ({_STANDING}) AS s USING (usager_id)
WHERE i.died_on IS NULL AND i.merged_into IS NULL
  AND (coalesce(s.noticed + s.chosen, 0) = 0 OR (%(again)s AND s.noticed > s.chosen))
ORDER BY p.usager_id
"""  # noqa: S608 - our own constants


def to_notice(lot_id: UUID, *, again: bool = False) -> list[UUID]:
    """The people of a lot who did not choose, die or get noticed since it was made: whom to write to."""
    with connections["batch"].cursor() as cursor:
        cursor.execute(_TO_NOTICE, {"lot": lot_id, "again": again})
        return [usager_id for (usager_id,) in cursor.fetchall()]


def _until_settled(cursor: Any, statement: str, what: dict[str, Any]) -> int:
    """How many rows were written. A rank taken meanwhile may be that of an event that changes nothing: look again.

    Plain rows, at half the price of ON CONFLICT: who takes a rank in the same instant is seen the next time, committed.
    """
    while True:
        try:
            with transaction.atomic(using="batch"):
                cursor.execute(statement, what)
                return int(cursor.rowcount)
        except IntegrityError as error:
            if not isinstance(error.__cause__, UniqueViolation):
                raise
