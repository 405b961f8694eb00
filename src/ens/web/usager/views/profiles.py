"""Whose space is shown: one's own, or a child's."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from ens.journeys import profiles as journey
from ens.journeys import representatives
from ens.web.common.pages import page
from ens.web.common.sessions import PROFILE


@require_http_methods(["GET", "HEAD", "POST"])
def profils(request: HttpRequest) -> HttpResponseBase:
    """Choose; another's is absent."""
    known = journey.cards(request.user)
    if request.method == "POST":
        try:
            wanted = UUID(request.POST.get("profil", ""))
        except ValueError as error:
            raise Http404 from error
        if not any(card.usager_id == wanted and card.is_open for card in known):
            raise Http404
        request.session[PROFILE] = str(wanted)
        return redirect("usager:accueil")
    # What every screen says of the space shown, whose count and name are known here already.
    shown = next((card for card in known if card.usager_id == request.usager_id), None)
    context = {
        "non_lus": shown.unread if shown else 0,
        "profil_montre": shown.name if shown and request.actor.role else "",
        "profils": known,
        "montre": request.usager_id,
        "represente": bool(request.actor.role),
        "invite": representatives.is_asked(request.user),
    }
    return page(request, "usager/profils.html", context)
