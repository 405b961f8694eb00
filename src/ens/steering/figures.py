"""The tables of the funnel as they may be shown: within a territory, small counts hidden."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date

from django.conf import settings

from ens.access.mandates import Territory
from ens.enrolment import daily
from ens.enrolment.daily import Standing
from ens.kernel import clock
from ens.standards.departements import DEPARTEMENTS
from ens.steering.errors import DimensionUnknown
from ens.steering.hiding import hidden
from ens.steering.types import AMONG, MEASURES, PARTS, WHOLE, Row, Table, View

DEPARTEMENT = "departement"
TOTAL = "\0total"  # no part has this name
Cell = tuple[str, str]  # key of the row, measure


def view(
    territory: Territory, *, dimension: str = DEPARTEMENT, within: Iterable[str] = (), day: date | None = None
) -> View:
    """What is asked, no wider than the territory. ``within``: départements wanted; none: all of the territory.

    A day to come is today. Errors: DimensionUnknown, for a dimension or a territory that is not there to be asked.
    """
    asked = tuple(within)
    if dimension not in daily.DIMENSIONS or not all(code in DEPARTEMENTS and territory.covers(code) for code in asked):
        raise DimensionUnknown()
    today = clock.today()
    everywhere = territory.everywhere and not asked
    return View(asked or territory.departements, everywhere, dimension, min(day or today, today))


def table(shown: View) -> Table:
    """The figures, each row adding up, with what may not be shown taken out."""
    threshold = settings.ENS_SMALL_COUNTS
    found = daily.standings(shown.dimension, shown.day, departements=_departements(shown))
    counts = _grid(found)
    out = masked(counts, threshold, already=_hidden_elsewhere(shown, threshold))
    rows = [_row(key, label_of(shown.dimension, key), counts, out) for key in found]
    total = _row(TOTAL, "Ensemble", counts, out)
    order = list(DEPARTEMENTS) if shown.dimension == DEPARTEMENT else []
    rows.sort(key=lambda row: (row.key == "", order.index(row.key) if row.key in order else 0, row.key))
    return Table(shown, rows, total, threshold, daily.moves_waiting())


def _departements(shown: View) -> tuple[str, ...] | None:
    return None if shown.everywhere else shown.departements


def _grid(found: dict[str, Standing]) -> dict[Cell, int]:
    counts = {(key, one): getattr(row, one) for key, row in found.items() for one in MEASURES}
    for one in MEASURES:
        counts[TOTAL, one] = sum(getattr(row, one) for row in found.values())
    return counts


def masked(counts: dict[Cell, int], threshold: int, *, already: Collection[Cell] = ()) -> set[Cell]:
    """The cells of a table not to be shown, worked out from its rows, its columns, and its total."""
    keys = list(dict.fromkeys(key for key, _ in counts if key != TOTAL))
    several = len(keys) > 1
    whole_keys = [*([TOTAL] if several else []), *keys]
    # The parts, whose rows add up too.
    rows = [[(key, one) for one in (WHOLE, *PARTS)] for key in whole_keys]
    columns = [[(key, one) for key in whole_keys] for one in (WHOLE, *PARTS)] if several else []
    parts = {cell: counts[cell] for row in rows for cell in row}
    out = hidden(parts, rows + columns, threshold, already=already)
    # The two channels make the whole as well: where it is hidden, so are they; elsewhere neither is hidden alone.
    pair = ("by_email", "by_post")
    channels = {(key, one): counts[key, one] for key in whole_keys for one in pair}
    columns = [[(key, one) for key in whole_keys] for one in pair] if several else []
    rows = [[(key, one) for one in pair] for key in whole_keys if (key, WHOLE) not in out]
    given = {(key, one) for key in whole_keys if (key, WHOLE) in out for one in pair}
    out |= hidden(channels, rows + columns, threshold, already=given | set(already))
    for one in AMONG[2:]:
        column = {(key, one): counts[key, one] for key in whole_keys}
        out |= hidden(column, [list(column)] if several else [], threshold, already=already)
    if not several:  # one row: the whole is that row
        out |= {(TOTAL, one) for key in keys for one in MEASURES if (key, one) in out}
    return out


def _hidden_elsewhere(shown: View, threshold: int) -> set[Cell]:
    """What the table of all the départements hides stays hidden in a narrower view of one of them."""
    if shown.everywhere:
        return set()
    found = daily.standings(DEPARTEMENT, shown.day)
    of_all = masked(_grid(found), threshold)
    inside = {(key, one) for key, one in of_all if key in shown.departements}
    if len(shown.departements) == 1:
        inside |= {(TOTAL, one) for _, one in inside}
    return inside


def _row(key: str, label: str, counts: dict[Cell, int], out: set[Cell]) -> Row:
    said = {one: None if (key, one) in out else counts[key, one] for one in MEASURES}
    return Row(key, label, said, sum(said[one] is None for one in (WHOLE, *PARTS)))


CHANNELS = {"email": "E-mail", "courrier": "Courrier", "": "Non précisé"}


def label_of(dimension: str, key: str) -> str:
    """What a part is called; days are written by the page."""
    if dimension == DEPARTEMENT:
        return DEPARTEMENTS[key].label if key in DEPARTEMENTS else "Département non précisé"
    if dimension == "canal":
        return CHANNELS.get(key, key)
    if dimension == "variante":
        return f"Variante {key}" if key else "Sans variante"
    if dimension == "vague":
        return key or "Hors vague"
    return key or "Jour non précisé"
