"""A call: who is speaking, where they stand, what they ask; then the call is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ens.enrolment.errors import MoveNotAllowed
from ens.identity.errors import EmailMalformed, TooManyTries
from ens.journeys import assistance
from ens.journeys.assistance import ProofTrait
from ens.journeys.errors import NoAddressForCode, PersonNotProved
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.web.common import words
from ens.web.common.pages import page
from ens.web.support.forms import AddressForm, ProofForm, SaidForm
from ens.web.support.words import STAGES, STATES

CALLER = "ens_appel"  # in the session: who proved who they are, and when (technical time)


@require_http_methods(["GET", "HEAD", "POST"])
def recherche(request: HttpRequest) -> HttpResponse:
    """The questions to ask. A proof that fails and a person unknown: one sentence."""
    if request.method != "POST":
        return page(request, "support/recherche.html", {"formulaire": ProofForm(), "appel": _caller(request)})
    request.session.pop(CALLER, None)
    form = ProofForm(request.POST)
    if form.is_valid():
        said = form.cleaned_data
        try:
            usager_id = assistance.prove(
                said["matricule"], said["naissance"], ProofTrait(said["trait"]), said["reponse"], by=request.actor
            )
        except (PersonNotProved, TooManyTries) as error:
            form.add_error(None, words.typeset(error.sentence))
        else:
            request.session[CALLER] = {"personne": str(usager_id), "depuis": int(time.time())}
            return redirect("support:personne")
    return page(request, "support/recherche.html", {"formulaire": form}, status=422)


@require_safe
def personne(request: HttpRequest) -> HttpResponse:
    """Where the person of this call stands."""
    usager_id = _caller(request)
    if usager_id is None:
        return redirect("support:recherche")
    return _shown(request, usager_id)


@require_POST
def opposition(request: HttpRequest) -> HttpResponse:
    return _asked(request, assistance.oppose, _("Opposition enregistrée. La personne la verra dans son historique."))


@require_POST
def changement(request: HttpRequest) -> HttpResponse:
    return _asked(request, assistance.change_mind, _("Changement enregistré : l’espace s’ouvrira à l’échéance."))


@require_POST
def code(request: HttpRequest) -> HttpResponse:
    def send(usager_id: UUID, *, by: Actor) -> str:
        letter_from = assistance.send_code(usager_id, by=by).letter_from
        if letter_from is not None and letter_from > clock.today():
            return _(
                "La dernière lettre peut encore arriver. Si la personne n’a pas choisi d’ici au %(day)s, une nouvelle "
                "partira, avec un nouveau code et un nouveau délai."
            ) % {"day": words.day(letter_from)}
        if letter_from is not None:
            return _("La personne recevra une nouvelle lettre, avec un nouveau code et un nouveau délai.")
        return _("Nouveau code envoyé à l’adresse e-mail connue. Le précédent ne sert plus.")

    return _asked(request, send, "")


@require_POST
def adresse(request: HttpRequest) -> HttpResponse:
    """The e-mail of someone who came of age, once they showed who they are."""
    usager_id = _caller(request)
    if usager_id is None:
        return redirect("support:recherche")
    form = AddressForm(request.POST)
    if not form.is_valid():
        return _shown(request, usager_id, address=form, status=422)
    try:
        assistance.give_address(usager_id, form.cleaned_data["email"], by=request.actor)
    except (MoveNotAllowed, NoAddressForCode, EmailMalformed) as error:
        form.add_error(None if isinstance(error, MoveNotAllowed) else "email", words.typeset(error.sentence))
        return _shown(request, usager_id, address=form, status=409)
    announcements.success(request, _("Adresse enregistrée. Vous pouvez maintenant envoyer un code."))
    return redirect("support:personne")


@require_POST
def courriers(request: HttpRequest) -> HttpResponse:
    """Letters in large print, or as usual again."""
    wanted = request.POST.get("gros") == "oui"

    def settle(usager_id: UUID, *, by: Actor) -> str:
        if assistance.set_large_print(usager_id, wanted, by=by):
            return _(
                "Les courriers de la personne viendront en gros caractères. Une nouvelle lettre part, avec un nouveau "
                "code et un nouveau délai."
            )
        if wanted:
            return _("Les courriers de la personne viendront en gros caractères.")
        return _("Les courriers de la personne viendront en caractères ordinaires.")

    return _asked(request, settle, "")


@require_POST
def terminer(request: HttpRequest) -> HttpResponse:
    """The call is over: nothing of it stays in the session."""
    request.session.pop(CALLER, None)
    announcements.success(request, _("Appel terminé."))
    return redirect("support:recherche")


def _asked(request: HttpRequest, act: Callable[..., object], done: str) -> HttpResponse:
    """An act that the person of this call asks for."""
    usager_id = _caller(request)
    if usager_id is None:
        return redirect("support:recherche")
    form = SaidForm(request.POST)
    if not form.is_valid():
        return _shown(request, usager_id, form, status=422)
    try:
        said = act(usager_id, by=request.actor)
    except (MoveNotAllowed, NoAddressForCode) as error:
        form.add_error(None, words.typeset(error.sentence))
        return _shown(request, usager_id, form, status=409)
    announcements.success(request, done or str(said))
    return redirect("support:personne")


def _shown(
    request: HttpRequest,
    usager_id: UUID,
    form: SaidForm | None = None,
    *,
    address: AddressForm | None = None,
    status: int = 200,
) -> HttpResponse:
    found = assistance.look(usager_id, by=request.actor)
    context = {
        "personne_aidee": found,
        "etat": STATES[found.state],
        "etapes": [(STAGES[one.kind], one) for one in reversed(found.stages)],
        "formulaire": form or SaidForm(),
        "nouvelle_adresse": address or AddressForm(),
        "minutes": max(1, _left(request) // 60),
    }
    return page(request, "support/personne.html", context, status=status)


def _left(request: HttpRequest) -> int:
    """Seconds that the proof still lasts; technical time, like the session's."""
    kept = request.session.get(CALLER) or {}
    return int(kept.get("depuis", 0)) + int(assistance.proof_lasts().total_seconds()) - int(time.time())


def _caller(request: HttpRequest) -> UUID | None:
    """Who proved who they are in this call, while the proof lasts."""
    kept = request.session.get(CALLER)
    if kept is None:
        return None
    if _left(request) <= 0:
        del request.session[CALLER]
        announcements.info(request, _("La preuve d’identité a expiré. Reposez les questions."))
        return None
    return UUID(kept["personne"])
