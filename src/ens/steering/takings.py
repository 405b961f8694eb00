"""What was taken out of steering: every export, every opening of events."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.steering.models import Taking
from ens.steering.types import View


@dataclass(frozen=True, slots=True)
class Taken:
    at: datetime
    what: str
    form: str
    facts: dict[str, Any]
    rows: int


def note(what: str, form: str, shown: View, rows: int, *, by: Actor, **more: str | None) -> None:
    """Keep who took what, when; before it is given."""
    facts: dict[str, Any] = {
        "coupe": shown.dimension,
        "jour": shown.day.isoformat(),
        "territoire": "France" if shown.everywhere else list(shown.departements),
        **{name: value for name, value in more.items() if value is not None},
    }
    Taking.objects.create(
        at=clock.now(), compte_id=UUID(by.id), name=by.name[:120], what=what, form=form, facts=facts, rows=rows
    )


def of_account(by: Actor, limit: int = 50) -> list[Taken]:
    """What this account took, the last first."""
    rows = Taking.objects.filter(compte_id=UUID(by.id)).order_by("-at", "-id")[:limit]
    return [Taken(row.at, row.what, row.form, row.facts, row.rows) for row in rows]
