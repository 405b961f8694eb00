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
from ens.persistence.unit import RightsChanged, Unit

PURPOSE = "trace"
STREAM = "personnes_inconnues"
FACT = Fact("head", "SELECT rights FROM audit_head WHERE usager_id = %(usager)s", ("rights",))


def line_id(usager_id: UUID, seq: int) -> UUID:
    """What binds a sealed line to its number: associated data of its sealing."""
    return UUID(int=(usager_id.int & ~((1 << 64) - 1)) | seq)


_INSERT = (
    "INSERT INTO audit_auditline (usager_id, seq, at, event, outcome, mode, actor_kind, actor_id, object_id, sealed) "
    "VALUES (%s, %s, clock_timestamp() + %s, %s, %s, %s, %s, %s, %s, %s)"
)


_INSERT_ABOUT_NOBODY = (
    "INSERT INTO audit_serviceline (id, at, stream, event, actor_kind, actor_id, code) "
    "VALUES (%s, clock_timestamp(), %s, %s, %s, %s, %s)"
)


class HeadAndLines:
    def open(self, unit: Unit) -> None:
        unit.rights = unit.facts[FACT.name][0]

    def close(self, unit: Unit) -> None:
        if not unit.lines and not unit.rights_raised:
            return
        if unit.rights is None:
            _close_about_nobody(unit)
            return
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
            first = row[0] - count + 1
            # Of someone erased, who acted, what and when stay; there is no key to keep more under.
            is_erased = not has_key(unit)
            seal = sealer_of_nobody(unit) if is_erased else sealer(unit)
            for seq, line in enumerate(unit.lines, first):
                sealed = seal.seal(PURPOSE, line_id(unit.usager_id, seq), _sealed_part(unit, line))
                cursor.execute(
                    _INSERT,
                    [
                        unit.usager_id,
                        seq,
                        clock.offset(),
                        line.event,
                        line.outcome,
                        (line.by or unit.by).mode,
                        (line.by or unit.by).kind,
                        (line.by or unit.by).id,
                        line.object_id,
                        b"" if is_erased else sealed,
                    ],
                )


def _close_about_nobody(unit: Unit) -> None:
    if not unit.is_nobody or any(line.outcome != REFUSED for line in unit.lines):
        raise NobodyThere()
    with connections["default"].cursor() as cursor:
        # The same row for the same person: many questions at once wait for each other, whoever they are about.
        cursor.execute(
            "UPDATE audit_headofnobody SET seq = seq + %s WHERE slot = %s RETURNING seq",
            [len(unit.lines), unit.usager_id.int % HeadOfNobody.SLOTS],
        )
        seq = cursor.fetchone()[0]
        seal = sealer(unit)
        for line in unit.lines:
            seal.seal(PURPOSE, line_id(unit.usager_id, seq), _sealed_part(unit, line))
            cursor.execute(_INSERT_ABOUT_NOBODY, [new_id(), STREAM, line.event, unit.by.kind, unit.by.id, line.code])


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
