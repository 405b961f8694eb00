"""The offset of the product's clock, kept in the database and read once a unit or request."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import connections

from ens.kernel import clock
from ens.persistence import sql
from ens.persistence.connection import FAULTS, is_lost, renew
from ens.persistence.facts import Fact

FACT = Fact("clock", "SELECT clock_offset FROM persistence_deployment WHERE id = 1", ("clock_offset",))


def set_from(found: dict[str, tuple[Any, ...]]) -> None:
    """Set the clock of this context from the facts of a unit."""
    clock.set_offset(found[FACT.name][0] or timedelta(0))


def refresh(alias: str = "default") -> None:
    """Set the clock of this context from the database. The first statement of most acts: it finds a dead connection."""
    try:
        _read(alias)
    except FAULTS as error:
        if not is_lost(error):
            raise
        renew(alias)
        _read(alias)


def _read(alias: str) -> None:
    row: tuple[Any, ...] | None
    if alias == "default":  # at each request: by a statement made once
        row = sql.row(FACT.select, ())
    else:
        with connections[alias].cursor() as cursor:
            cursor.execute(FACT.select)
            row = cursor.fetchone()
    clock.set_offset(row[0] if row else timedelta(0))


def advance(by: timedelta) -> timedelta:
    """Move the demonstration's clock forward; returns the new offset. Refused elsewhere and backwards."""
    if by < timedelta(0):
        raise ValueError("the clock only moves forward")
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "UPDATE persistence_deployment SET clock_offset = clock_offset + %s "
            "WHERE id = 1 AND demonstration RETURNING clock_offset",
            [by],
        )
        row = cursor.fetchone()
    if row is None:
        raise ValueError("only the clock of a demonstration moves")
    clock.set_offset(row[0])
    offset: timedelta = row[0]
    return offset


def tell_from(offset: timedelta) -> None:
    """Set the demonstration's clock while its story is told at its own dates. Refused elsewhere."""
    with connections["default"].cursor() as cursor:
        cursor.execute(
            "UPDATE persistence_deployment SET clock_offset = %s WHERE id = 1 AND demonstration RETURNING id", [offset]
        )
        if cursor.fetchone() is None:
            raise ValueError("only the clock of a demonstration moves")
    clock.set_offset(offset)
