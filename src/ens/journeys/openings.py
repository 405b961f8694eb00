"""When a part of the space opens, and where: dates by territory, from the settings (S124).

Says it before: « à partir du… ». A territory of one's own date keeps it, whatever the date of everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.conf import settings

from ens.identity import queries as identity
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.persistence.unit import Unit, unit_of_work

EVERYWHERE = ""


@dataclass(frozen=True, slots=True)
class Opening:
    """Open everywhere, unless days are told: then where they are over. ``day``: the one to come, when it is known."""

    is_open: bool = True
    day: date | None = None


def opens_on(part: str, departement: str) -> date | None:
    """The day a part opens for who lives there; None, not known yet."""
    dates: dict[str, date] = settings.ENS_OPENINGS.get(part, {})
    return dates.get(departement, dates.get(EVERYWHERE)) if departement else dates.get(EVERYWHERE)


def opening(usager_id: UUID, part: str, *, by: Actor) -> Opening:
    """Whether a part is open to this usager, and the day to come on which it opens."""

    def act(unit: Unit) -> Opening:
        unit.untraced("le département de qui demande, pour lui-même, sans rien de clinique")
        return opening_in(unit, part)

    return unit_of_work(usager_id, act, by=by) if settings.ENS_OPENINGS.get(part) else Opening()


def opening_in(unit: Unit, part: str) -> Opening:
    """The same, inside a unit."""
    if not settings.ENS_OPENINGS.get(part):
        return Opening()
    day = opens_on(part, identity.departement(unit))
    if day is None or day <= clock.today():
        return Opening(is_open=day is not None)
    return Opening(is_open=False, day=day)
