"""What a package took away of one usager, for who erases them: see ``journeys.deletion``."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db.models import Model

from ens.persistence.unit import Unit


@dataclass(frozen=True, slots=True)
class Erased:
    """``contents``: of the store, to delete once committed. ``keys``: of the locator, to forget."""

    contents: tuple[UUID, ...] = ()
    keys: tuple[UUID, ...] = ()

    def __add__(self, other: Erased) -> Erased:
        return Erased(self.contents + other.contents, self.keys + other.keys)


def delete_rows(unit: Unit, *models: type[Model]) -> None:
    """Every row of the unit's usager in these tables, in this order."""
    for model in models:
        rows = model._default_manager.filter(usager_id=unit.usager_id)
        rows._raw_delete(rows.db)  # no collector: our tables' own keys go in the given order
