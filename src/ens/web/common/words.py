"""Dates, sizes and names in the words of the interface.

Source: the design system, section 4. No-break spaces are U+00A0: the narrow one is too thin in the typeface used.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from functools import cache

from django.utils.translation import gettext as _

from ens.kernel import clock
from ens.standards.ins import in_groups

NBSP = "\u00a0"


@cache
def _days() -> list[str]:
    return [_("lundi"), _("mardi"), _("mercredi"), _("jeudi"), _("vendredi"), _("samedi"), _("dimanche")]


@cache
def _months() -> list[str]:
    return [
        _("janvier"), _("février"), _("mars"), _("avril"), _("mai"), _("juin"),
        _("juillet"), _("août"), _("septembre"), _("octobre"), _("novembre"), _("décembre"),
    ]  # fmt: skip


@cache
def _short_months() -> list[str]:
    return [
        _("janv."), _("févr."), _("mars"), _("avr."), _("mai"), _("juin"),
        _("juil."), _("août"), _("sept."), _("oct."), _("nov."), _("déc."),
    ]  # fmt: skip


def local(moment: datetime | date) -> datetime | date:
    """The same moment as read on a clock in Paris; a plain date stays itself."""
    if isinstance(moment, datetime):
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(clock.PARIS)
    return moment


def day_of(moment: datetime | date) -> date:
    """The day in Paris of a moment."""
    here = local(moment)
    return here.date() if isinstance(here, datetime) else here


def _day_number(day: date) -> str:
    return _("1er") if day.day == 1 else str(day.day)


def hour(moment: datetime) -> str:
    """``16 h 30``, ``9 h``."""
    here = local(moment)
    if not isinstance(here, datetime):
        return ""
    return f"{here.hour}{NBSP}h{NBSP}{here.minute:02d}" if here.minute else f"{here.hour}{NBSP}h"


def when(moment: datetime | date) -> str:
    """The shortest exact date, for lists: ``16 h 30``, ``hier``, ``15 févr.``, ``9 déc. 2020``."""
    day, today = day_of(moment), clock.today()
    if day == today:
        return hour(moment) if isinstance(moment, datetime) else _("aujourd’hui")
    if day == today - timedelta(days=1):
        return _("hier")
    short = f"{_day_number(day)}{NBSP}{_short_months()[day.month - 1]}"
    return short if day.year == today.year else f"{short}{NBSP}{day.year}"


def day(moment: datetime | date) -> str:
    """A day in a row: ``lundi 11 octobre``; another year, ``9 déc. 2020``."""
    here = day_of(moment)
    if here.year != clock.today().year:
        return f"{_day_number(here)}{NBSP}{_short_months()[here.month - 1]}{NBSP}{here.year}"
    return f"{_days()[here.weekday()]}{NBSP}{_day_number(here)}{NBSP}{_months()[here.month - 1]}"


def full_day(moment: datetime | date) -> str:
    """``lundi 11 octobre 2021``, whatever the year."""
    here = day_of(moment)
    return f"{_days()[here.weekday()]}{NBSP}{_day_number(here)}{NBSP}{_months()[here.month - 1]}{NBSP}{here.year}"


def long_date(moment: datetime | date) -> str:
    """``13 septembre 2021``, for sentences such as « depuis le »."""
    here = day_of(moment)
    return f"{_day_number(here)}{NBSP}{_months()[here.month - 1]}{NBSP}{here.year}"


def day_and_hour(moment: datetime) -> str:
    """``aujourd’hui à 16 h 30``, ``hier à 9 h``, ``mardi 12 octobre à 10 h 05``, ``9 déc. 2020 à 8 h``."""
    here, today = day_of(moment), clock.today()
    if here == today:
        said = _("aujourd’hui")
    elif here == today - timedelta(days=1):
        said = _("hier")
    else:
        said = day(moment)
    return _("%(day)s à %(hour)s") % {"day": said, "hour": hour(moment)}


def date_and_hour(moment: datetime) -> str:
    """``12 octobre 2021 à 10 h 05``, the same whatever the day it is read."""
    return _("%(day)s à %(hour)s") % {"day": long_date(moment), "hour": hour(moment)}


def month(moment: datetime | date) -> str:
    """``octobre 2021``, the heading of a group of rows."""
    here = day_of(moment)
    return f"{_months()[here.month - 1]}{NBSP}{here.year}"


def size(octets: int) -> str:
    """``2,4 Mo``, ``96 Ko``, ``800 octets``: decimal units, a comma, a no-break space."""
    if octets < 1000:
        return f"{octets}{NBSP}{_('octet') if octets < 2 else _('octets')}"
    if octets < 999_500:
        return f"{round(octets / 1000)}{NBSP}{_('Ko')}"
    value = f"{octets / 1_000_000:.1f}".removesuffix(".0").replace(".", ",")
    return f"{value}{NBSP}{_('Mo')}"


def number(value: int) -> str:
    """``22 858``: thousands apart by a no-break space."""
    return f"{value:,}".replace(",", NBSP)


def initials(name: str) -> str:
    """Two letters for a person: ``Docteur Virginie Dupond`` gives ``VD``; ``Docteur Dupond``, with no more, ``DD``.

    What follows a name in capitals is a place: ``Dr Jean DUPOND Cabinet`` gives ``JD`` (ECO.2.2.7).
    """
    words = [word for word in name.split() if word.rstrip(".").lower() not in ("dr", "pr", "m", "mme")]
    if len(words) > 2 and words[0].lower() in ("docteur", "professeur"):
        del words[0]
    named = next((place for place, word in enumerate(words) if place and len(word) > 1 and word.isupper()), len(words))
    letters = [word[0] for word in words[: named + 1] if word[0].isalnum()]
    if not letters:
        return "?"
    return (letters[0] + letters[-1] if len(letters) > 1 else letters[0]).upper()


def matricule(value: str) -> str:
    """``2 89 45 67 890 123 25``: the fifteen characters in the groups printed on cards."""
    return in_groups(value, NBSP)


def typeset(sentence: str) -> str:
    """A sentence of the product with its apostrophes and no-break spaces; never what someone else wrote."""
    said = sentence.replace("'", "’").replace("« ", f"«{NBSP}").replace(" »", f"{NBSP}»")
    said = re.sub(r"(\d) h\b(?: (?=\d\d\b))?", lambda found: found[0].replace(" ", NBSP), said)
    return re.sub(r" ([:;?!])", f"{NBSP}\\1", re.sub(r"(\d) (Mo|Ko|octets|jours|%)", f"\\1{NBSP}\\2", said))
