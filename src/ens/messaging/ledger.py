"""The ledger of mail: what came and what left, by operator, day and cause; counts about nobody (S086).

Each passage is a row written where it happens, in the transaction of what it tells: two messages never wait for the
same counter. ``count`` then gathers the rows in the figures of the days, in one statement: nothing counts twice or is
lost. A refusal is noted by the door itself, the same row whatever the mailbox: neither words nor time change.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from ens.kernel import clock
from ens.kernel.ids import new_id
from ens.persistence import sql

IN, OUT = "entrant", "sortant"
ACCEPTED, REFUSED = "accepte", "refuse"  # for what leaves: by the operator


@dataclass
class Ledger:
    """Of one operator, or of all, between two days."""

    received: int = 0
    delivered: int = 0  # of what left: taken by its operator
    refused: Counter[str] = field(default_factory=Counter)  # of what came, by reason code
    undelivered: Counter[str] = field(default_factory=Counter)  # of what left, by cause

    @property
    def passed(self) -> int:
        return self.received + self.delivered

    @property
    def rejected(self) -> int:
        return self.refused.total() + self.undelivered.total()

    def add(self, direction: str, outcome: str, reason: str, number: int) -> None:
        if outcome == REFUSED:
            (self.refused if direction == IN else self.undelivered)[reason] += number
        elif direction == IN:
            self.received += number
        else:
            self.delivered += number


def passage(direction: str, operator: str, outcome: str, reason: str = "") -> sql.Statement:
    """The row to write. ``operator``: a domain of the list, empty for an unknown one; ``reason``: a code of ours."""
    return _INSERT, [new_id(), clock.today(), direction, operator, outcome, reason]


def note_refusal(operator: str, reason: str) -> None:
    """At the door, outside any unit: nothing else is written with it."""
    sql.execute(*passage(IN, operator, REFUSED, reason))


def count() -> None:
    """Gather what was noted since the last time; called by the worker, safe at any moment."""
    sql.execute(_GATHER, [])


def figures(since: date, until: date) -> dict[str, Ledger]:
    """By operator, both days included; what is not gathered yet is counted too."""
    found: dict[str, Ledger] = {}
    for direction, operator, outcome, reason, number in sql.rows(_FIGURES, [since, until, since, until]):
        found.setdefault(operator, Ledger()).add(direction, outcome, reason, int(number))
    return found


_INSERT = (
    "INSERT INTO messaging_passage (id, day, direction, operator, outcome, reason) VALUES (%s, %s, %s, %s, %s, %s)"
)
_GATHER = """
WITH taken AS (DELETE FROM messaging_passage RETURNING day, direction, operator, outcome, reason)
INSERT INTO messaging_daily (id, day, direction, operator, outcome, reason, number)
SELECT gen_random_uuid(), day, direction, operator, outcome, reason, count(*) FROM taken
GROUP BY day, direction, operator, outcome, reason ORDER BY day, direction, operator, outcome, reason
ON CONFLICT (day, direction, operator, outcome, reason) DO UPDATE SET number = messaging_daily.number + excluded.number
"""
_FIGURES = """
SELECT direction, operator, outcome, reason, sum(number)::bigint FROM (
    SELECT direction, operator, outcome, reason, number FROM messaging_daily WHERE day BETWEEN %s AND %s
    UNION ALL
    SELECT direction, operator, outcome, reason, 1 FROM messaging_passage WHERE day BETWEEN %s AND %s
) AS passed GROUP BY direction, operator, outcome, reason
"""
