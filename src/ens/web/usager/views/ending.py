"""The usager ends an exchange with who wrote to them, or reopens it."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ens.messaging import services as messaging
from ens.web.usager.message_forms import EndForm
from ens.web.usager.pages import usager_page


@require_http_methods(["GET", "HEAD", "POST"])
def finir(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """What it changes is said before it is done; with several who wrote, each is chosen."""
    people = messaging.endable(thread_id, by=request.actor)
    form = EndForm(people, request.POST if request.method == "POST" else None)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        messaging.end_exchange(thread_id, form.chosen(), by=request.actor)
        announcements.success(request, _("Échange terminé. Vous pouvez le rouvrir quand vous voulez."))
        return redirect("usager:fil", thread_id)
    chosen = set(form.data.getlist("qui")) if form.is_bound else set()
    context = {
        "formulaire": form,
        "fil_id": thread_id,
        "ouverts": [(one, str(one.id) in chosen) for one in people if one.ended_at is None],
        "termines": [one for one in people if one.ended_at is not None],
    }
    return usager_page(request, "usager/messages/finir.html", context, section="messages", status=status)


@require_POST
def rouvrir(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """With everybody of the conversation with whom it was ended."""
    people = tuple(one.id for one in messaging.endable(thread_id, by=request.actor) if one.ended_at is not None)
    if people:
        messaging.reopen_exchange(thread_id, people, by=request.actor)
        announcements.success(request, _("Échange rouvert."))
    return redirect("usager:fil", thread_id)
