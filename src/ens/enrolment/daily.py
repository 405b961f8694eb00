"""The funnel by lot and by day, kept up to date from the events as they come: what the pages of steering read.

Each event counts once: on its day in Paris, what it takes away from the lot of the person's last notice before it, and
what it adds to the lot of their last notice with it. Summed up to a day, the rows give the figures at its end, whatever
the number of people. The work follows what happened since the last time; a page never reads the events.

``Moved`` tells what happened: a row for an event of one person, a row for a whole lot noticed or opened. It is emptied
in the transaction that counts, so that nothing counts twice or is lost. What these figures are is said in ``funnel``,
which a test holds them to at every date.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.db import connections, transaction

from ens.enrolment.types import EventKind
from ens.kernel.ids import new_id
from ens.persistence import sql

MEASURES = (
    "noticed", "by_email", "by_post", "delivered", "returned", "opposed", "changed_mind", "activated", "opened",
    "closed", "deleted", "pending",
)  # fmt: skip
NO_LOT = UUID(int=0)  # of notices older than lots
_ROUND = 2_000  # events of one person counted in a transaction
_LOTS = 20  # lots, of some thousands of people each


def note_move(usager_id: UUID, rank: int) -> None:
    """An event of one person, in the transaction that writes it."""
    sql.execute(
        "INSERT INTO enrolment_moved (id, usager_id, rank) VALUES (%s, %s, %s)", [new_id(), usager_id, rank]
    )


def note_lot(cursor: Any, lot_id: UUID, kind: EventKind) -> None:
    """A whole lot noticed or opened, in the batch's transaction that wrote its events."""
    cursor.execute("INSERT INTO enrolment_moved (id, lot_id, kind) VALUES (%s, %s, %s)", [new_id(), lot_id, kind])


# A point is what a person's figures are up to one of their events (sign 1), or were just before it (sign -1).
_COUNT = """
WITH touched AS MATERIALIZED ({touched}), point AS (
    SELECT usager_id, rank AS upto, 1 AS sign, day FROM touched
    UNION ALL SELECT usager_id, (rank - 1)::smallint, -1, day FROM touched WHERE rank > 1
), standing AS (
    SELECT p.usager_id, p.upto, p.sign, p.day,
           max(e.rank) FILTER (WHERE e.kind = 'noticed') AS notice,
           max(e.rank) FILTER (WHERE e.kind = 'opposed') AS opposed,
           max(e.rank) FILTER (WHERE e.kind = 'changed_mind') AS changed,
           min(e.rank) FILTER (WHERE e.kind = 'opposed') AS first_opposed,
           max(e.rank) FILTER (WHERE e.kind = 'activated') AS activated,
           max(e.rank) FILTER (WHERE e.kind = 'opened') AS opened,
           max(e.rank) FILTER (WHERE e.kind = 'closed') AS closed,
           bool_or(e.kind = 'delivered') AS delivered, bool_or(e.kind = 'returned') AS returned,
           bool_or(e.kind = 'deleted') AS deleted,
           coalesce(max(e.rank) FILTER (WHERE e.kind = 'merged'), 0)
               > coalesce(max(e.rank) FILTER (WHERE e.kind = 'separated'), 0) AS merged
    FROM point p JOIN enrolment_event e ON e.usager_id = p.usager_id AND e.rank <= p.upto
    GROUP BY p.usager_id, p.upto, p.sign, p.day
), judged AS (
    SELECT s.*, coalesce(s.opposed > greatest(coalesce(s.changed, 0), coalesce(s.activated, 0), coalesce(s.opened, 0)),
                         false) AS is_opposed, coalesce(n.lot_id, %(no_lot)s) AS lot, n.channel = 'email' AS by_email
    FROM standing s JOIN enrolment_event n ON n.usager_id = s.usager_id AND n.rank = s.notice
    WHERE NOT merged
)
INSERT INTO enrolment_daily AS kept (day, lot_id, {measures})
SELECT * FROM (
    SELECT day, lot, sum(sign) AS noticed, sum(sign) FILTER (WHERE by_email), sum(sign) FILTER (WHERE NOT by_email),
           sum(sign) FILTER (WHERE delivered), sum(sign) FILTER (WHERE returned), sum(sign) FILTER (WHERE is_opposed),
           sum(sign) FILTER (WHERE changed IS NOT NULL OR activated > first_opposed),
           sum(sign) FILTER (WHERE NOT is_opposed AND opened IS NULL AND activated IS NOT NULL),
           sum(sign) FILTER (WHERE NOT is_opposed AND opened IS NOT NULL),
           sum(sign) FILTER (WHERE closed > greatest(activated, opened)), sum(sign) FILTER (WHERE deleted),
           sum(sign) FILTER (WHERE NOT is_opposed AND opened IS NULL AND activated IS NULL)
    FROM judged GROUP BY day, lot ORDER BY day, lot
) AS counted
ON CONFLICT (day, lot_id) DO UPDATE SET {added}
"""
# What most people are: noticed first of all, then opened with nothing in between. Their standing needs no working out.
_COUNT_PLAIN = """
INSERT INTO enrolment_daily AS kept (day, lot_id, noticed, by_email, by_post, opened, pending)
SELECT * FROM (
    SELECT (e.at AT TIME ZONE 'Europe/Paris')::date AS day, f.lot_id AS lot, count(*) FILTER (WHERE e.rank = 1),
           count(*) FILTER (WHERE e.rank = 1 AND f.channel = 'email'),
           count(*) FILTER (WHERE e.rank = 1 AND f.channel <> 'email'), count(*) FILTER (WHERE e.rank = 2),
           count(*) FILTER (WHERE e.rank = 1) - count(*) FILTER (WHERE e.rank = 2)
    FROM {people}
    JOIN enrolment_event e ON e.usager_id = p.usager_id AND e.lot_id = p.id AND e.kind = p.kind
    JOIN enrolment_event f ON f.usager_id = p.usager_id AND f.rank = 1
    WHERE coalesce({plain}, false) GROUP BY 1, 2 ORDER BY 1, 2
) AS counted
ON CONFLICT (day, lot_id) DO UPDATE SET {added}
"""
_PLAIN = "(e.rank = 1 OR (e.rank = 2 AND e.kind = 'opened' AND f.kind = 'noticed' AND f.lot_id IS NOT NULL))"
_ADDED = ", ".join(f"{one} = coalesce(kept.{one}, 0) + coalesce(excluded.{one}, 0)" for one in MEASURES)
_STATEMENT = _COUNT.replace("{measures}", ", ".join(MEASURES)).replace("{added}", _ADDED)
_LOT_PEOPLE = """(
    SELECT l.id, m.kind, unnest(l.people) AS usager_id
    FROM unnest(%(lots)s::uuid[], %(kinds)s::text[]) AS m (id, kind) JOIN enrolment_lot l USING (id)) p"""
_STATEMENT_PLAIN = (
    _COUNT_PLAIN.replace("{people}", _LOT_PEOPLE).replace("{plain}", _PLAIN).replace("{added}", _ADDED)
)
_DAY = "(e.at AT TIME ZONE 'Europe/Paris')::date AS day"
_OF_PEOPLE = f"""
    SELECT e.usager_id, e.rank, {_DAY}
    FROM unnest(%(people)s::uuid[], %(ranks)s::smallint[]) AS m (usager_id, rank)
    JOIN enrolment_event e USING (usager_id, rank)"""  # noqa: S608 - our own constants
_OF_LOTS = f"""
    SELECT e.usager_id, e.rank, {_DAY} FROM {_LOT_PEOPLE}
    JOIN enrolment_event e ON e.usager_id = p.usager_id AND e.lot_id = p.id AND e.kind = p.kind
    JOIN enrolment_event f ON f.usager_id = p.usager_id AND f.rank = 1
    WHERE NOT coalesce({_PLAIN}, false)"""  # noqa: S608 - our own constants
_TAKE = """
DELETE FROM enrolment_moved WHERE id IN (
    SELECT id FROM enrolment_moved WHERE lot_id IS {which} NULL ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED
) RETURNING usager_id, rank, lot_id, kind
"""


def refresh() -> int:
    """Count what happened since the last time, by rounds; how many moves were counted. Two may run at once."""
    done = 0
    while found := _one_round():
        done += found
    return done


def _one_round() -> int:
    with transaction.atomic(using="batch", durable=True), connections["batch"].cursor() as cursor:
        # Two counters that add to the same rows in another order would wait for one another.
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('enrolment_daily'))")
        cursor.execute(_TAKE.format(which=""), [_ROUND])
        taken = cursor.fetchall()
        if taken:
            what = {"people": [row[0] for row in taken], "ranks": [row[1] for row in taken], "no_lot": NO_LOT}
            cursor.execute(_STATEMENT.replace("{touched}", _OF_PEOPLE), what)
            return len(taken)
        cursor.execute(_TAKE.format(which="NOT"), [_LOTS])
        taken = cursor.fetchall()
        if taken:
            what = {"lots": [row[2] for row in taken], "kinds": [row[3] for row in taken], "no_lot": NO_LOT}
            cursor.execute(_STATEMENT_PLAIN, what)
            cursor.execute(_STATEMENT.replace("{touched}", _OF_LOTS), what)
        return len(taken)


@dataclass(frozen=True, slots=True)
class Standing:
    """The figures of those noticed by one kind of lot, at the end of a day.

    ``noticed = activated + opened + opposed + not_due + overdue``: not decided yet, before the last day to oppose, or
    after it. ``closed`` and ``deleted`` are among the others.
    """

    noticed: int = 0
    by_email: int = 0
    by_post: int = 0
    delivered: int = 0
    returned: int = 0
    opposed: int = 0
    changed_mind: int = 0
    activated: int = 0
    opened: int = 0
    closed: int = 0
    deleted: int = 0
    not_due: int = 0
    overdue: int = 0

    @property
    def adds_up(self) -> bool:
        parts = self.activated + self.opened + self.opposed + self.not_due + self.overdue
        return self.noticed == parts == self.by_email + self.by_post


# What a lot is, for each way of cutting the figures.
DIMENSIONS = {
    "departement": "coalesce(l.departement, '')",
    "vague": "coalesce(w.name, '')",
    "canal": "coalesce(nullif(l.channel, ''), '')",
    "variante": "coalesce(l.variant, '')",
    "jour": "coalesce(to_char(l.sent_at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD'), '')",
}
_SUMS = ", ".join(f"coalesce(sum(d.{one}), 0)::bigint" for one in MEASURES[:-1])
# What a wave is called; with its campaign's name when two campaigns call one so.
WAVES = """(
    SELECT w.id, CASE WHEN count(*) OVER (PARTITION BY w.name) > 1 THEN w.name || ' (' || c.name || ')' ELSE w.name END
                     AS name
    FROM enrolment_wave w JOIN enrolment_campaign c ON c.id = w.campaign_id
)"""
_FROM = f"""
FROM enrolment_daily d LEFT JOIN enrolment_lot l ON l.id = d.lot_id LEFT JOIN {WAVES} w ON w.id = l.wave_id
WHERE d.day <= %(day)s"""


def standings(
    dimension: str, day: date, *, departements: Sequence[str] | None = None, within: Mapping[str, str] | None = None
) -> dict[str, Standing]:
    """The figures at the end of a day, cut by a dimension, '' for who is in none of its parts.

    ``departements``: of these alone; None, of everywhere. ``within``: of one value of other dimensions. Reads a few
    rows a lot, as ``ens_web``. Errors: KeyError for another dimension.
    """
    where, what = _conditions(departements, within or {})
    statement = f"""
        SELECT {DIMENSIONS[dimension]}, {_SUMS},
               coalesce(sum(d.pending) FILTER (WHERE l.deadline >= %(day)s), 0)::bigint,
               coalesce(sum(d.pending) FILTER (WHERE l.deadline IS NULL OR l.deadline < %(day)s), 0)::bigint
        {_FROM} {where} GROUP BY 1 ORDER BY 1"""
    return {name: Standing(*map(int, counts)) for name, *counts in sql.rows(statement, {"day": day, **what})}


def counts_by_lot(
    measure: str, day: date, *, departements: Sequence[str] | None = None, within: Mapping[str, str] | None = None
) -> list[tuple[UUID, int]]:
    """How many of a measure each lot holds at the end of a day, those that hold some, in the order of the lots.

    Errors: KeyError for another measure.
    """
    where, what = _conditions(departements, within or {})
    column = {**{one: one for one in MEASURES[:-1]}, "not_due": "pending", "overdue": "pending"}[measure]
    due = {"not_due": "AND l.deadline >= %(day)s", "overdue": "AND (l.deadline IS NULL OR l.deadline < %(day)s)"}
    statement = f"""
        SELECT d.lot_id, sum(d.{column})::bigint {_FROM} {where} {due.get(measure, "")}
        GROUP BY 1 HAVING sum(d.{column}) > 0 ORDER BY 1"""
    return [(lot_id, int(count)) for lot_id, count in sql.rows(statement, {"day": day, **what})]


def _conditions(departements: Iterable[str] | None, within: Mapping[str, str]) -> tuple[str, dict[str, Any]]:
    where, what = "", dict[str, Any]()
    if departements is not None:
        where, what = "AND coalesce(l.departement, '') = ANY(%(departements)s)", {"departements": list(departements)}
    for number, (dimension, value) in enumerate(sorted(within.items())):
        where += f" AND {DIMENSIONS[dimension]} = %(within_{number})s"
        what[f"within_{number}"] = value
    return where, what


def moves_waiting() -> int:
    """How many moves are not counted yet: the pages say so when there are some."""
    found = sql.row("SELECT count(*) FROM (SELECT 1 FROM enrolment_moved LIMIT 100000) AS waiting", [])
    assert found is not None  # a count always answers
    return int(found[0])


# The event that puts someone in a figure: the last of its kind, and of their notice for what waits.
_BEHIND = {
    "noticed": "notice", "by_email": "notice", "by_post": "notice", "not_due": "notice", "overdue": "notice",
    "delivered": "delivered", "returned": "returned", "opposed": "opposed", "changed_mind": "turned",
    "activated": "activated", "opened": "opened", "closed": "closed", "deleted": "deleted",
}  # fmt: skip
_IS_IN = {
    "noticed": "true", "by_email": "n.channel = 'email'", "by_post": "n.channel <> 'email'",
    "delivered": "s.delivered IS NOT NULL", "returned": "s.returned IS NOT NULL", "opposed": "is_opposed",
    "changed_mind": "s.turned IS NOT NULL", "closed": "s.closed > greatest(s.activated, s.opened)",
    "activated": "NOT is_opposed AND s.opened IS NULL AND s.activated IS NOT NULL",
    "opened": "NOT is_opposed AND s.opened IS NOT NULL", "deleted": "s.deleted IS NOT NULL",
    "not_due": "NOT is_opposed AND s.opened IS NULL AND s.activated IS NULL",
    "overdue": "NOT is_opposed AND s.opened IS NULL AND s.activated IS NULL",
}  # fmt: skip
_KINDS = ("opposed", "activated", "opened", "closed", "delivered", "returned", "deleted")
_LAST = ", ".join(f"max(rank) FILTER (WHERE kind = '{one}') AS {one}" for one in _KINDS)
_EVENTS = f"""
WITH people AS MATERIALIZED (
    SELECT DISTINCT usager_id FROM (
        SELECT unnest(people) AS usager_id FROM enrolment_lot WHERE id = %(lot)s
        UNION ALL SELECT usager_id FROM enrolment_event
        WHERE %(lot)s = %(no_lot)s AND kind = 'noticed' AND lot_id IS NULL
    ) AS found
), standing AS (
    SELECT usager_id, max(rank) FILTER (WHERE kind = 'noticed') AS notice,
           max(rank) FILTER (WHERE kind = 'changed_mind') AS changed,
           min(rank) FILTER (WHERE kind = 'opposed') AS first_opposed, {_LAST},
           coalesce(max(rank) FILTER (WHERE kind = 'merged'), 0)
               > coalesce(max(rank) FILTER (WHERE kind = 'separated'), 0) AS merged
    FROM people JOIN enrolment_event USING (usager_id)
    WHERE (at AT TIME ZONE 'Europe/Paris')::date <= %(day)s GROUP BY usager_id
), s AS (
    SELECT *, coalesce(opposed > greatest(coalesce(changed, 0), coalesce(activated, 0), coalesce(opened, 0)), false)
                  AS is_opposed,
           greatest(changed, CASE WHEN activated > first_opposed THEN activated END) AS turned
    FROM standing WHERE NOT merged
)
SELECT s.usager_id, e.kind, e.at, n.channel, e.by_kind, coalesce(e.deadline, n.deadline)
FROM s JOIN enrolment_event n ON n.usager_id = s.usager_id AND n.rank = s.notice
JOIN enrolment_event e ON e.usager_id = s.usager_id AND e.rank = s.{{rank}}
WHERE coalesce(n.lot_id, %(no_lot)s) = %(lot)s AND {{is_in}}
ORDER BY s.usager_id LIMIT %(limit)s OFFSET %(offset)s
"""  # noqa: S608 - our own constants


@dataclass(frozen=True, slots=True)
class EventBehind:
    """An event that makes a figure. ``usager_id`` is for the package that hides it behind a reference."""

    usager_id: UUID
    kind: EventKind
    at: datetime
    channel: str
    by_kind: str
    deadline: date | None
    lot_id: UUID


def events_behind(
    measure: str, day: date, lots: Sequence[tuple[UUID, int]], *, offset: int = 0, limit: int = 50
) -> list[EventBehind]:
    """The events of a measure at the end of a day, one a person, lot after lot: ``lots`` is ``counts_by_lot``'s answer.

    Only the lots that hold the rows asked are read, as ``ens_batch``. Errors: KeyError for another measure.
    """
    statement = _EVENTS.format(rank=_BEHIND[measure], is_in=_IS_IN[measure])
    try:
        return _read(statement, day, lots, offset, limit)
    finally:
        connections["batch"].close()  # asked by pages, now and then: their threads keep none open


def _read(
    statement: str, day: date, lots: Sequence[tuple[UUID, int]], offset: int, limit: int
) -> list[EventBehind]:
    found: list[EventBehind] = []
    with connections["batch"].cursor() as cursor:
        for lot_id, count in lots:
            if offset >= count:
                offset -= count
                continue
            what = {"lot": lot_id, "no_lot": NO_LOT, "day": day, "offset": offset, "limit": limit - len(found)}
            cursor.execute(statement, what)
            found += [
                EventBehind(who, EventKind(kind), at, channel, by_kind, deadline, lot_id)
                for who, kind, at, channel, by_kind, deadline in cursor.fetchall()
            ]
            offset = 0
            if len(found) >= limit:
                break
    return found
