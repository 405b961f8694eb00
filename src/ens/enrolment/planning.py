"""Who is to be noticed, and how: cut into lots, set-wise, as ``ens_batch``."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections, transaction

from ens.kernel import clock

LOT_SIZE = 5_000

# Everyone of these départements whom nobody noticed, who chose nothing, and who is in no lot that waits. A child whom
# nothing reaches is reached where a representative is. Who cannot be reached is counted, and waits for an address.
_PLAN = """
WITH waiting AS MATERIALIZED (
    SELECT unnest(people) AS usager_id FROM enrolment_lot WHERE sent_at IS NULL
), audience AS (
    SELECT p.usager_id, p.departement,
           CASE WHEN p.channels & 5 = 0 AND p.adult_on > %(today)s
                THEN coalesce((SELECT bit_or(r.channels) FROM identity_representation l
                               JOIN identity_population r ON r.usager_id = l.other_id
                               WHERE l.usager_id = p.usager_id AND l.side = 'representant' AND l.until IS NULL), 0)
                ELSE p.channels END AS channels
    FROM identity_population p
    WHERE p.departement = ANY(%(departements)s) AND p.died_on IS NULL AND p.merged_into IS NULL AND NOT p.is_doubtful
      AND NOT EXISTS (SELECT 1 FROM enrolment_event e WHERE e.usager_id = p.usager_id
                      AND e.kind IN ('noticed', 'opposed', 'activated', 'deleted'))
      AND p.usager_id NOT IN (SELECT usager_id FROM waiting)
), reached AS (
    SELECT usager_id, departement,
           CASE WHEN channels & 1 > 0 THEN 'email' WHEN channels & 4 > 0 THEN 'courrier' END AS channel
    FROM audience
), numbered AS (
    SELECT usager_id, departement, channel,
           (row_number() OVER (PARTITION BY departement, channel ORDER BY usager_id) - 1) / %(size)s AS part
    FROM reached WHERE channel IS NOT NULL
), made AS (
    INSERT INTO enrolment_lot (id, people, count, departement, channel, made_at)
    SELECT gen_random_uuid(), array_agg(usager_id ORDER BY usager_id), count(*), departement, channel, %(now)s
    FROM numbered GROUP BY departement, channel, part
    RETURNING count
)
SELECT (SELECT count(*) FROM made), (SELECT coalesce(sum(count), 0) FROM made),
       (SELECT count(*) FROM reached WHERE channel IS NULL)
"""


def plan(departements: Sequence[str], *, size: int = LOT_SIZE) -> tuple[int, int, int]:
    """Make the lots of these départements; returns how many lots, people in them, and people whom nothing reaches.

    Called again, it takes those who came since.
    """
    what: dict[str, Any] = {
        "departements": list(departements), "size": size, "today": clock.today(), "now": clock.now()
    }  # fmt: skip
    with transaction.atomic(using="batch", durable=True), connections["batch"].cursor() as cursor:
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(_PLAN, what)
        found: tuple[int, int, int] = cursor.fetchone()
    return found
