"""Settings and the menu of small screens."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ens.identity import services as identity
from ens.kernel.errors import Malformed
from ens.web.common.words import typeset
from ens.web.usager.contact import contact_of
from ens.web.usager.forms import EmailForm
from ens.web.usager.pages import usager_page


@require_http_methods(["GET", "HEAD", "POST"])
def parametres(request: HttpRequest) -> HttpResponse:
    """The e-mail of notices, the mail address, the session."""
    contact = contact_of(request.usager_id, by=request.actor)
    form = EmailForm(request.POST) if request.method == "POST" else EmailForm(initial={"email": contact.email})
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                identity.change_email(request.usager_id, form.cleaned_data["email"], by=request.actor)
            except Malformed as error:
                form.add_error("email", typeset(error.sentence))
            else:
                announcements.success(request, _("Adresse e-mail enregistrée."))
                return redirect("usager:parametres")
        status = 422
    context = {
        "formulaire": form,
        "adresse_mail": contact.mail_address,
        "inactivite": settings.ENS_SESSION_IDLE_MINUTES,
    }
    return usager_page(request, "usager/parametres.html", context, section="parametres", status=status)


@require_safe
def menu(request: HttpRequest) -> HttpResponse:
    """Everything the bottom bar of a phone has no room for."""
    return usager_page(request, "usager/menu.html", section="menu")
