"""A new message: to who wrote and wants answers, to a pharmacy of the directory when that is allowed."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ens import journeys
from ens.journeys.types import Beginnable
from ens.messaging import services as messaging
from ens.messaging.errors import DraftElsewhere
from ens.messaging.types import FILES_MAX_BYTES, NOTHING_BEGUN, Begun
from ens.web.common.words import size, typeset
from ens.web.usager.message_forms import BeginForm, BegunForm
from ens.web.usager.pages import usager_page
from ens.web.usager.rows import document_row
from ens.web.usager.views.messages import SAID


@require_http_methods(["GET", "HEAD", "POST"])
def nouveau(request: HttpRequest) -> HttpResponse:
    """Write it, from what was begun; what was typed is kept when something is wrong."""
    given = request.POST if request.method == "POST" else request.GET
    looked_for = given["pharmacie"].strip()[:100] if "pharmacie" in given else None
    shown = journeys.beginnable(request.usager_id, looked_for, by=request.actor)
    if request.method != "POST":
        return _page(request, shown, BeginForm(shown.contacts, shown.documents, initial=_initial(shown, looked_for)))
    form = BeginForm(shown.contacts, shown.documents, request.POST, request.FILES)
    if form.is_valid():
        said = form.cleaned_data
        documents = tuple(UUID(one) for one in said["documents"])
        try:
            thread_id = journeys.begin(
                request.usager_id, form.beginning(), documents, with_profile=said["profil"], by=request.actor
            )
        except SAID as error:
            form.add_error(None, typeset(error.sentence))
        else:
            announcements.success(request, _("Message envoyé."))
            return redirect("usager:fil", thread_id)
    return _page(request, shown, form, status=422)


def _initial(shown: Beginnable, looked_for: str | None) -> dict[str, Any]:
    """What was begun; a pharmacy just looked for, and found alone, is whom it goes to."""
    begun, found = shown.begun, [one.id for one in shown.contacts.pharmacies]
    alone = found[0] if looked_for and len(found) == 1 else None
    looked_for = begun.pharmacy if looked_for is None else looked_for
    return {"pharmacie": looked_for, "destinataire": alone or begun.to, "objet": begun.subject, "corps": begun.body}


def _page(
    request: HttpRequest, shown: Beginnable, form: BeginForm, *, status: int = 200, elsewhere: Begun | None = None
) -> HttpResponse:
    """``elsewhere``: what another window wrote of it."""
    chosen = set(form.data.getlist("documents")) if form.is_bound else set()
    context = {
        "formulaire": form,
        "lignes": [
            {"document": document_row(card), "taille": weight, "choisi": str(card.id) in chosen}
            for card, weight in shown.documents
        ],
        "autres": shown.total - len(shown.documents),
        "profil_offert": shown.has_profile,
        "choisis": bool(chosen) or "profil" in form.data,
        "total": FILES_MAX_BYTES,
        "offerts": shown.contacts,
        "pharmacie": form["pharmacie"].value() or "",
        "commence": shown.begun != NOTHING_BEGUN,
        "brouillon_vu": messaging.version_of_begun(shown.begun),
        "brouillon_ailleurs": elsewhere,
        "limite": settings.ENS_UPLOAD_MAX_BYTES,
        "limite_dite": size(settings.ENS_UPLOAD_MAX_BYTES),
    }
    return usager_page(request, "usager/messages/nouveau.html", context, section="messages", status=status)


@require_POST
def brouillon(request: HttpRequest) -> HttpResponse:
    """Keep the new message that is being written, or discard it. A page that saves by itself gets no page back."""
    act = request.POST.get("acte", "")
    if act == "jeter":
        messaging.discard_begun(request.usager_id, by=request.actor)
        announcements.success(request, _("Brouillon supprimé."))
        return redirect("usager:messages")
    form, is_elsewhere = BegunForm(request.POST), False
    if form.is_valid():
        begun, seen, token = form.begun(), request.POST.get("vu", ""), request.POST.get("jeton", "")
        try:
            messaging.keep_begun(request.usager_id, begun, seen=seen, token=token, by=request.actor)
        except SAID as error:
            form.add_error(None, typeset(error.sentence))
            is_elsewhere = isinstance(error, DraftElsewhere)
        else:
            if act == "seul":
                return HttpResponse(status=204, headers={"X-Ens-Brouillon": messaging.version_of_begun(begun)})
            announcements.success(request, _("Brouillon enregistré."))
            return redirect("usager:nouveau_message")
    if act == "seul":
        return HttpResponse(form.in_one_line(), status=422, content_type="text/plain; charset=utf-8")
    shown = journeys.beginnable(request.usager_id, request.POST.get("pharmacie", "")[:100], by=request.actor)
    if is_elsewhere:
        typed = {name: request.POST.get(name, "") for name in ("destinataire", "objet", "corps", "pharmacie")}
        again = BeginForm(shown.contacts, shown.documents, initial=typed)
        return _page(request, shown, again, status=422, elsewhere=shown.begun)
    again = BeginForm(shown.contacts, shown.documents, request.POST)
    again.refused_as(form)
    return _page(request, shown, again, status=422)
