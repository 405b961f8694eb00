"""« Connexion et sécurité »: password, second proofs, passkeys, devices; the codes that prove a new e-mail."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import segno
from django.conf import settings
from django.contrib import messages as announcements
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ens.enrolment.errors import SpaceAbsent
from ens.identity import accounts, factors, federation, websessions
from ens.identity.errors import PasskeyRefused
from ens.identity.ports import identity_provider
from ens.journeys import accounts as journey
from ens.journeys import federation as federations
from ens.journeys import signing_in
from ens.kernel.errors import EnsError
from ens.messaging import services as messaging
from ens.web.common.federation import TIE, ask
from ens.web.common.sessions import is_proved, keep_session, note_proof, place_to_come_back_to
from ens.web.common.signing_forms import ChangePasswordForm, CodeForm, OwnPasswordForm, PasskeyForm, PhoneForm
from ens.web.common.words import typeset
from ens.web.usager.pages import usager_page

WAITED = "ens_preuve_"  # + what a code will prove: its id and the masked address it went to
PASSKEY = "ens_nouvelle_cle"
View = Callable[..., HttpResponseBase]


def proved_lately(view: View) -> View:
    """Ask for the password again when it was typed too long ago in this session."""

    @wraps(view)
    def asked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if is_proved(request):
            return view(request, *args, **kwargs)
        back = request.path if request.method in ("GET", "HEAD") else reverse("usager:securite")
        return redirect(f"{reverse('usager:prouver')}?{urlencode({'suite': back})}")

    return asked


def _page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """Of the account, which may outlive the space: without an open one, nothing is unread."""
    try:
        unread = messaging.unread_count(request.usager_id, by=request.actor)
    except SpaceAbsent:
        unread = 0
    return usager_page(request, template, context, section="parametres", unread=unread, status=status)


@require_safe
def detail(request: HttpRequest) -> HttpResponse:
    """What opens the account, and where it is open."""
    compte = request.user
    context = {
        "compte": compte,
        "a_mot_de_passe": compte.has_usable_password(),
        "application": factors.has_application(compte),
        "secours": factors.recovery_codes_left(compte),
        "cles": factors.passkeys(compte),
        "cles_possibles": factors.passkeys_possible(),
        "sessions": websessions.of(compte, request.session.session_key),
        "inactivite": settings.ENS_SESSION_IDLE_MINUTES,
        "fournisseur": identity_provider(),
        "liens": federation.ties(compte),
    }
    return _page(request, "usager/securite/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
def prouver(request: HttpRequest) -> HttpResponseBase:
    """The password, before what matters."""
    form = OwnPasswordForm(request.POST or None, initial={"suite": request.GET.get("suite", "")})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                accounts.check_own_password(request.user, form.cleaned_data["actuel"])
            except EnsError as error:
                wrong = error.code == "connexion_refusee"
                form.add_error("actuel", _("Ce n’est pas votre mot de passe.") if wrong else typeset(error.sentence))
            else:
                note_proof(request)
                return redirect(place_to_come_back_to(form.cleaned_data["suite"]) or "usager:securite")
    return _page(request, "usager/securite/prouver.html", {"formulaire": form}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def mot_de_passe(request: HttpRequest) -> HttpResponseBase:
    if not request.user.has_usable_password():
        raise Http404
    form = ChangePasswordForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                journey.change_password(request.user, said["actuel"], said["nouveau"], by=request.actor)
            except EnsError as error:
                form.refuse(error)
            else:
                keep_session(request, request.user)
                journey.close_sessions(request.user, None, request.session.session_key, by=request.actor)
                announcements.success(request, _("Mot de passe changé. Vos autres appareils sont déconnectés."))
                return redirect("usager:securite")
    return _page(request, "usager/securite/mot_de_passe.html", {"formulaire": form}, status=status)


# -- e-mail and telephone: a code, then the change ----------------------------------------------------------


def wait_for_code(request: HttpRequest, what: str, sent: signing_in.Sent) -> HttpResponseBase:
    """The code left: ask for it."""
    request.session[WAITED + what] = {
        "code": str(sent.code_id), "a": sent.to, "usager": str(request.usager_id)
    }  # fmt: skip
    return redirect(f"usager:code_{what}")


@require_http_methods(["GET", "HEAD", "POST"])
@proved_lately
def telephone(request: HttpRequest) -> HttpResponseBase:
    form = PhoneForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                sent = journey.ask_phone(request.usager_id, form.cleaned_data["telephone"], by=request.actor)
            except EnsError as error:
                form.add_error("telephone", typeset(error.sentence))
            else:
                return wait_for_code(request, "telephone", sent)
    return _page(request, "usager/securite/telephone.html", {"formulaire": form}, status=status)


def code_email(request: HttpRequest) -> HttpResponseBase:
    """The code sent to the new address."""
    return _code(request, "email", journey.prove_email, _("Adresse e-mail enregistrée."))


def code_telephone(request: HttpRequest) -> HttpResponseBase:
    return _code(request, "telephone", journey.prove_phone, _("Numéro de téléphone enregistré."))


def _code(request: HttpRequest, what: str, prove: Callable[..., None], done: str) -> HttpResponseBase:
    waited = request.session.get(WAITED + what)
    if not waited or waited["usager"] != str(request.usager_id):
        return redirect("usager:parametres")
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                prove(request.usager_id, UUID(waited["code"]), form.cleaned_data["code"], by=request.actor)
            except EnsError as error:
                form.add_error("code", typeset(error.sentence))
            else:
                del request.session[WAITED + what]
                announcements.success(request, done)
                return redirect("usager:parametres")
    return _page(request, "usager/securite/code.html", {"formulaire": form, "adresse": waited["a"]}, status=status)


code_email = require_http_methods(["GET", "HEAD", "POST"])(code_email)
code_telephone = require_http_methods(["GET", "HEAD", "POST"])(code_telephone)


# -- the application that gives codes ------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@proved_lately
def application(request: HttpRequest) -> HttpResponseBase:
    """Its secret, as a QR code and in letters; then a code of it."""
    if factors.has_application(request.user):
        return redirect("usager:securite")
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                recovery = journey.confirm_application(request.user, form.cleaned_data["code"], by=request.actor)
            except EnsError as error:
                form.add_error("code", typeset(error.sentence))
            else:
                context = {"codes": recovery, "nouvelle_application": True}
                return _page(request, "usager/securite/codes_secours.html", context)
    secret = factors.prepare_application(request.user)
    address = factors.application_address(request.user, secret)
    context = {
        "formulaire": form,
        "secret": " ".join(secret[at : at + 4] for at in range(0, len(secret), 4)),
        "qr": segno.make(address, error="m").png_data_uri(scale=5, border=2),
    }
    return _page(request, "usager/securite/application.html", context, status=status)


@require_POST
@proved_lately
def retirer_application(request: HttpRequest) -> HttpResponseBase:
    if factors.has_application(request.user):
        journey.remove_application(request.user, by=request.actor)
        announcements.success(request, _("Application retirée. Un code vous sera envoyé par e-mail à la connexion."))
    return redirect("usager:securite")


@require_POST
@proved_lately
def codes_secours(request: HttpRequest) -> HttpResponseBase:
    """Ten new ones, shown this once."""
    if not factors.has_application(request.user):
        return redirect("usager:securite")
    codes = journey.renew_recovery_codes(request.user, by=request.actor)
    return _page(request, "usager/securite/codes_secours.html", {"codes": codes})


# -- passkeys --------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
@proved_lately
def cle(request: HttpRequest) -> HttpResponseBase:
    """Add one: the device is asked by the page's script, which fills the form."""
    if not factors.passkeys_possible():
        return redirect("usager:securite")
    form = PasskeyForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                state = request.session.pop(PASSKEY, None)
                journey.add_passkey(
                    request.user, state or {}, _parsed(form.cleaned_data["reponse"]), form.cleaned_data["nom"],
                    by=request.actor,
                )  # fmt: skip
            except PasskeyRefused:
                form.add_error(None, _("L’appareil n’a pas donné de clé. Recommencez, ou gardez votre mot de passe."))
            else:
                announcements.success(request, _("Clé d’accès ajoutée."))
                return redirect("usager:securite")
    return _page(request, "usager/securite/cle.html", {"formulaire": form}, status=status)


def _parsed(text: str) -> dict[str, Any]:
    try:
        answer = json.loads(text)
    except ValueError as error:
        raise PasskeyRefused() from error
    if not isinstance(answer, dict):
        raise PasskeyRefused()
    return answer


@require_POST
@proved_lately
def question_cle(request: HttpRequest) -> HttpResponseBase:
    if not factors.passkeys_possible():
        raise Http404
    options, state = factors.begin_passkey(request.user)
    request.session[PASSKEY] = state
    return JsonResponse(options)


@require_POST
@proved_lately
def retirer_cles(request: HttpRequest) -> HttpResponseBase:
    """One, or all (N017)."""
    journey.remove_passkeys(request.user, _chosen(request, "cle"), by=request.actor)
    announcements.success(request, _("C’est fait : la clé retirée n’ouvre plus votre compte."))
    return redirect("usager:securite")


@require_POST
def fermer_sessions(request: HttpRequest) -> HttpResponseBase:
    """One, or all the others (N017)."""
    closed = journey.close_sessions(
        request.user, _chosen(request, "session"), request.session.session_key, by=request.actor
    )
    if closed:
        announcements.success(request, _("C’est fait : l’appareil est déconnecté."))
    return redirect("usager:securite")


def _chosen(request: HttpRequest, name: str) -> UUID | None:
    """Which one; none named: all."""
    typed = request.POST.get(name, "")
    try:
        return UUID(typed) if typed else None
    except ValueError as error:
        raise Http404 from error


# -- the identity provider ------------------------------------------------------------------------------------


@require_POST
@proved_lately
def relier_identite(request: HttpRequest) -> HttpResponseBase:
    """To the provider, to have it open this account."""
    return ask(request, TIE)


@require_POST
@proved_lately
def delier_identite(request: HttpRequest) -> HttpResponseBase:
    federations.untie(request.user, request.POST.get("emetteur", ""), provider=settings.ENS_OIDC_NAME, by=request.actor)
    announcements.success(request, _("Cette identité n’ouvre plus votre compte."))
    return redirect("usager:securite")
