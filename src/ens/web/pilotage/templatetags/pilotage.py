"""How figures are written: whole, hidden, as a rate with what it is made of."""

from __future__ import annotations

from datetime import date

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ens.steering.types import Row
from ens.web.common import words
from ens.web.pilotage.shapes import Span
from ens.web.pilotage.words import STATES

register = template.Library()


def _hidden() -> SafeString:
    return format_html('<span class="ens-masque">{}</span>', _("masqué"))


@register.simple_tag
def chiffre(ligne: Row, mesure: str) -> str | SafeString:
    """A count, or that it is hidden."""
    found = ligne.counts[mesure]
    return _hidden() if found is None else words.number(found)


@register.simple_tag
def taux(ligne: Row, mesure: str) -> str | SafeString:
    """« 0,67 % (22 858 sur 3 391 505) »; that it is hidden, or has no object."""
    rate = ligne.rate(mesure)
    if rate.denominator == 0:
        return _("sans objet")
    percent = rate.percent
    if percent is None or rate.numerator is None or rate.denominator is None:
        return _hidden()
    said = f"{percent:.2f}".replace(".", ",") if percent < 10 else f"{percent:.1f}".replace(".", ",")
    of = _("%(n)s sur %(d)s") % {"n": words.number(rate.numerator), "d": words.number(rate.denominator)}
    return format_html('{}{}% <span class="ens-secondaire">({})</span>', said, words.NBSP, of)


@register.filter
def intitule(ligne: Row, dimension: str) -> str:
    """What a row is called; a day, in words."""
    if dimension == "jour" and ligne.key[:1].isdigit():
        return words.day(date.fromisoformat(ligne.key))
    return ligne.label


@register.simple_tag
def phrase_vague(trait: Span) -> str:
    """What the drawing of a wave says."""
    wave = trait.wave
    return _("%(name)s, %(state)s : du %(first)s au %(last)s ; on peut s’opposer jusqu’au %(end)s") % {
        "name": wave.name,
        "state": _(STATES[wave.state]).lower(),
        "first": words.long_date(wave.starts_on),
        "last": words.long_date(wave.ends_on),
        "end": words.long_date(trait.last_opening),
    }
