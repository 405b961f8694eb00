"""Settings and the menu of small screens."""

from __future__ import annotations

from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ens.journeys import accounts as journey
from ens.kernel.errors import EnsError
from ens.web.common.sessions import is_proved
from ens.web.common.words import typeset
from ens.web.usager.contact import contact_of
from ens.web.usager.forms import EmailForm
from ens.web.usager.pages import usager_page
from ens.web.usager.views.security import wait_for_code


@require_http_methods(["GET", "HEAD", "POST"])
def parametres(request: HttpRequest) -> HttpResponseBase:
    """The e-mail of notices, the mail address, the session."""
    contact = contact_of(request.usager_id, by=request.actor)
    form = EmailForm(request.POST) if request.method == "POST" else EmailForm(initial={"email": contact.email})
    status = 200
    if request.method == "POST":
        if not is_proved(request):
            return redirect(f"{reverse('usager:prouver')}?{urlencode({'suite': request.path})}")
        if form.is_valid():
            try:
                sent = journey.ask_email(request.usager_id, form.cleaned_data["email"], by=request.actor)
            except EnsError as error:
                form.add_error("email", typeset(error.sentence))
            else:
                return wait_for_code(request, "email", sent)
        status = 422
    context = {
        "formulaire": form,
        "adresse_mail": contact.mail_address,
        "telephone": contact.phone,
        "gros": contact.large_print,
        "inactivite": settings.ENS_SESSION_IDLE_MINUTES,
    }
    return usager_page(request, "usager/parametres.html", context, section="parametres", status=status)


@require_POST
def courriers(request: HttpRequest) -> HttpResponseBase:
    """Letters in large print, or as usual again."""
    wanted = request.POST.get("gros") == "oui"
    if journey.set_large_print(request.usager_id, wanted, by=request.actor):
        announcements.success(
            request,
            _("Les prochains courriers viendront en gros caractères.")
            if wanted
            else _("Les prochains courriers viendront en caractères ordinaires."),
        )
    return redirect("usager:parametres")


@require_safe
def menu(request: HttpRequest) -> HttpResponseBase:
    """Everything the bottom bar of a phone has no room for."""
    return usager_page(request, "usager/menu.html", section="menu")
