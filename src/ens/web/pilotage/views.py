"""The figures of a territory: the whole, the cuts, the calendar of waves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ens.access import mandates
from ens.access.mandates import Territory
from ens.enrolment import campaigns
from ens.enrolment.campaigns import WaveView
from ens.enrolment.daily import DIMENSIONS
from ens.kernel import clock
from ens.standards.departements import DEPARTEMENTS
from ens.steering import dropping, figures, register
from ens.steering.errors import DimensionUnknown
from ens.steering.register import SiteView
from ens.steering.types import Table, View
from ens.web.common.pages import page
from ens.web.pilotage.forms import ViewForm, all_of
from ens.web.pilotage.shapes import bars, calendar
from ens.web.pilotage.words import CUTS, KINDS_OF_SITES, STATES, STATUSES, STEPS, WORDS


class Asked:
    """What the address asks, of a territory that the account steers today. Errors: NoMandate, DimensionUnknown."""

    def __init__(self, request: HttpRequest, dimension: str = figures.DEPARTEMENT) -> None:
        self.territory: Territory = mandates.territory_of(request.actor)
        self.form = ViewForm(request.GET or {}, self.territory)
        self.form.is_valid()
        if "territoire" in self.form.errors:
            raise DimensionUnknown()  # of another territory: as if it did not exist
        self.view: View = figures.view(
            self.territory,
            dimension=dimension,
            within=self.form.departements,
            day=self.form.cleaned_data.get("au"),
        )
        if not self.form.errors:
            self.form.show(self.view.day)
        self.status = 422 if self.form.errors else 200

    @property
    def context(self) -> dict[str, Any]:
        kept = {}
        if self.form.cleaned_data.get("territoire"):
            kept["territoire"] = self.form.cleaned_data["territoire"]
        if self.view.day != clock.today():
            kept["au"] = self.view.day.isoformat()
        return {
            "formulaire": self.form,
            "perimetre": all_of(self.territory),
            "territoire": self._said(),
            "jour": self.view.day,
            "aujourdhui": self.view.day == clock.today(),
            "maintenant": clock.now(),
            "suite": f"&{urlencode(kept)}" if kept else "",
            "question": f"?{urlencode(kept)}" if kept else "",
            "partout": self.territory.everywhere,
            "detaille": self.territory.opens_events,
        }

    def _said(self) -> str:
        asked = self.form.cleaned_data.get("territoire") or ""
        if asked.startswith("R"):
            return DEPARTEMENTS[self.form.departements[0]].region_label
        return DEPARTEMENTS[asked].label if asked else all_of(self.territory)


@require_safe
def ensemble(request: HttpRequest) -> HttpResponse:
    """The four figures, then the way of everyone noticed, by département."""
    asked = Asked(request)
    table = figures.table(asked.view)
    context = {
        **asked.context,
        "rubrique": "ensemble",
        "tableau": table,
        "barres": bars(table, WORDS),
        "engages": engaged_rows(register.sites(asked.view.departements, asked.view.day)),
    }
    return page(request, "pilotage/ensemble.html", {**context, **_words(table)}, status=asked.status)


@require_safe
def enrolement(request: HttpRequest) -> HttpResponse:
    """The same figures, cut by wave, channel, variant or day of sending."""
    dimension = request.GET.get("par", "vague")
    if dimension not in DIMENSIONS:
        raise DimensionUnknown()
    asked = Asked(request, dimension)
    table = figures.table(asked.view)
    if dimension == "jour":
        table = replace(table, rows=table.rows[::-1])
    cuts = [(key, label, key == dimension) for key, label in CUTS]
    context = {**asked.context, "rubrique": "enrolement", "tableau": table, "coupes": cuts, "par": dimension}
    return page(request, "pilotage/enrolement.html", {**context, **_words(table)}, status=asked.status)


@require_safe
def calendrier(request: HttpRequest) -> HttpResponse:
    """The waves of the territory: drawn, then in a table."""
    asked = Asked(request)
    inside = set(asked.view.departements)
    waves = [wave for wave in campaigns.calendar() if inside & set(wave.departements)]
    drawn = calendar(waves, campaigns.delays())
    rows = [
        {
            "vague": span.wave,
            "etat": STATES[span.wave.state],
            "departements": [DEPARTEMENTS[code].label for code in span.wave.departements if code in inside],
            "autres": len(set(span.wave.departements) - inside),
            "dernier": span.last_opening,
            "avancement": _progress(span.wave),
        }
        for span in drawn.spans
    ]
    context = {**asked.context, "rubrique": "calendrier", "dessin": drawn, "vagues": rows}
    return page(request, "pilotage/calendrier.html", context, status=asked.status)


@require_safe
def ecrans(request: HttpRequest) -> HttpResponse:
    """Where people stop in the screens of enrolment, over thirty days."""
    asked = Asked(request)
    if asked.form.departements:
        raise DimensionUnknown()  # screens are counted without territory
    rows = dropping.drop_off(asked.view.day, territory=asked.territory)
    context = {
        **asked.context,
        "rubrique": "enrolement",
        "lignes": [(STEPS[row.step], row.times) for row in rows],
        "jours": dropping.DAYS,
    }
    return page(request, "pilotage/ecrans.html", context, status=asked.status)


@require_safe
def etablissements(request: HttpRequest) -> HttpResponse:
    """The register of engagement: how many take part, by département; each site, its status and since when."""
    asked = Asked(request)
    found = register.sites(asked.view.departements, asked.view.day)
    context = {
        **asked.context,
        "rubrique": "etablissements",
        "sites": [(site, DEPARTEMENTS[site.departement].label, STATUSES[site.status]) for site in found],
        "engages": engaged_rows(found),
        "types": KINDS_OF_SITES,
    }
    return page(request, "pilotage/etablissements.html", context, status=asked.status)


def engaged_rows(found: list[SiteView]) -> list[tuple[str, int, int]]:
    """By département, establishments and professionals engaged; then their sums, when there are several."""
    counts = register.engaged(found)
    rows = [
        (DEPARTEMENTS[code].label, counts[code]["etablissement"], counts[code]["liberal"])
        for code in DEPARTEMENTS
        if code in counts
    ]
    if len(rows) > 1:
        rows.append((_("Ensemble"), sum(row[1] for row in rows), sum(row[2] for row in rows)))
    return rows


def _progress(wave: WaveView) -> int | None:
    """Of a hundred people to notice, how many were; None before it is planned, or for a few people."""
    done = sum(wave.sent.values())
    known = done + wave.left
    return round(100 * done / known) if known and known >= settings.ENS_SMALL_COUNTS else None


def _words(table: Table) -> dict[str, Any]:
    return {
        "en_tete": CUTS_HEAD[table.view.dimension],
        "seuil": table.threshold,
    }


CUTS_HEAD = {
    "departement": _("Département"), "vague": _("Vague"), "canal": _("Canal"), "variante": _("Variante"),
    "jour": _("Jour d’envoi"),
}  # fmt: skip
