"""A forgotten identifier or password: what to do, then the steps. What was proved stays a quarter of an hour."""

from __future__ import annotations

import time
from typing import Any
from uuid import UUID

from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ens.journeys import recovery as journey
from ens.journeys.recovery import Card
from ens.kernel.errors import EnsError
from ens.web.common.errors import page_for
from ens.web.common.pages import page
from ens.web.common.security import with_camera
from ens.web.common.sessions import network_address
from ens.web.common.words import typeset
from ens.web.public.forms import CardForm, RecoveryForm, WhoForm

PENDING = "ens_oubli"
PENDING_SECONDS = 15 * 60


@require_safe
def oubli(request: HttpRequest) -> HttpResponse:
    """Which of the two was forgotten."""
    return page(request, "public/oubli/choix.html", {"recommencer": request.GET.get("fin") == "recommencer"})


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def identifiant(request: HttpRequest) -> HttpResponseBase:
    """The identifier, by e-mail: one answer whoever asks."""
    form = WhoForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                journey.ask_identifier(said["matricule"], said["naissance"], address=network_address(request))
            except EnsError as error:
                form.add_error(None, typeset(error.sentence))
                status = _status(error)
            else:
                return redirect(reverse("oubli_identifiant") + "?suite=demande")
    asked = request.GET.get("suite") == "demande" and request.method != "POST"
    return page(request, "public/oubli/identifiant.html", {"formulaire": form, "demande": asked}, status=status)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def mot_de_passe(request: HttpRequest) -> HttpResponseBase:
    """Step 1: the card."""
    form = CardForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                found = journey.identify(
                    Card(said["matricule"], said["carte"], said["naissance"]), address=network_address(request)
                )
            except EnsError as error:
                form.add_error(None, typeset(error.sentence))
                status = _status(error)
            else:
                request.session.cycle_key()
                _wait(request, found.usager_id, found.sent)
                return redirect("oubli_code")
    return with_camera(page(request, "public/oubli/mot_de_passe.html", {"formulaire": form}, status=status))


def _status(error: EnsError) -> int:
    answer = page_for(error).status
    return answer if answer in (429, 503) else 422


def _wait(request: HttpRequest, usager_id: UUID, sent: Any) -> None:
    request.session[PENDING] = {
        "usager": str(usager_id),
        "code": str(sent.code_id),
        "a": sent.to,
        "le": int(time.time()),
    }


def _pending(request: HttpRequest) -> dict[str, Any] | None:
    pending: dict[str, Any] | None = request.session.get(PENDING)
    return pending if pending and time.time() - pending["le"] < PENDING_SECONDS else None


def _again(request: HttpRequest) -> HttpResponseBase:
    request.session.pop(PENDING, None)
    return redirect(reverse("oubli") + "?fin=recommencer")


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponseBase:
    """Step 2: the code that was sent, and a new password."""
    pending = _pending(request)
    if pending is None:
        return _again(request)
    form = RecoveryForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                journey.change_password(UUID(pending["usager"]), UUID(pending["code"]), said["code"], said["nouveau"])
            except EnsError as error:
                status = _status(error)
                if error.code.startswith("mot_de_passe"):
                    form.refuse(error)
                else:
                    form.add_error("code", typeset(error.sentence))
            else:
                request.session.flush()
                announcements.success(request, _("Mot de passe changé. Connectez-vous avec le nouveau."))
                return redirect("connexion")
    context = {"formulaire": form, "adresse": pending["a"]}
    return page(request, "public/oubli/code.html", context, status=status)


@require_POST
def renvoyer(request: HttpRequest) -> HttpResponseBase:
    """Another code."""
    pending = _pending(request)
    if pending is None:
        return _again(request)
    try:
        sent = journey.send_again(UUID(pending["usager"]))
    except EnsError as error:
        announcements.warning(request, typeset(error.sentence))
    else:
        _wait(request, UUID(pending["usager"]), sent)
        announcements.success(request, _("Un nouveau code est parti. Le précédent ne sert plus."))
    return redirect("oubli_code")
