"""Documents of one's own record joined to an answer."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ens import journeys
from ens.kernel.errors import Conflict, Malformed, Refused
from ens.messaging.types import FILES_MAX_BYTES
from ens.web.common import words
from ens.web.usager.message_forms import JoinForm
from ens.web.usager.pages import usager_page
from ens.web.usager.rows import document_row


@require_http_methods(["GET", "HEAD", "POST"])
def joindre(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """Choose among the newest documents, and send them with the answer."""
    shown = journeys.joinable(thread_id, by=request.actor)
    form = JoinForm(shown, request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            asked = form.cleaned_data
            chosen = tuple(UUID(one) for one in asked["documents"])
            try:
                journeys.send_documents(
                    thread_id,
                    chosen,
                    asked["corps"],
                    asked["jeton"],
                    asked["pieces"],
                    with_profile=asked["profil"],
                    by=request.actor,
                )
            except (Malformed, Conflict, Refused) as error:
                form.add_error(None, words.typeset(error.sentence))
            else:
                announcements.success(request, _("Réponse envoyée."))
                return redirect("usager:fil", thread_id)
        status = 422
    chosen_now = set(form.data.getlist("documents")) if form.is_bound else set()
    context = {
        "formulaire": form,
        "fil_id": thread_id,
        "a_qui": shown.recipients_label,
        "lignes": [
            {"document": document_row(card), "taille": size, "choisi": str(card.id) in chosen_now}
            for card, size in shown.documents
        ],
        "profil_offert": shown.has_profile,
        "autres": shown.total - len(shown.documents),
        "total": FILES_MAX_BYTES - sum(one.size for one in shown.files),
        "gardes": shown.files,
    }
    return usager_page(request, "usager/messages/joindre.html", context, section="messages", status=status)
