"""A figure opened on its events, for those entitled (B07): opaque references, never who; each opening is kept."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import UUID

from ens.access.errors import NoMandate
from ens.access.mandates import Territory
from ens.coffre.keyring import digest
from ens.enrolment import daily
from ens.kernel.actor import Actor
from ens.steering import figures
from ens.steering.errors import DimensionUnknown, ExportTooLarge
from ens.steering.takings import note
from ens.steering.types import MEASURES, EventPage, OpenedEvent, View

PAGE = 50
LARGEST_EXPORT = 200_000  # events
_STEP = 5_000


def opened(
    shown: View, measure: str, key: str | None, *, territory: Territory, by: Actor, number: int = 1
) -> EventPage:
    """A page of the events behind a figure of a table; ``key``: of a row, None of the total.

    A figure that the table hides opens on nothing. Errors: NoMandate, DimensionUnknown.
    """
    total = _check(shown, measure, key, territory)
    lots = _lots(shown, measure, key)
    found = daily.events_behind(measure, shown.day, lots, offset=(number - 1) * PAGE, limit=PAGE)
    if number > 1 and not found:
        raise DimensionUnknown()
    note("evenements", "page", shown, len(found), by=by, mesure=measure, ligne=key)
    return EventPage(measure, total, [_said(one) for one in found])


def exported(
    shown: View, measure: str, key: str | None, form: str, *, territory: Territory, by: Actor
) -> Iterator[OpenedEvent]:
    """Every event behind a figure. Kept before the first one is given. Errors: NoMandate, DimensionUnknown,
    ExportTooLarge."""
    total = _check(shown, measure, key, territory)
    if total > LARGEST_EXPORT:
        raise ExportTooLarge(number=LARGEST_EXPORT)
    lots = _lots(shown, measure, key)
    note("evenements", form, shown, total, by=by, mesure=measure, ligne=key)
    return _all(shown, measure, lots, total)


def _all(shown: View, measure: str, lots: list[tuple[UUID, int]], total: int) -> Iterator[OpenedEvent]:
    for offset in range(0, total, _STEP):
        for one in daily.events_behind(measure, shown.day, lots, offset=offset, limit=_STEP):
            yield _said(one)


def _check(shown: View, measure: str, key: str | None, territory: Territory) -> int:
    """The figure as the table shows it."""
    if not territory.opens_events:
        raise NoMandate()
    table = figures.table(shown)
    row = table.total if key is None else next((row for row in table.rows if row.key == key), None)
    if measure not in MEASURES or row is None or row.counts[measure] is None:
        raise DimensionUnknown()
    return row.counts[measure] or 0


def _lots(shown: View, measure: str, key: str | None) -> list[tuple[UUID, int]]:
    within = {} if key is None else {shown.dimension: key}
    departements = None if shown.everywhere else shown.departements
    return daily.counts_by_lot(measure, shown.day, departements=departements, within=within)


def _said(one: daily.EventBehind) -> OpenedEvent:
    return OpenedEvent(
        reference(one.usager_id), one.kind.value, one.at, one.channel, one.by_kind, str(one.lot_id)[:8], one.deadline
    )


def reference(usager_id: UUID) -> str:
    """What stands for a person in steering, always the same: a keyed digest, which nothing turns back."""
    value = digest("pilotage", str(usager_id)).hex()[:16].upper()
    return " ".join(value[start : start + 4] for start in range(0, 16, 4))
