"""A new message: to who wrote and wants answers, to a pharmacy of the directory when that is allowed."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ens import journeys
from ens.kernel.errors import Conflict, Malformed, Refused
from ens.messaging.errors import AntivirusSilent
from ens.messaging.types import FILES_MAX_BYTES
from ens.web.common.words import size, typeset
from ens.web.usager.message_forms import BeginForm
from ens.web.usager.pages import usager_page
from ens.web.usager.rows import document_row


@require_http_methods(["GET", "HEAD", "POST"])
def nouveau(request: HttpRequest) -> HttpResponse:
    """Write it; what was typed is kept when something is wrong."""
    given = request.POST if request.method == "POST" else request.GET
    looked_for = given.get("pharmacie", "").strip()[:100]
    shown = journeys.beginnable(request.usager_id, looked_for, by=request.actor)
    offered = shown.contacts
    found = [one.id for one in offered.pharmacies]
    initial = {"pharmacie": looked_for, "destinataire": found[0] if len(found) == 1 else None}
    form, status = BeginForm(offered, shown.documents, initial=initial), 200
    if request.method == "POST":
        form, status = BeginForm(offered, shown.documents, request.POST, request.FILES), 422
        if form.is_valid():
            said = form.cleaned_data
            documents = tuple(UUID(one) for one in said["documents"])
            try:
                thread_id = journeys.begin(
                    request.usager_id, form.beginning(), documents, with_profile=said["profil"], by=request.actor
                )
            except (Malformed, Conflict, Refused, AntivirusSilent) as error:
                form.add_error(None, typeset(error.sentence))
            else:
                announcements.success(request, _("Message envoyé."))
                return redirect("usager:fil", thread_id)
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
        "offerts": offered,
        "pharmacie": looked_for,
        "limite": settings.ENS_UPLOAD_MAX_BYTES,
        "limite_dite": size(settings.ENS_UPLOAD_MAX_BYTES),
    }
    return usager_page(request, "usager/messages/nouveau.html", context, section="messages", status=status)
