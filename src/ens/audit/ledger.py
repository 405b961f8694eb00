"""Writes a unit's lines as the last statements before its commit, numbered without gaps.

The head's update demands the counter of rights unchanged since the facts were read; if a mask or a block
committed in between, the unit starts again. A missing head aborts: no trace, no answer.

What was refused about someone unknown goes to a service stream, by the same work as if they had a head: a row is
updated where theirs would have been, and a seal is thrown away. The clock does not tell who is registered.
"""

from __future__ import annotations

from uuid import UUID

import orjson
from django.db import connections

from ens.audit.models import HeadOfNobody
from ens.audit.types import REFUSED, Line
from ens.coffre.services import has_key, sealer, sealer_of_nobody
from ens.kernel import clock
from ens.kernel.ids import new_id
from ens.persistence.errors import NobodyThere
from ens.persistence.facts import Fact
from ens.persistence.sql import execute, together
from ens.persistence.unit import RightsChanged, Unit

PURPOSE = "trace"
STREAM = "personnes_inconnues"
FACT = Fact("head", "SELECT rights, seq FROM audit_head WHERE usager_id = %(usager)s", ("rights", "seq"))


def line_id(usager_id: UUID, seq: int) -> UUID:
    """What binds a sealed line to its number: associated data of its sealing."""
    return UUID(int=(usager_id.int & ~((1 << 64) - 1)) | seq)


_INSERT = (
    "INSERT INTO audit_auditline (usager_id, seq, at, event, outcome, mode, actor_kind, actor_id, object_id, sealed) "
    "VALUES (%s, %s, clock_timestamp() + %s, %s, %s, %s, %s, %s, %s, %s)"
)


# One line, and nobody else's since the facts were read: the head and the line in one trip. No row otherwise.
_ADVANCE_AND_INSERT = (
    "WITH head AS "
    "(UPDATE audit_head SET seq = seq + 1 WHERE usager_id = %s AND rights = %s AND seq = %s RETURNING seq) "
    "INSERT INTO audit_auditline (usager_id, seq, at, event, outcome, mode, actor_kind, actor_id, object_id, sealed) "
    "SELECT %s::uuid, head.seq, clock_timestamp() + %s::interval, %s, %s, %s, %s, %s, %s::uuid, %s FROM head"
)

_ADVANCE_AND_INSERT_ABOUT_NOBODY = (
    "WITH head AS (UPDATE audit_headofnobody SET seq = seq + 1 WHERE slot = %s RETURNING seq) "
    "INSERT INTO audit_serviceline (id, at, stream, event, actor_kind, actor_id, code) "
    "SELECT %s::uuid, clock_timestamp(), %s, %s, %s, %s, %s FROM head"
)


class HeadAndLines:
    def open(self, unit: Unit) -> None:
        unit.rights = unit.facts[FACT.name][0]

    def close(self, unit: Unit) -> None:
        if not unit.lines and not unit.rights_raised:
            unit.write_now()
            return
        if unit.rights is None:
            _close_about_nobody(unit)
            return
        if len(unit.lines) == 1 and not unit.rights_raised and _close_at_once(unit):
            return
        unit.write_now()
        count = len(unit.lines)
        with connections["default"].cursor() as cursor:
            cursor.execute(
                "UPDATE audit_head SET seq = seq + %s, rights = rights + %s "
                "WHERE usager_id = %s AND rights = %s RETURNING seq",
                [count, int(unit.rights_raised), unit.usager_id, unit.rights],
            )
            row = cursor.fetchone()
            if row is None:
                raise RightsChanged()
            for seq, line in enumerate(unit.lines, row[0] - count + 1):
                cursor.execute(_INSERT, [unit.usager_id, seq, *_columns(unit, seq, line)])


def _close_at_once(unit: Unit) -> bool:
    """Write the unit's one line under the number that follows the facts; False when that number is taken."""
    seq = unit.facts[FACT.name][1]
    if seq is None:  # the head was opened by this very unit
        return False
    columns = _columns(unit, seq + 1, unit.lines[0])
    line = _ADVANCE_AND_INSERT, [unit.usager_id, unit.rights, seq, unit.usager_id, *columns]
    writes, unit.writes = unit.writes, []
    return together([*writes, line])[-1] == 1


def _columns(unit: Unit, seq: int, line: Line) -> list[object]:
    by = line.by or unit.by
    # Of someone erased, who acted, what and when stay; there is no key to keep more under.
    is_erased = not has_key(unit)
    seal = sealer_of_nobody(unit) if is_erased else sealer(unit)
    sealed = seal.seal(PURPOSE, line_id(unit.usager_id, seq), _sealed_part(unit, line))
    kept = b"" if is_erased else sealed
    return [clock.offset(), line.event, line.outcome, by.mode, by.kind, by.id, line.object_id, kept]


def _close_about_nobody(unit: Unit) -> None:
    if not unit.is_nobody or any(line.outcome != REFUSED for line in unit.lines):
        raise NobodyThere()
    # The same row for the same person: many questions at once wait for each other, whoever they are about.
    slot = unit.usager_id.int % HeadOfNobody.SLOTS
    for line in unit.lines:
        sealer(unit).seal(PURPOSE, line_id(unit.usager_id, slot), _sealed_part(unit, line))
        execute(
            _ADVANCE_AND_INSERT_ABOUT_NOBODY,
            [slot, new_id(), STREAM, line.event, unit.by.kind, unit.by.id, line.code],
        )


def _sealed_part(unit: Unit, line: Line) -> bytes:
    by = line.by or unit.by
    return orjson.dumps(
        {
            "name": by.name,
            "role": by.role,
            "organisation": by.organisation,
            "title": line.title,
            "code": line.code,
            "facts": line.facts,
        }
    )
