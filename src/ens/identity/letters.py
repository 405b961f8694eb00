"""How letters come to someone: in large print, or as usual. Kept sealed, as a contact: it may tell of their sight."""

from __future__ import annotations

from ens.identity import queries
from ens.persistence.unit import Unit

LETTERS = "courrier"  # the kind of contact
LARGE, ORDINARY = "gros", "ordinaire"


def large_print(unit: Unit) -> bool:
    """Whether letters to this person come in large print."""
    return queries.contact(unit, LETTERS) == LARGE
