"""When a part of the space opens, and where: dates by territory, from the settings (S124).

Says it before: « à partir du… ». A territory of one's own date keeps it, whatever the date of everywhere.
"""

from __future__ import annotations

from datetime import date
from uuid import UUID

from django.conf import settings

from ens.identity import queries as identity
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.persistence.unit import Unit, unit_of_work

EVERYWHERE = ""


def opens_on(part: str, departement: str) -> date | None:
    """The day a part opens for who lives there; None, not known yet."""
    dates: dict[str, date] = settings.ENS_OPENINGS.get(part, {})
    return dates.get(departement, dates.get(EVERYWHERE)) if departement else dates.get(EVERYWHERE)


def is_open(part: str, departement: str) -> bool:
    day = opens_on(part, departement)
    return day is not None and day <= clock.today()


def announced(usager_id: UUID, part: str, *, by: Actor) -> date | None:
    """The day to come on which a part opens for this usager; None when none is told, or it is over."""

    def act(unit: Unit) -> str:
        unit.untraced("le département de qui demande, pour lui-même, sans rien de clinique")
        return identity.departement(unit)

    if not settings.ENS_OPENINGS.get(part):
        return None
    day = opens_on(part, unit_of_work(usager_id, act, by=by))
    return day if day is not None and day > clock.today() else None
