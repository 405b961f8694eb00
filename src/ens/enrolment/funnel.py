"""The figures of the enrolment at any past instant, counted from the dated events and from nothing else.

``noticed = opposed + activated + opened + pending``, whatever the instant: opposed as of then; opened by the person;
opened at the deadline; not decided yet. ``closed`` is a part of activated and opened; whoever was erased since stays
counted as they were. Two registrations made one count for the one that is kept.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connections

from ens.enrolment.daily import WAVES
from ens.enrolment.types import EMAIL, EnrolmentEvent, EventKind, State, derive
from ens.kernel import clock


@dataclass(frozen=True, slots=True)
class Figures:
    people: int = 0  # registered
    noticed: int = 0
    by_email: int = 0  # by the channel of the last notice
    by_post: int = 0
    returned: int = 0  # at least one notice came back
    opposed: int = 0
    activated: int = 0  # the space was first opened by the person
    opened: int = 0  # the space was first opened at the deadline
    closed: int = 0
    pending: int = 0
    opened_after_opposition: int = 0  # must be 0

    @property
    def adds_up(self) -> bool:
        parts = self.opposed + self.activated + self.opened + self.pending
        return self.noticed == parts == self.by_email + self.by_post

    def __add__(self, other: Figures) -> Figures:
        return Figures(**{one.name: getattr(self, one.name) + getattr(other, one.name) for one in fields(Figures)})

    def as_json(self) -> dict[str, int]:
        return asdict(self)


# One row a person: the last rank of each kind tells where they stood. A notice's rank is doubled, its channel the
# lowest bit, so that the last notice's channel is known without reading it again.
_STANDING = """
SELECT usager_id,
       max(rank * 2 + (channel = 'email')::int) FILTER (WHERE kind = 'noticed') AS notice,
       max(rank) FILTER (WHERE kind = 'opposed') AS opposed,
       max(rank) FILTER (WHERE kind = 'changed_mind') AS changed,
       max(rank) FILTER (WHERE kind = 'activated') AS activated,
       max(rank) FILTER (WHERE kind = 'opened') AS opened,
       max(rank) FILTER (WHERE kind = 'closed') AS closed,
       bool_or(kind = 'returned') AS returned,
       coalesce(max(rank) FILTER (WHERE kind = 'merged'), 0)
           > coalesce(max(rank) FILTER (WHERE kind = 'separated'), 0) AS merged
FROM enrolment_event WHERE at <= %(at)s {among} GROUP BY usager_id
"""
_COLUMNS = """
       count(*) FILTER (WHERE counted),
       count(*) FILTER (WHERE counted AND notice %% 2 = 1),
       count(*) FILTER (WHERE counted AND notice %% 2 = 0),
       count(*) FILTER (WHERE counted AND judged.returned),
       count(*) FILTER (WHERE counted AND is_opposed),
       count(*) FILTER (WHERE counted AND NOT is_opposed AND judged.opened IS NULL AND activated IS NOT NULL),
       count(*) FILTER (WHERE counted AND NOT is_opposed AND judged.opened IS NOT NULL),
       count(*) FILTER (WHERE counted AND closed > greatest(activated, judged.opened)),
       count(*) FILTER (WHERE counted AND NOT is_opposed AND judged.opened IS NULL AND activated IS NULL),
       count(*) FILTER (WHERE judged.opened > judged.opposed AND coalesce(changed, 0) < judged.opposed)
"""
_COUNT = f"""
SELECT count(*) FILTER (WHERE merged), {_COLUMNS}
FROM (SELECT *, notice IS NOT NULL AND NOT merged AS counted,
             coalesce(opposed > greatest(coalesce(changed, 0), coalesce(activated, 0), coalesce(opened, 0)), false)
                 AS is_opposed
      FROM ({_STANDING}) AS standing) AS judged
"""  # noqa: S608 - our own constants, and ``among`` one of two
_PEOPLE = "SELECT count(*) FROM identity_population WHERE registered_at <= %(at)s {among}"


def figures(at: datetime | None = None, *, among: list[UUID] | None = None) -> Figures:
    """The population's figures as of then, now by default, or those of some people. One reading of the events."""
    what: dict[str, Any] = {"at": at or clock.now(), "among": among}
    some = "" if among is None else "AND usager_id = ANY(%(among)s)"
    with connections["batch"].cursor() as cursor:
        cursor.execute(_PEOPLE.format(among=some), what)
        (people,) = cursor.fetchone()
        cursor.execute(_COUNT.format(among=some), what)
        merged, *counts = cursor.fetchone()
    return Figures(people - merged, *counts)


_DIMENSIONS = {
    "departement": ("coalesce(p.departement, '')", "LEFT JOIN identity_population p USING (usager_id)"),
    "vague": ("coalesce(w.name, '')", f"LEFT JOIN {WAVES} w ON w.id = l.wave_id"),
    "canal": ("n.channel", ""),
    "variante": ("coalesce(l.variant, '')", ""),
    "jour": ("to_char(n.at AT TIME ZONE 'Europe/Paris', 'YYYY-MM-DD')", ""),
}


def breakdown(dimension: str, at: datetime | None = None, *, among: list[UUID] | None = None) -> dict[str, Figures]:
    """The figures of those noticed, by what their last notice was: its wave, channel, variant or day; or by where they
    live. The parts add up to the whole; ``people`` are those noticed. Errors: ValueError for another dimension.
    """
    if dimension not in _DIMENSIONS:
        raise ValueError(dimension)
    key, join = _DIMENSIONS[dimension]
    some = "" if among is None else "AND usager_id = ANY(%(among)s)"
    statement = f"""
        WITH judged AS (SELECT *, notice IS NOT NULL AND NOT merged AS counted,
             coalesce(opposed > greatest(coalesce(changed, 0), coalesce(activated, 0), coalesce(opened, 0)), false)
                 AS is_opposed FROM ({_STANDING.format(among=some)}) AS standing)
        SELECT {key}, {_COLUMNS}
        FROM judged JOIN enrolment_event n ON n.usager_id = judged.usager_id AND n.rank = judged.notice / 2
        LEFT JOIN enrolment_lot l ON l.id = n.lot_id {join.replace("USING (usager_id)", "ON p.usager_id = n.usager_id")}
        WHERE counted GROUP BY 1 ORDER BY 1
    """  # noqa: S608 - our own constants
    with connections["batch"].cursor() as cursor:
        cursor.execute(statement, {"at": at or clock.now(), "among": among})
        rows = cursor.fetchall()
    return {name: Figures(counts[0], *counts) for name, *counts in rows}


def of_one(events: Iterable[EnrolmentEvent], channels: Iterable[str]) -> Figures:
    """The figures of one person, by the definition of each: what the set-wise count must agree with.

    ``channels``: of each notice, in order.
    """
    past = [event for event in events if event.kind is not EventKind.DELETED]  # what was counted stays counted
    state = derive(past)
    if state is State.MERGED:
        return Figures(opened_after_opposition=_opened_against_their_will(past))
    kinds = [event.kind for event in past]
    if EventKind.NOTICED not in kinds:
        return Figures(people=1)
    first = next((kind for kind in kinds if kind in (EventKind.ACTIVATED, EventKind.OPENED)), None)
    last_channel = list(channels)[-1]
    return Figures(
        people=1,
        noticed=1,
        by_email=int(last_channel == EMAIL),
        by_post=int(last_channel != EMAIL),
        returned=int(EventKind.RETURNED in kinds),
        opposed=int(state is State.OPPOSED),
        activated=int(state is not State.OPPOSED and first is EventKind.ACTIVATED),
        opened=int(state is not State.OPPOSED and first is EventKind.OPENED),
        closed=int(state is State.CLOSED),
        pending=int(state is State.NOTICED),
        opened_after_opposition=_opened_against_their_will(past),
    )


def _opened_against_their_will(past: list[EnrolmentEvent]) -> int:
    opposed = False
    for event in past:
        if event.kind is EventKind.OPENED and opposed:
            return 1
        if event.kind in (EventKind.OPPOSED, EventKind.CHANGED_MIND, EventKind.ACTIVATED):
            opposed = event.kind is EventKind.OPPOSED
    return 0
