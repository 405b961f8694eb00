"""Who is to be noticed, and how: cut into lots, set-wise, as ``ens_batch``."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, NamedTuple
from uuid import UUID

from django.db import connections, transaction

from ens.enrolment.types import EMAIL, POST
from ens.kernel import clock

LOT_SIZE = 5_000
Share = tuple[str, str, int]  # channel, variant, of a hundred people


class Planned(NamedTuple):
    lots: int
    people: int
    unreached: int  # whom nothing reaches: no e-mail, no address, no representative who has one


# Everyone of these départements whom nobody noticed, who chose nothing, and who is in no lot that waits. A child whom
# nothing reaches is reached where a representative is. A variant is drawn by the id: the same whenever it is asked.
_PLAN = """
WITH waiting AS MATERIALIZED (
    SELECT unnest(people) AS usager_id FROM enrolment_lot WHERE sent_at IS NULL AND cancelled_at IS NULL
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
           CASE WHEN channels & 1 > 0 THEN 'email' WHEN channels & 4 > 0 THEN 'courrier' END AS channel,
           (uuid_hash(usager_id) & 2147483647) %% 100 AS draw
    FROM audience
), drawn AS (
    SELECT r.usager_id, r.departement, r.channel, coalesce(v.variant, '') AS variant
    FROM reached r
    LEFT JOIN jsonb_to_recordset(%(variants)s::jsonb) AS v (channel text, variant text, low int, high int)
      ON v.channel = r.channel AND r.draw >= v.low AND r.draw < v.high
), numbered AS (
    SELECT usager_id, departement, channel, variant,
           (row_number() OVER (PARTITION BY departement, channel, variant ORDER BY usager_id) - 1) / %(size)s AS part
    FROM drawn WHERE channel IS NOT NULL
), made AS (
    INSERT INTO enrolment_lot (id, people, count, departement, channel, variant, wave_id, again, tries, made_at)
    SELECT gen_random_uuid(), array_agg(usager_id ORDER BY usager_id), count(*), departement, channel, variant,
           %(wave)s, false, 0, %(now)s
    FROM numbered GROUP BY departement, channel, variant, part
    RETURNING count
)
SELECT (SELECT count(*) FROM made), (SELECT coalesce(sum(count), 0) FROM made),
       (SELECT count(*) FROM reached WHERE channel IS NULL)
"""


def plan(
    departements: Sequence[str], *, size: int = LOT_SIZE, wave_id: UUID | None = None, shares: Sequence[Share] = ()
) -> Planned:
    """Make the lots of these départements. Called again, it takes those who came since, and nobody twice."""
    what: dict[str, Any] = {
        "departements": list(departements),
        "size": size,
        "wave": wave_id,
        "variants": _ranges(shares),
        "today": clock.today(),
        "now": clock.now(),
    }
    with transaction.atomic(using="batch", durable=True), connections["batch"].cursor() as cursor:
        if wave_id is not None:  # two workers at once: the second sees the lots of the first
            cursor.execute("SELECT 1 FROM enrolment_wave WHERE id = %s FOR UPDATE", [wave_id])
        cursor.execute("SET LOCAL work_mem = '256MB'")
        cursor.execute(_PLAN, what)
        return Planned(*cursor.fetchone())


def _ranges(shares: Sequence[Share]) -> str:
    """Each channel's hundred, cut by the variants in their order."""
    found = []
    for channel in (EMAIL, POST):
        low = 0
        for _, variant, share in sorted(one for one in shares if one[0] == channel):
            found.append({"channel": channel, "variant": variant, "low": low, "high": low + share})
            low += share
    return json.dumps(found)


# E-mails that came back and letters asked again, whose time has come, to people who have an address: one each.
# Who chose meanwhile is left out when the lot is written (lots.to_notice).
_RETURNS = """
WITH waiting AS (
    SELECT id, usager_id, wave_id FROM enrolment_return
    WHERE answered_at IS NULL AND at <= %(now)s AND channel IN ('email', 'demande') AND wave_id = ANY(%(waves)s)
    ORDER BY at LIMIT 10000 FOR UPDATE SKIP LOCKED
), reached AS (
    SELECT DISTINCT w.usager_id, w.wave_id, p.departement FROM waiting w JOIN identity_population p USING (usager_id)
    WHERE p.channels & 4 > 0 AND p.died_on IS NULL AND p.merged_into IS NULL
), drawn AS (
    SELECT r.usager_id, r.wave_id, r.departement, coalesce(v.variant, '') AS variant
    FROM reached r
    LEFT JOIN jsonb_to_recordset(%(variants)s::jsonb) AS v (channel text, variant text, low int, high int)
      ON v.channel = 'courrier' AND (uuid_hash(r.usager_id) & 2147483647) %% 100 BETWEEN v.low AND v.high - 1
), numbered AS (
    SELECT *, (row_number() OVER (PARTITION BY wave_id, departement, variant ORDER BY usager_id) - 1) / %(size)s AS part
    FROM drawn
), made AS (
    INSERT INTO enrolment_lot (id, people, count, departement, channel, variant, wave_id, again, tries, made_at)
    SELECT gen_random_uuid(), array_agg(usager_id ORDER BY usager_id), count(*), departement, 'courrier', variant,
           wave_id, true, 0, %(now)s
    FROM numbered GROUP BY wave_id, departement, variant, part
    RETURNING count
), answered AS (
    UPDATE enrolment_return r SET answered_at = %(now)s FROM waiting w WHERE r.id = w.id
)
SELECT coalesce(sum(count), 0) FROM made
"""


def answer_returns(wave_ids: Sequence[UUID], *, size: int = LOT_SIZE, shares: Sequence[Share] = ()) -> int:
    """Letters for the e-mails that came back; returns for how many people."""
    what = {"waves": list(wave_ids), "size": size, "variants": _ranges(shares), "now": clock.now()}
    with transaction.atomic(using="batch", durable=True), connections["batch"].cursor() as cursor:
        cursor.execute(_RETURNS, what)
        (people,) = cursor.fetchone()
    return int(people)
