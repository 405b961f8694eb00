"""How figures are written: whole, hidden, as a rate with what it is made of."""

from __future__ import annotations

from datetime import date
from typing import Any
from urllib.parse import urlencode

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from ens.steering.figures import CHANNELS, TOTAL
from ens.steering.takings import Taken
from ens.steering.types import Row
from ens.web.common import words
from ens.web.pilotage.shapes import Span
from ens.web.pilotage.words import AUTHORS, CUTS, FORMS, KINDS, STATES, WORDS

register = template.Library()


def _hidden() -> SafeString:
    return format_html('<span class="ens-masque">{}</span>', _("masqué"))


@register.simple_tag(takes_context=True)
def chiffre(context: dict[str, Any], ligne: Row, mesure: str) -> str | SafeString:
    """A count, or that it is hidden; for those entitled, what opens it on its events."""
    found = ligne.counts[mesure]
    if found is None:
        return _hidden()
    if not (found and context.get("detaille")):
        return words.number(found)
    asked = {"mesure": mesure, "par": context["tableau"].view.dimension}
    if ligne.key != TOTAL:
        asked["ligne"] = ligne.key
    address = f"{reverse('pilotage:evenements')}?{urlencode(asked)}{context['suite']}"
    return format_html('<a href="{}">{}</a>', address, words.number(found))


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
    return format_html('<span>{}{}% <span class="ens-secondaire">({})</span></span>', said, words.NBSP, of)


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
        "name": trait.label,
        "state": _(STATES[wave.state]).lower(),
        "first": words.long_date(wave.starts_on),
        "last": words.long_date(wave.ends_on),
        "end": words.long_date(trait.last_opening),
    }


@register.filter
def dit_evenement(kind: str) -> str:
    return _(KINDS.get(kind, kind))


@register.filter
def dit_canal(channel: str) -> str:
    return _(CHANNELS.get(channel, channel))


@register.filter
def dit_auteur(by_kind: str) -> str:
    return _(AUTHORS.get(by_kind, by_kind))


@register.filter
def dit_forme(form: str) -> str:
    return _(FORMS.get(form, form))


@register.filter
def dit_pris(taken: Taken) -> str:
    """What was exported or opened."""
    cut = _(dict(CUTS).get(taken.facts["coupe"], "")).lower()
    if taken.what == "registre":
        return _("Registre d’engagement")
    if taken.what == "tableau":
        return _("Parcours d’enrôlement, %(cut)s") % {"cut": cut}
    return _("Événements : %(measure)s, %(cut)s") % {"measure": _(WORDS.get(taken.facts["mesure"], "")), "cut": cut}
