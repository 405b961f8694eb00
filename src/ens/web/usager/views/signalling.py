"""A conversation reported to the support."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ens.messaging import services as messaging
from ens.messaging.errors import TooManySignals
from ens.messaging.signals import SignalReason
from ens.web.common.words import typeset
from ens.web.usager.message_forms import SignalForm
from ens.web.usager.pages import usager_page


@require_http_methods(["GET", "HEAD", "POST"])
def signaler(request: HttpRequest, thread_id: UUID) -> HttpResponse:
    """What the support will see is said before it is sent."""
    form = SignalForm(request.POST or None)
    status, refused = 422 if request.method == "POST" else 200, ""
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            reason, words = SignalReason(said["motif"]), said["mots"].strip()
            messaging.signal(thread_id, reason, words, ends=said["finir"], by=request.actor)
        except TooManySignals as error:
            status, refused = 429, typeset(error.sentence)
        else:
            announcements.success(request, _("Signalement envoyé au support. Merci."))
            return redirect("usager:fil", thread_id)
    writers = messaging.signallable(thread_id, by=request.actor)
    context = {"formulaire": form, "fil_id": thread_id, "ecrivent": writers, "refus": refused}
    return usager_page(request, "usager/messages/signaler.html", context, section="messages", status=status)
