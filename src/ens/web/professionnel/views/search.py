"""Find a patient by matricule; write down their oral agreement.

Unknown, never created, opposed, closed, not authorised or blocked: one and the same page.
"""

from __future__ import annotations

from typing import Any

from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ens.access import queries as access
from ens.access import services
from ens.access.errors import ConsentNotRecorded, RecordNotOpen
from ens.access.types import Motive
from ens.identity import queries as identity
from ens.web.common.pages import page
from ens.web.professionnel.forms import ConsentForm, MotiveForm, SearchForm
from ens.web.professionnel.openings import note
from ens.web.professionnel.patients import asked_for, patient


@require_http_methods(["GET", "HEAD", "POST"])
def recherche(request: HttpRequest) -> HttpResponse:
    """The form; then the traits to check, or the page that says nothing of who exists."""
    if request.method != "POST":
        return _page(request, SearchForm())
    form = SearchForm(request.POST)
    usager_id = asked_for(form, by=request.actor)
    if usager_id is None:
        return _page(request, form, status=422)
    try:
        found = patient(usager_id, access.open_record(usager_id, by=request.actor))
    except RecordNotOpen:
        return _page(request, form, accord=_consent_form(form.cleaned_data["matricule"]))
    return _page(request, form, patient=found, motif=MotiveForm())


@require_POST
def accord(request: HttpRequest) -> HttpResponse:
    """The patient, present, agrees: the professional states it, and the record opens."""
    form = ConsentForm(request.POST)
    search = SearchForm({"matricule": request.POST.get("matricule", "")})
    if not form.is_valid():
        if "matricule" in form.errors:
            return _page(request, search, status=422)
        return _page(request, search, accord=form, status=422)
    services.count_search(request.actor)
    matricule = form.cleaned_data["matricule"]
    ref = identity.find_usager(matricule)
    usager_id = ref.usager_id if ref else identity.nobody(matricule)
    try:
        services.record_consent(usager_id, birth_date=form.cleaned_data["naissance"], by=request.actor)
    except ConsentNotRecorded as error:
        form.add_error(None, error.sentence.replace("'", "’"))
        return _page(request, search, accord=form, status=422)
    services.open_record(usager_id, Motive.CARE, by=request.actor)  # the patient is there, and has just agreed
    note(request, usager_id, Motive.CARE)
    announcements.success(request, _("Accord enregistré. Votre patient le verra dans son historique."))
    return redirect("professionnel:dossier", usager_id)


def _consent_form(matricule: str) -> ConsentForm:
    return ConsentForm(initial={"matricule": matricule})


def _page(request: HttpRequest, form: SearchForm, *, status: int = 200, **found: Any) -> HttpResponse:
    return page(
        request,
        "professionnel/recherche/liste.html",
        {"formulaire": form, **found},
        status=status,
    )
