"""``/bienvenue/``: what a letter or an e-mail leads to. A code and a birth date, then two equal choices.

No account is needed, and the address carries nothing: what was proved is in the session, for half an hour.
Source: FEATURES S005 to S009, S012, S013, S019, N002; the drawings 07a and 07b.
"""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from ens.enrolment import choosing, codes, screens
from ens.enrolment.codes import Proof
from ens.enrolment.errors import CodeMalformed, CodeRefused, CodeSpent, MoveNotAllowed
from ens.enrolment.screens import Step
from ens.enrolment.types import State
from ens.identity.errors import TooManyTries
from ens.journeys import new_code
from ens.notifications.errors import CodeJustSent
from ens.web.common import proof as proofs
from ens.web.common.files import file_response
from ens.web.common.pages import page
from ens.web.common.sessions import network_address
from ens.web.common.words import typeset
from ens.web.public import receipt
from ens.web.public.forms import LostCodeForm, ProvisionalCodeForm

# ``choix`` → what is done, and the screen it leads to.
CHOICES: dict[str, tuple[Callable[[Proof], None], Step]] = {
    "activer": (choosing.activate, Step.ACTIVATED),
    "opposer": (choosing.oppose, Step.OPPOSED),
    "fermer": (choosing.close, Step.CLOSED),
    "pas-representant": (choosing.disown, Step.NOT_REPRESENTATIVE),
    "desaccord": (choosing.dispute, Step.DISPUTED),
}
LEAVE = "quitter"  # the screen is left to someone else, or another letter's code comes next
_PAGES = {
    State.UNKNOWN: "public/bienvenue/choix.html",  # the letter is there before its printer's report of posting
    State.NOTICED: "public/bienvenue/choix.html",
    State.OPPOSED: "public/bienvenue/oppose.html",
    State.ACTIVATED: "public/bienvenue/ouvert.html",
    State.OPENED: "public/bienvenue/ouvert.html",
    State.CLOSED: "public/bienvenue/ferme.html",
}
_TO_VERIFY = "public/bienvenue/verification.html"


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def bienvenue(request: HttpRequest) -> HttpResponseBase:
    """The code; once proved, the choice; once chosen, where it stands, and how to change one's mind."""
    proof = proofs.current(request)
    if request.method != "POST":
        return _asked(request, ProvisionalCodeForm()) if proof is None else _standing(request, proof)
    if "choix" not in request.POST:
        return _prove(request)
    if request.POST["choix"] == LEAVE:
        proofs.forget(request)
        return redirect("bienvenue")
    return redirect(_again("temps")) if proof is None else _choose(request, proof)


def _again(why: str) -> str:
    return f"{reverse('bienvenue')}?fin={why}"


def _asked(request: HttpRequest, form: ProvisionalCodeForm, status: int = 200) -> HttpResponse:
    if request.method == "GET":
        screens.reached(Step.CODE)
    context = {"formulaire": form, "recommencer": request.GET.get("fin", "")}
    return page(request, "public/bienvenue/code.html", context, status=status)


def _prove(request: HttpRequest) -> HttpResponseBase:
    form = ProvisionalCodeForm(request.POST)
    if not form.is_valid():
        return _asked(request, form, 422)
    said = form.cleaned_data
    try:
        proof = codes.prove(said["code"], said["naissance"], address=network_address(request))
    except CodeMalformed as error:
        form.add_error("code", typeset(error.sentence))
        return _asked(request, form, 422)
    except CodeRefused:
        screens.reached(Step.REFUSED)
        form.add_error(None, _("Ce code et cette date ne vont pas ensemble, ou le code n’est plus valable."))
        return _asked(request, form, 422)
    except TooManyTries as error:
        form.add_error(None, typeset(error.sentence))
        return _asked(request, form, 429)
    proofs.keep(request, proof)
    return redirect("bienvenue")


def _choose(request: HttpRequest, proof: Proof) -> HttpResponseBase:
    found = CHOICES.get(request.POST["choix"])
    if found is None:
        return redirect("bienvenue")
    act, step = found
    try:
        act(proof)
    except CodeSpent:
        proofs.forget(request)
        return redirect(_again("code"))
    except MoveNotAllowed:  # it is not where the page showed it any more: the page of where it stands says so
        return redirect(reverse("bienvenue") + "?suite=change")
    screens.reached(step, proof.channel)
    if step is Step.ACTIVATED and (address := _activation()):
        return redirect(address)
    return redirect("bienvenue")


def _activation() -> str:
    """Where an account is made; nothing where accounts are made elsewhere."""
    try:
        return reverse("activation")
    except NoReverseMatch:
        return ""


def _standing(request: HttpRequest, proof: Proof) -> HttpResponseBase:
    try:
        found = choosing.standing(proof)
    except CodeSpent:
        proofs.forget(request)
        return redirect(_again("code"))
    is_held = found.is_frozen and not found.state.is_open
    shown = _TO_VERIFY if is_held else _PAGES.get(found.state, _TO_VERIFY)
    if found.state in (State.UNKNOWN, State.NOTICED) and request.method == "GET":
        screens.reached(Step.CHOICE, proof.channel)
    context = {
        "ou": found,
        "preuve": proof,
        "activation": "" if found.has_account else _activation(),
        "changement": request.GET.get("suite") == "change",
        "delai": settings.ENS_OPPOSITION_DAYS,
    }
    return page(request, shown, context)


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def nouveau_code(request: HttpRequest) -> HttpResponseBase:
    """Another code, by e-mail: one answer whoever asks (S014, N007)."""
    form = LostCodeForm(request.POST or None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                new_code.ask(
                    said["matricule"],
                    said["naissance"],
                    address=network_address(request),
                    large_print=said["gros"],
                )
            except (CodeJustSent, TooManyTries) as error:
                form.add_error(None, typeset(error.sentence))
                status = 429
            else:
                screens.reached(Step.ASKED_CODE)
                return redirect(reverse("nouveau_code") + "?suite=demande")
    context = {"formulaire": form, "demande": request.GET.get("suite") == "demande" and request.method != "POST"}
    return page(request, "public/bienvenue/nouveau_code.html", context, status=status)


@never_cache
@require_safe
def recepisse(request: HttpRequest) -> HttpResponse:
    """The dated receipt of the opposition that holds, the same each time (N013)."""
    proof = proofs.current(request)
    found = None
    if proof is not None:
        try:
            found = choosing.opposition(proof)
        except CodeSpent:
            proofs.forget(request)
    if found is None:
        raise Http404
    return file_response(receipt.of_opposition(found))
