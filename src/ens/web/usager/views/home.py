"""The home of the usager."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_GET

from ens.journeys import home as journey
from ens.kernel import clock
from ens.web.usager.pages import usager_page
from ens.web.usager.rows import document_row, history_row


@require_GET
def accueil(request: HttpRequest) -> HttpResponse:
    """Messages first, then the latest documents, then the last reader."""
    home = journey.home(request.usager_id, by=request.actor)
    context = {
        "aujourdhui": clock.today(),
        "prenom": home.first_name,
        "fils": home.threads,
        "documents": [document_row(card) for card in home.documents],
        "derniere_lecture": history_row(home.last_reading, reader_id=request.actor.id) if home.last_reading else None,
    }
    return usager_page(request, "usager/accueil.html", context, section="accueil", unread=home.unread)
