"""Figures opened on their events, and files taken away; each is kept with who took it."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ens.steering import events, figures, register, takings
from ens.steering.exports import FORMS, event_rows, export_sites, export_table, file_of
from ens.web.common.files import CONTENT_SECURITY_POLICY_OF_FILES, disposition
from ens.web.common.pages import page
from ens.web.common.paging import page_number, pages_around
from ens.web.pilotage.views import Asked
from ens.web.pilotage.words import CUTS, WORDS


@require_safe
def liste(request: HttpRequest) -> HttpResponse:
    """What can be taken away, and what was."""
    asked = Asked(request)
    context = {**asked.context, "rubrique": "exports", "coupes": CUTS, "pris": takings.of_account(request.actor)}
    return page(request, "pilotage/exports.html", context, status=asked.status)


@require_safe
def evenements(request: HttpRequest) -> HttpResponse:
    """The events behind a figure, fifty a page."""
    asked = Asked(request, request.GET.get("par", figures.DEPARTEMENT))
    measure, key, number = request.GET.get("mesure", ""), request.GET.get("ligne"), page_number(request)
    found = events.opened(
        asked.view, measure, key, territory=asked.territory, by=request.actor, number=number
    )
    last = max(-(-found.total // events.PAGE), 1)
    label = figures.label_of(asked.view.dimension, key) if key is not None else ""
    context = {
        **asked.context,
        **pages_around(request, number, last=last),
        "rubrique": "enrolement",
        "par": asked.view.dimension,
        "requete": request.GET.urlencode(),
        "evenements": found,
        "titre": _("%(measure)s, %(row)s") % {"measure": _(WORDS[measure]).capitalize(), "row": label}
        if label
        else _(WORDS[measure]).capitalize(),
    }
    return page(request, "pilotage/evenements.html", context, status=asked.status)


@require_safe
def tableau(request: HttpRequest, forme: str) -> HttpResponse:
    asked = _checked(request, forme)
    data = export_table(figures.table(asked.view), forme, by=request.actor)
    return _file(data, f"enrolement-{asked.view.dimension}-{asked.view.day.isoformat()}", forme)


@require_safe
def telecharger_evenements(request: HttpRequest, forme: str) -> HttpResponse:
    asked = _checked(request, forme)
    measure, key = request.GET.get("mesure", ""), request.GET.get("ligne")
    found = events.exported(asked.view, measure, key, forme, territory=asked.territory, by=request.actor)
    return _file(file_of(*event_rows(found), forme), f"evenements-{measure}-{asked.view.day.isoformat()}", forme)


@require_safe
def sites(request: HttpRequest, forme: str) -> HttpResponse:
    asked = _checked(request, forme)
    found = register.sites(asked.view.departements, asked.view.day)
    data = export_sites(found, asked.view, forme, by=request.actor)
    return _file(data, f"etablissements-{asked.view.day.isoformat()}", forme)


def _checked(request: HttpRequest, form: str) -> Asked:
    """A date that is none has no file: the page says it beside the field."""
    asked = Asked(request, request.GET.get("par", figures.DEPARTEMENT))
    if form not in FORMS or asked.form.errors:
        raise Http404
    return asked


def _file(data: bytes, name: str, form: str) -> HttpResponse:
    response = HttpResponse(data, content_type=FORMS[form])
    response.headers["Content-Disposition"] = disposition(f"{name}.{form}")
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY_OF_FILES
    return response
