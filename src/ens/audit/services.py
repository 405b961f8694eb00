"""The head of a usager's trace."""

from __future__ import annotations

from django.db import connections

from ens.persistence.unit import Unit


def open_head(unit: Unit) -> None:
    """Start the trace of a new usager, in the unit that makes them."""
    with connections["default"].cursor() as cursor:
        cursor.execute("INSERT INTO audit_head (usager_id, seq, rights) VALUES (%s, 0, 0)", [unit.usager_id])
    unit.rights = 0


def rights_changed(unit: Unit) -> None:
    """Every change of a fact that decides who reads what calls this: units that read before it start again."""
    unit.rights_raised = True
