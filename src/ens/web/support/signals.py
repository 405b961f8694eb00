"""What usagers reported of their mailbox: why, and who wrote; never a message."""

from __future__ import annotations

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from ens.messaging import services as messaging
from ens.web.common.pages import page
from ens.web.support.words import SIGNALS


@require_http_methods(["GET", "HEAD", "POST"])
def signalements(request: HttpRequest) -> HttpResponse:
    """Those that wait; one of them, read, is in the history of whose it is."""
    opened = None
    if request.method == "POST":
        try:
            wanted = UUID(request.POST.get("signalement", ""))
        except ValueError as error:
            raise Http404 from error
        opened = messaging.read_signal(wanted, by=request.actor)
    cards = [{"carte": card, "motif": SIGNALS[card.reason]} for card in messaging.waiting()]
    context = {"lignes": cards, "ouvert": opened, "motif": SIGNALS[opened.reason] if opened else ""}
    return page(request, "support/signalements.html", context)
