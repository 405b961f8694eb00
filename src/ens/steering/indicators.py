"""The open indicators: the funnel by département at the end of the last whole month, for everyone.

No account, no question: one table a month, the same for all, its small counts hidden with what would give them. A month
is never published before its end, so that nobody looks at two neighbouring days.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.core.cache import cache

from ens.access.mandates import Territory
from ens.kernel import clock
from ens.standards.departements import DEPARTEMENTS
from ens.steering import figures
from ens.steering.exports import COLUMNS
from ens.steering.types import MEASURES, Table

LICENCE = "Licence Ouverte 2.0"
_KEPT_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Definition:
    column: str
    words: str
    definition: str


# What each measure says, in the words of those who will quote it.
DEFINITIONS = tuple(
    Definition(COLUMNS[measure], words, definition)
    for measure, words, definition in (
        ("noticed", "Prévenus", "Personnes à qui au moins une notification de leur espace est partie."),
        ("activated", "Activés", "Espaces ouverts d'abord par la personne, fermés depuis ou non."),
        ("opened", "Ouverts à l'échéance", "Espaces ouverts d'abord à la fin du délai pour s'opposer, sans geste."),
        ("opposed", "Oppositions", "Personnes qui s'étaient opposées et n'avaient pas changé d'avis."),
        ("not_due", "En attente", "Sans choix, leur dernier jour pour s'opposer n'étant pas passé."),
        ("overdue", "Reste", "Sans choix, ce jour étant passé : ouverture en cours ou retenue."),
        ("by_email", "Par e-mail", "Prévenus dont la dernière notification est un e-mail."),
        ("by_post", "Par courrier", "Prévenus dont la dernière notification est un courrier."),
        ("delivered", "Remis", "Prévenus dont une notification au moins est dite remise."),
        ("returned", "Revenus", "Prévenus dont une notification au moins est revenue."),
        ("changed_mind", "Ont changé d'avis", "Prévenus qui, s'étant opposés, ont voulu ensuite un espace."),
        ("closed", "Fermés", "Espaces ouverts puis fermés par la personne ; comptés aussi dans leur ouverture."),
        ("deleted", "Effacés", "Personnes effacées depuis à leur demande ; comptées comme elles l'étaient."),
    )
)


def day_published() -> date:
    """The last day of the last whole month, in Paris."""
    return clock.today().replace(day=1) - timedelta(days=1)


def published() -> Table:
    """The same answer for everyone, worked out once every few minutes."""
    day = day_published()
    found: Table | None = cache.get(key := f"indicateurs:{day.isoformat()}")
    if found is None:
        everywhere = Territory(everywhere=True, departements=tuple(DEPARTEMENTS))
        found = figures.table(figures.view(everywhere, day=day))
        cache.set(key, found, _KEPT_SECONDS)
    return found


def as_json(table: Table) -> dict[str, object]:
    """What is published, with its definitions. A count that is hidden is null."""
    return {
        "situation_au": table.view.day.isoformat(),
        "licence": LICENCE,
        "seuil": table.threshold,
        "definitions": {one.column: one.definition for one in DEFINITIONS},
        "ensemble": {COLUMNS[one]: table.total.counts[one] for one in MEASURES},
        "departements": [
            {"code": row.key, "libelle": row.label, **{COLUMNS[one]: row.counts[one] for one in MEASURES}}
            for row in table.rows
        ],
    }
