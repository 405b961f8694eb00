"""Template tags of the pages: dates in words, sizes, initials, mail addresses."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.text import capfirst

from ens.web.common import words
from ens.web.common.categories import category

register = template.Library()

_STYLES: dict[str, Callable[[Any], str]] = {
    "quand": words.when,
    "jour": words.day,
    "jour_complet": words.full_day,
    "date_longue": words.long_date,
    "jour_heure": words.day_and_hour,
    "heure": words.hour,
}
# Said without their year, or by « hier »: true on a screen today, lost on a page printed and read in a month.
_ON_PAPER: dict[str, Callable[[Any], str]] = {
    "quand": words.long_date,
    "jour": words.long_date,
    "jour_heure": words.date_and_hour,
}


@register.simple_tag
def moment(value: datetime | date | None, style: str = "quand", majuscule: bool = False) -> str | SafeString:
    """A moment in words inside its ``<time datetime>``; on paper, with its whole date. Nothing for nothing."""
    if value is None:
        return ""
    said = _STYLES[style](value)
    # A day is written as a day: no hour that nobody measured.
    here = words.local(value)
    machine = here.isoformat(timespec="minutes") if isinstance(here, datetime) else here.isoformat()
    said = capfirst(said) if majuscule else said
    if style not in _ON_PAPER:
        return format_html('<time datetime="{}">{}</time>', machine, said)
    printed = _ON_PAPER[style](value)
    return format_html('<time datetime="{}" data-ens-papier="{}"><span>{}</span></time>', machine, printed, said)


@register.simple_tag
def date_longue(value: date) -> str:
    """``13 septembre 2021``, inside a sentence that is a title."""
    return words.long_date(value)


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
def categorie_courte(code: str) -> str:
    """``Biologie``, ``Ordonnances``: where a document is found, in one word."""
    return category(code).short


@register.filter
def rang(values: list[str], place: int) -> str:
    return values[place]


@register.filter
def initiales(name: str) -> str:
    return words.initials(name)


@register.filter
def matricule(value: str) -> str:
    return words.matricule(value)


@register.filter
def arobase(address: str) -> SafeString:
    """A mail address that may go to the next line before its ``@``, never inside a word."""
    local, _at, domain = address.partition("@")
    return format_html("{}<wbr>@{}", local, domain) if domain else format_html("{}", address)
