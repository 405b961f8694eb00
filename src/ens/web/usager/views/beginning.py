"""A new message: to who wrote and wants answers, to a pharmacy of the directory when that is allowed."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ens.kernel.errors import Conflict, Malformed, Refused
from ens.messaging import services as messaging
from ens.web.common.words import size, typeset
from ens.web.usager.forms import BeginForm
from ens.web.usager.pages import usager_page


@require_http_methods(["GET", "HEAD", "POST"])
def nouveau(request: HttpRequest) -> HttpResponse:
    """Write it; what was typed is kept when something is wrong."""
    given = request.POST if request.method == "POST" else request.GET
    looked_for = given.get("pharmacie", "").strip()[:100]
    offered = messaging.contacts(request.usager_id, looked_for, by=request.actor)
    form, status = BeginForm(offered, initial={"pharmacie": looked_for}), 200
    if request.method == "POST":
        form, status = BeginForm(offered, request.POST, request.FILES), 422
        if form.is_valid():
            try:
                thread_id = messaging.begin(request.usager_id, form.beginning(), by=request.actor)
            except (Malformed, Conflict, Refused) as error:
                form.add_error(None, typeset(error.sentence))
            else:
                announcements.success(request, _("Message envoyé."))
                return redirect("usager:fil", thread_id)
    context = {
        "formulaire": form,
        "offerts": offered,
        "pharmacie": looked_for,
        "limite": settings.ENS_UPLOAD_MAX_BYTES,
        "limite_dite": size(settings.ENS_UPLOAD_MAX_BYTES),
    }
    return usager_page(request, "usager/messages/nouveau.html", context, section="messages", status=status)
