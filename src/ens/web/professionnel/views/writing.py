"""« Puis-je écrire à ce patient ? »: answered to who takes care of them, and to nobody else.

Having a space open to one is the proof; without it, unknown, never created, opposed, closed, not authorised and blocked
are one and the same page, by the same path as the search. Each question is counted, and traced for the patient.
"""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from ens.access import queries as access
from ens.access.errors import RecordNotOpen
from ens.identity import queries as identity
from ens.web.common.pages import page
from ens.web.professionnel.forms import SearchForm
from ens.web.professionnel.patients import asked_for, patient


@require_http_methods(["GET", "HEAD", "POST"])
def ecrire(request: HttpRequest) -> HttpResponse:
    """The form; then the address to write to, or the page that says nothing of who exists."""
    if request.method != "POST":
        return _page(request, SearchForm())
    form = SearchForm(request.POST)
    usager_id = asked_for(form, by=request.actor)
    if usager_id is None:
        return _page(request, form, status=422)
    try:
        traits = access.open_record(usager_id, by=request.actor)
    except RecordNotOpen:
        return _page(request, form, muet=True)
    return _page(request, form, trouve=patient(usager_id, traits), adresse=identity.mail_address_of(traits))


def _page(request: HttpRequest, form: SearchForm, *, status: int = 200, **found: Any) -> HttpResponse:
    context = {"formulaire": form, **found}
    return page(request, "professionnel/recherche/ecrire.html", context, status=status)
