"""Signing in: identifier and password, then a code; or a passkey."""

from __future__ import annotations

import json
import time
from typing import Any
from uuid import UUID

from django.contrib import messages as announcements
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ens.identity import accounts, factors
from ens.identity.errors import PasskeyRefused, SignInRefused
from ens.identity.ports import identity_provider
from ens.journeys import signing_in as journey
from ens.kernel.actor import ActorKind
from ens.kernel.errors import EnsError
from ens.notifications.errors import CodeJustSent
from ens.web.common.errors import page_for
from ens.web.common.pages import page
from ens.web.common.sessions import network_address, open_session, place_to_come_back_to
from ens.web.common.signing_forms import ApplicationCodeForm, CodeForm, SignInForm
from ens.web.common.words import typeset

HOMES = {
    ActorKind.USAGER: "usager:accueil",
    ActorKind.PROFESSIONNEL: "/pro/",
    ActorKind.PILOTAGE: "/pilotage/",
    ActorKind.SUPPORT: "/support/",
}
DEMONSTRATION_DOOR = "/demonstration/"  # its addresses exist in the demonstration only
PENDING = "ens_attente"  # the password was right: what is awaited, and until when
PENDING_SECONDS = 15 * 60
PASSKEY = "ens_cle"  # what the device was asked


@require_http_methods(["GET", "HEAD", "POST"])
def connexion(request: HttpRequest) -> HttpResponseBase:
    """Identifier and password. Someone signed in is sent to their home."""
    home = HOMES.get(request.actor.kind) if request.actor is not None else None
    if home is not None:
        return redirect(home)
    if request.method != "POST":
        return _door(request, SignInForm(initial={"suite": request.GET.get("suite", "")}))
    form = SignInForm(request.POST)
    if not form.is_valid():
        return _door(request, form, status=422)
    said = form.cleaned_data
    try:
        compte = accounts.authenticate(said["identifiant"], said["mot_de_passe"], address=network_address(request))
        return _await_second_factor(request, compte, said["suite"])
    except EnsError as error:
        form.add_error(None, typeset(error.sentence))
        return _door(request, form, status=_status(error))


def _status(error: EnsError) -> int:
    return 429 if page_for(error).status == 429 else 422


def _door(request: HttpRequest, form: SignInForm, *, status: int = 200) -> HttpResponse:
    context = {
        "formulaire": form,
        "fin_inactivite": request.GET.get("fin") == "inactivite",
        "recommencer": request.GET.get("fin") == "recommencer",
        "porte_demonstration": DEMONSTRATION_DOOR,
        "cles_possibles": factors.passkeys_possible(),
        "fournisseur": identity_provider(),
    }
    return page(request, "public/connexion.html", context, status=status)


def _await_second_factor(request: HttpRequest, compte: Any, suite: str) -> HttpResponseBase:
    pending = {"compte": str(compte.id), "le": int(time.time()), "suite": place_to_come_back_to(suite)}
    if journey.second_factor(compte) == journey.EMAIL:
        sent = _send(compte, request.session.get(PENDING))
        pending |= {"code": str(sent[0]), "a": sent[1]}
    request.session.cycle_key()
    request.session[PENDING] = pending
    return redirect("connexion_code")


def _send(compte: Any, former: dict[str, Any] | None) -> tuple[UUID, str]:
    """A code that just left for this very sign-in, begun again, is still the good one."""
    try:
        sent = journey.send_code(compte)
    except CodeJustSent:
        if former and former.get("compte") == str(compte.id) and "code" in former:
            return UUID(former["code"]), former["a"]
        raise
    return sent.code_id, sent.to


def _pending(request: HttpRequest) -> tuple[dict[str, Any], Any] | None:
    """What is awaited and of whom; None once it is over."""
    pending = request.session.get(PENDING)
    if not pending or time.time() - pending["le"] > PENDING_SECONDS:
        return None
    compte = accounts.by_id(UUID(pending["compte"]))
    return (pending, compte) if compte is not None else None


def _again(request: HttpRequest) -> HttpResponseBase:
    request.session.pop(PENDING, None)
    return redirect("/connexion/?fin=recommencer")


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponseBase:
    """The second proof."""
    found = _pending(request)
    if found is None:
        return _again(request)
    pending, compte = found
    by_email = "code" in pending
    kind = CodeForm if by_email else ApplicationCodeForm
    form = kind(request.POST) if request.method == "POST" else kind()
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                way = _prove(compte, pending, form.cleaned_data["code"])
            except EnsError as error:
                form.add_error("code", typeset(error.sentence))
                status = _status(error)
            else:
                return enter(request, compte, way=f"mot de passe, {way}", suite=pending["suite"], typed_password=True)
    context = {"formulaire": form, "par_email": by_email, "adresse": pending.get("a", "")}
    return page(request, "public/connexion_code.html", context, status=status)


def _prove(compte: Any, pending: dict[str, Any], typed: str) -> str:
    if "code" in pending:
        journey.check_code(compte, UUID(pending["code"]), typed)
        return "e-mail"
    return factors.check_code(compte, typed)


@require_POST
def renvoyer(request: HttpRequest) -> HttpResponseBase:
    """Another code by e-mail."""
    found = _pending(request)
    if found is None or "code" not in found[0]:
        return _again(request)
    pending, compte = found
    try:
        sent = journey.send_code(compte)
    except EnsError as error:
        announcements.warning(request, typeset(error.sentence))
    else:
        request.session[PENDING] = pending | {"code": str(sent.code_id), "a": sent.to}
        announcements.success(request, _("Un nouveau code est parti. Le précédent ne sert plus."))
    return redirect("connexion_code")


def enter(
    request: HttpRequest, compte: Any, *, way: str, suite: str = "", typed_password: bool = False
) -> HttpResponseBase:
    """Their history tells the sign-in, then the session opens: without the first, not the second."""
    journey.note_sign_in(compte, way=way)
    open_session(request, compte, typed_password=typed_password)
    if compte.role:  # of the service: their home, whatever page was asked for before
        return redirect(HOMES[ActorKind(compte.role)])
    if not suite and not journey.has_open_space(compte):
        return redirect("usager:profils")  # a parent may have no space of theirs (N033)
    return redirect(suite or HOMES[ActorKind.USAGER])


# -- passkeys ------------------------------------------------------------------------------------------------


@require_POST
def question_cle(request: HttpRequest) -> HttpResponse:
    """What the device is asked to sign."""
    if not factors.passkeys_possible():
        raise Http404
    options, state = factors.begin_sign_in()
    request.session[PASSKEY] = state
    return JsonResponse(options, headers={"Cache-Control": "no-store"})


@require_POST
def cle(request: HttpRequest) -> HttpResponseBase:
    """The device's answer."""
    state = request.session.pop(PASSKEY, None)
    try:
        if state is None:
            raise PasskeyRefused()
        compte = factors.sign_in_with_passkey(state, parsed(request.POST.get("reponse", "")))
        return enter(
            request, compte, way="clé d'accès", suite=place_to_come_back_to(request.POST.get("suite", "")),
            typed_password=True,
        )  # fmt: skip
    except (PasskeyRefused, SignInRefused) as error:
        announcements.error(request, typeset(error.sentence))
        return redirect("connexion")


def parsed(text: str) -> dict[str, Any]:
    """JSON that a script of ours put in a field. Errors: PasskeyRefused."""
    try:
        answer = json.loads(text[:20_000])
    except ValueError as error:
        raise PasskeyRefused() from error
    if not isinstance(answer, dict):
        raise PasskeyRefused()
    return answer
