"""Lots of waves that came to their end, or were stopped: nobody is left in one that will never leave.

What was begun of a wave that is over goes on, and what was not is given back, for a later wave. Stopped, what was begun
ends where it is: whoever the relay was given an e-mail for is noticed, the others are given back.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connections, transaction

from ens.enrolment import lots
from ens.enrolment.models import Lot
from ens.kernel import clock


def give_back(over: Sequence[UUID]) -> int:
    """The lots of these waves that were never handed over are cancelled; how many."""
    never = Lot.objects.filter(wave_id__in=over, tries=0, again=False, sent_at=None, cancelled_at=None)
    return never.update(cancelled_at=clock.now())


_BEGUN = """
SELECT id, delay_days, again FROM enrolment_lot
WHERE wave_id = ANY(%(waves)s) AND sent_at IS NULL AND cancelled_at IS NULL
  AND (handed_at IS NULL OR (carried_at IS NULL AND handed_at NOT BETWEEN %(stale)s AND %(now)s))
ORDER BY made_at, id
"""
_CUT = """
UPDATE enrolment_lot SET people = told.people, count = cardinality(told.people)
FROM (SELECT array_agg(usager_id ORDER BY usager_id) AS people, max(at) AS at FROM enrolment_handed
      WHERE lot_id = %(lot)s) AS told
WHERE id = %(lot)s AND sent_at IS NULL AND told.people IS NOT NULL RETURNING told.at
"""
_CANCEL = "UPDATE enrolment_lot SET cancelled_at = %(now)s WHERE id = %(lot)s AND sent_at IS NULL"


def stop_begun(stopped: Sequence[UUID], *, stale: datetime) -> int:
    """Close the lots of these waves that nobody carries now; how many people are noticed. Safe to repeat, to kill."""
    with connections["batch"].cursor() as cursor:
        cursor.execute(_BEGUN, {"waves": list(stopped), "stale": stale, "now": clock.now()})
        begun = cursor.fetchall()
    return sum(_close(*lot) for lot in begun)


def _close(lot_id: UUID, delay_days: int | None, again: bool) -> int:
    with transaction.atomic(using="batch", durable=True), connections["batch"].cursor() as cursor:
        what = {"lot": lot_id, "now": clock.now()}
        cursor.execute(_CUT, what)
        told = cursor.fetchone()
        if told is None or delay_days is None:
            cursor.execute(_CANCEL, what)
            return 0
    return lots.sent(lot_id, at=told[0], delay=timedelta(days=delay_days), again=again)
