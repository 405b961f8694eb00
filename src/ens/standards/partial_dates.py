"""A date of which the day, or the day and the month, may be unknown: « 2019 », « mars 2019 », « 14 mars 2019 ».

Source: production's forms of the medical profile; FHIR R4, date (``YYYY``, ``YYYY-MM``, ``YYYY-MM-DD``).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

OLDEST = 1900
_MONTHS = (
    "janvier", "février", "mars", "avril", "mai", "juin",
    "juillet", "août", "septembre", "octobre", "novembre", "décembre",
)  # fmt: skip


class DateState(StrEnum):
    """What was typed, once read: valid, or the one thing to correct first."""

    VALID = "valide"
    MISSING_YEAR = "annee_absente"
    INCOMPLETE_YEAR = "annee_incomplete"
    INCORRECT_YEAR = "annee_incorrecte"
    INCOMPLETE_MONTH = "mois_incomplet"
    INCORRECT_MONTH = "mois_incorrect"
    INCOMPLETE_DAY = "jour_incomplet"
    INCORRECT_DAY = "jour_incorrect"
    MISSING_MONTH = "mois_absent"  # a day is said, and no month
    LATER = "a_venir"
    UNREAL_DAY = "jour_inexistant"  # 31 April, 29 February of a common year


@dataclass(frozen=True, slots=True, order=True)
class PartialDate:
    """Ordered by the first day it may be; what is not known comes before what is."""

    year: int
    month: int = 0  # 0: not known
    day: int = 0

    @classmethod
    def of(cls, iso: str) -> PartialDate:
        """From ``YYYY``, ``YYYY-MM`` or ``YYYY-MM-DD``. Errors: ValueError."""
        return cls(*(int(part) for part in iso.split("-")))

    @property
    def iso(self) -> str:
        parts = [f"{self.year:04d}"] + [f"{part:02d}" for part in (self.month, self.day) if part]
        return "-".join(parts)

    @property
    def first_day(self) -> date:
        """What is missing counts as the first of its period."""
        return date(self.year, self.month or 1, self.day or 1)

    def is_before(self, day: date) -> bool:
        """Whether the whole of it is before: « 2019 » is not before 14 March 2019, nor March 2019."""
        said = (self.year, self.month, self.day)
        known = sum(1 for part in said if part)
        return said[:known] < (day.year, day.month, day.day)[:known]

    @property
    def in_french(self) -> str:
        if not self.month:
            return str(self.year)
        month = f"{_MONTHS[self.month - 1]} {self.year}"
        return f"{'1er' if self.day == 1 else self.day} {month}" if self.day else month


def read(day: str, month: str, year: str, *, today: date) -> tuple[DateState, PartialDate | None]:
    """What three typed fields say. The date is given when, and only when, the state is ``VALID``."""
    day, month, year = day.strip(), month.strip(), year.strip()
    state = _year(year) or _month(month) or _day(day)
    if state is None and day and not month:
        state = DateState.MISSING_MONTH
    if state is not None:
        return state, None
    found = PartialDate(int(year), int(month or 0), int(day or 0))
    try:
        first = found.first_day
    except ValueError:
        return DateState.UNREAL_DAY, None
    return (DateState.LATER, None) if first > today else (DateState.VALID, found)


def _year(typed: str) -> DateState | None:
    if not typed:
        return DateState.MISSING_YEAR
    if not _is_number(typed) or len(typed) > 4:
        return DateState.INCORRECT_YEAR
    if len(typed) < 4:
        return DateState.INCOMPLETE_YEAR
    return DateState.INCORRECT_YEAR if int(typed) < OLDEST else None


def _month(typed: str) -> DateState | None:
    if typed == "0":
        return DateState.INCOMPLETE_MONTH
    right = not typed or (_is_number(typed) and len(typed) <= 2 and 1 <= int(typed) <= 12)
    return None if right else DateState.INCORRECT_MONTH


def _day(typed: str) -> DateState | None:
    if typed == "0":
        return DateState.INCOMPLETE_DAY
    right = not typed or (_is_number(typed) and len(typed) <= 2 and 1 <= int(typed) <= 31)
    return None if right else DateState.INCORRECT_DAY


def _is_number(typed: str) -> bool:
    return typed.isascii() and typed.isdigit()
