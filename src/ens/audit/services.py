"""The head of a usager's trace."""

from __future__ import annotations

from django.db import connections

from ens.persistence.unit import Unit


def open_head(unit: Unit) -> None:
    """Start the trace of a new usager, in the unit that makes them."""
    with connections["default"].cursor() as cursor:
        cursor.execute("INSERT INTO audit_head (usager_id, seq, rights) VALUES (%s, 0, 0)", [unit.usager_id])
    unit.rights = 0


def hold_head(unit: Unit) -> None:
    """Let no other traced unit of this usager commit before this one does.

    What they wrote before is seen from the next statement on; what they are writing waits, then starts again if the
    rights changed: nothing slips in between a deletion's statements.
    """
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM audit_head WHERE usager_id = %s FOR UPDATE", [unit.usager_id])


def rights_changed(unit: Unit) -> None:
    """Every change of a fact that decides who reads what calls this: units that read before it start again."""
    unit.rights_raised = True
