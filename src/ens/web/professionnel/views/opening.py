"""Opening a record: its reason said, its closing, and the page of one that closed by itself."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import Resolver404, resolve, reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ens.access import services
from ens.access.errors import RecordNotOpen
from ens.access.types import Motive
from ens.web.common.pages import page
from ens.web.professionnel import openings
from ens.web.professionnel.forms import MotiveForm
from ens.web.professionnel.patients import patient_of


@require_http_methods(["GET", "HEAD", "POST"])
def ouvrir(request: HttpRequest, usager_id: UUID) -> HttpResponse:
    """The identity to check and the reason to say; then the record, at the page that was asked for."""
    form = MotiveForm(request.POST) if request.method == "POST" else MotiveForm(initial={"suite": _asked(request)})
    if not form.is_valid():
        who = patient_of(request, usager_id, traced=True)
        context = {"patient": who, "motif": form}
        return page(request, "professionnel/dossier/ouvrir.html", context, status=422 if form.is_bound else 200)
    motive = Motive(form.cleaned_data["motif"])
    services.open_record(usager_id, motive, by=request.actor)
    openings.note(request, usager_id, motive)
    place = form.cleaned_data["suite"]
    return redirect(place if _inside(place) == usager_id else reverse("professionnel:dossier", args=(usager_id,)))


@require_safe
def recents(request: HttpRequest) -> HttpResponse:
    """Whose records were opened since signing in, the latest first. One that closed to this professional is gone."""
    rows = []
    for one in openings.lately(request):
        try:
            rows.append({"patient": patient_of(request, one.usager_id, traced=False), "ouverture": one})
        except RecordNotOpen:
            openings.forget(request, one.usager_id)
    return page(request, "professionnel/recherche/recents.html", {"lignes": rows})


@require_POST
def fermer(request: HttpRequest) -> HttpResponse:
    """The professional has finished: the record asks for its reason again. Nothing says whose it was."""
    for one in openings.lately(request):
        if str(one.usager_id) == request.POST.get("dossier"):
            openings.close(request, one.usager_id)
    return redirect("professionnel:recherche")


@require_safe
def referme(request: HttpRequest) -> HttpResponse:
    """Nobody acted for a while: nothing of the patient is left on the screen, and the way back is one link."""
    place = _asked(request)
    usager_id = _inside(place)
    again = f"{reverse('professionnel:ouvrir', args=(usager_id,))}?suite={place}" if usager_id else ""
    context = {"minutes": settings.ENS_RECORD_IDLE_MINUTES, "rouvrir": again}
    return page(request, "professionnel/dossier/referme.html", context)


def _asked(request: HttpRequest) -> str:
    place = request.GET.get("suite", "")
    return place if _inside(place) else ""


def _inside(place: str) -> UUID | None:
    """Whose record holds that address of ours, if one does; a picture or a file is no page to come back to."""
    try:
        found = resolve(place)
    except Resolver404:
        return None
    if found.view_name not in ("professionnel:dossier", "professionnel:document", "professionnel:deposer"):
        return None
    usager_id: UUID = found.kwargs["usager_id"]
    return usager_id
