"""Template tags of the pages: dates in words, sizes, initials, the parameters of a shareable address."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django import template
from django.http import QueryDict
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from ens.web.common import words

register = template.Library()

_STYLES = {
    "quand": words.when,
    "jour": words.day,
    "jour_complet": words.full_day,
    "date_longue": words.long_date,
    "jour_heure": words.day_and_hour,
    "heure": words.hour,
}


@register.simple_tag
def moment(value: datetime | date | None, style: str = "quand", majuscule: bool = False) -> str | SafeString:
    """A moment in words inside its ``<time datetime>``. Nothing for nothing."""
    if value is None:
        return ""
    said = _STYLES[style](value)
    # A day is written as a day: no hour that nobody measured.
    machine = words.local(value).isoformat(timespec="minutes") if isinstance(value, datetime) else value.isoformat()
    return format_html('<time datetime="{}">{}</time>', machine, capfirst(said) if majuscule else said)


@register.filter
def mois(value: datetime | date) -> str:
    """The month of a group of rows, capital first: ``Octobre 2021``."""
    return capfirst(words.month(value))


@register.filter
def taille(octets: int) -> str:
    return words.size(octets)


@register.filter
def nombre(value: int) -> str:
    return words.number(value)


@register.filter
def initiales(name: str) -> str:
    return words.initials(name)


@register.filter
def matricule(value: str) -> str:
    return words.matricule(value)


@register.simple_tag
def adresse(parameters: QueryDict, **changes: Any) -> str:
    """The query string of the current filters with some changed; ``None`` or empty takes one away."""
    changed = parameters.copy()
    changed.pop("page", None)
    for name, value in changes.items():
        if value in (None, ""):
            changed.pop(name, None)
        else:
            changed[name] = str(value)
    return f"?{changed.urlencode()}" if changed else "."
