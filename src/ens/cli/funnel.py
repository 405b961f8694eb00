"""``ens funnel``: the figures of enrolment, now or as of a past day."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from ens.cli.refusals import CommandRefused

WORDS = {
    "people": "personnes inscrites",
    "noticed": "notifiées",
    "by_email": "- par e-mail",
    "by_post": "- par courrier",
    "returned": "- dont une notification est revenue",
    "opposed": "opposées",
    "activated": "espaces ouverts par la personne",
    "opened": "espaces ouverts à l'échéance",
    "closed": "- dont clos depuis",
    "pending": "pas encore à l'échéance",
    "opened_after_opposition": "ouvertures malgré une opposition",
}


def moment(as_of: str | None) -> datetime | None:
    """The end of that day in Paris; None, now. Errors: CommandRefused."""
    from ens.kernel import clock

    try:
        return datetime.combine(date.fromisoformat(as_of), time.max, clock.PARIS) if as_of else None
    except ValueError as error:
        raise CommandRefused("La date de --as-of s'écrit AAAA-MM-JJ.") from error


def perform(until: datetime | None) -> tuple[dict[str, Any], list[str]]:
    """Once Django is set up: the JSON answer and its sentences."""
    from ens.enrolment.funnel import figures
    from ens.kernel import clock

    at = until or clock.now()
    found = figures(at)
    facts = {**found.as_json(), "as_of": at.isoformat()}
    said = [f"{words} : {facts[name]}" for name, words in WORDS.items()]
    return facts, [f"Au {at.astimezone(clock.PARIS):%d/%m/%Y à %H:%M} :", *said]
