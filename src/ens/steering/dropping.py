"""How far people go through the screens of enrolment (S026): counts of screens, about nobody, of the whole country."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from django.conf import settings

from ens.access.errors import NoMandate
from ens.access.mandates import Territory
from ens.enrolment import screens
from ens.enrolment.screens import Step

DAYS = 30
CHANNELS = ("", "email", "courrier")  # before a right code is given, its channel is not known


@dataclass(frozen=True, slots=True)
class StepRow:
    """How often a screen was reached, by the channel of the code; None, hidden."""

    step: Step
    times: tuple[int | None, ...]


def drop_off(day: date, *, territory: Territory) -> list[StepRow]:
    """The screens of the thirty days that end with this one. Counted without territory, they are for who steers all of
    it. Errors: NoMandate."""
    if not territory.everywhere:
        raise NoMandate()
    found = screens.counts(day - timedelta(days=DAYS - 1), day)
    if not any(found.values()):
        return []
    return [StepRow(step, tuple(_shown(found.get((step.value, channel), 0)) for channel in CHANNELS)) for step in Step]


def _shown(times: int) -> int | None:
    return None if 0 < times < settings.ENS_SMALL_COUNTS else times
