"""Activation, in four steps: who you are, how to reach you, your account, your first choices.

What was proved is in the web session for half an hour, as opaque ids; what was typed is sealed by the services. Going
back is always possible; a session that is lost begins again, without a word about why.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ens.enrolment.codes import Proof
from ens.identity import accounts
from ens.journeys import activation as journey
from ens.journeys.activation import Prospect
from ens.journeys.errors import CodeOfAnother
from ens.kernel.actor import ActorKind
from ens.kernel.errors import Absent, Conflict, EnsError
from ens.web.common import proof as proof_kept
from ens.web.common.errors import page_for
from ens.web.common.pages import page
from ens.web.common.security import with_camera
from ens.web.common.sessions import network_address, open_session
from ens.web.common.signing_forms import CodeForm
from ens.web.common.words import typeset
from ens.web.public.activation_forms import AccountForm, ContactsForm, IdentityForm, OneOfForm
from ens.web.public.signing_in import HOMES

STEPS = 4
OVER = (Absent, Conflict)  # the proof holds no more; a busy moment is said as such, and nothing is begun again


# -- what was proved ---------------------------------------------------------------------------------------------


def _again(request: HttpRequest) -> HttpResponseBase:
    proof_kept.forget(request)
    return redirect("/activation/?fin=recommencer")


def _nothing_proved(request: HttpRequest) -> HttpResponseBase:
    return _again(request) if proof_kept.held(request) is None else redirect("activation_personne")


def _shown(request: HttpRequest, template: str, step: int, context: dict[str, Any], status: int = 200) -> HttpResponse:
    return page(request, template, {"etape": step, "etapes": STEPS, **context}, status=status)


def _status(error: EnsError) -> int:
    found = page_for(error).status
    return found if found in (429, 503) else 422


# -- the steps -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "HEAD", "POST"])
def activation(request: HttpRequest) -> HttpResponseBase:
    """Who you are; proved already, the next step."""
    if request.method != "POST":
        if proof_kept.current(request) is not None:
            return redirect("activation_coordonnees")
        context = {"formulaire": IdentityForm(), "recommencer": request.GET.get("fin") == "recommencer"}
        return with_camera(_shown(request, "public/activation/identite.html", 1, context))
    form = IdentityForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            found = journey.identify(form.claim(), address=network_address(request))
        except EnsError as error:
            form.add_error("code" if error.code == "code_provisoire_invalide" else None, typeset(error.sentence))
            status = _status(error)
        else:
            if found.twins:
                proof_kept.hold(request, found.proof, [found.proof.usager_id, *found.twins])
                return redirect("activation_personne")
            proof_kept.keep(request, found.proof)
            return redirect("activation_coordonnees")
    return with_camera(_shown(request, "public/activation/identite.html", 1, {"formulaire": form}, status))


@require_http_methods(["GET", "HEAD", "POST"])
def personne(request: HttpRequest) -> HttpResponseBase:
    """Several people of the card were born that day: which one. The answer is a place in the list kept here."""
    waiting = proof_kept.held(request)
    if waiting is None:  # chosen already, or it begins again
        return _again(request) if proof_kept.current(request) is None else redirect("activation_coordonnees")
    proof, people = waiting
    try:
        named = journey.names(proof, people)
    except OVER:
        return _again(request)
    form = OneOfForm([one.name for one in named], request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                journey.choose(proof, named[int(form.cleaned_data["personne"]) - 1].usager_id)
            except CodeOfAnother as error:
                form.add_error("personne", typeset(error.sentence))
            except OVER:
                return _again(request)
            else:
                proof_kept.keep(request, proof)
                return redirect("activation_coordonnees")
    return _shown(request, "public/activation/personne.html", 1, {"formulaire": form}, status)


def _of_an_adult(request: HttpRequest) -> tuple[Proof, Prospect] | HttpResponseBase:
    """Who goes on making an account; else the page that is theirs."""
    proof = proof_kept.current(request)
    if proof is None:
        return _nothing_proved(request)
    try:
        found = journey.prospect(proof)
    except OVER:
        return _again(request)
    if found.is_minor:
        return redirect("activation_enfant")
    if found.has_account:
        proof_kept.forget(request)
        return _shown(request, "public/activation/deja.html", 1, {})
    return proof, found


@require_http_methods(["GET", "HEAD", "POST"])
def coordonnees(request: HttpRequest) -> HttpResponseBase:
    """How to reach you; shown in full, since the code proved who asks."""
    going_on = _of_an_adult(request)
    if not isinstance(going_on, tuple):
        return going_on
    proof, found = going_on
    form = ContactsForm(request.POST or None, initial={"email": found.email, "telephone": found.phone})
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                sent = journey.ask_contacts(proof, said["email"], said["telephone"])
            except EnsError as error:
                about_phone = error.code == "telephone_invalide"
                form.add_error("telephone" if about_phone else "email", typeset(error.sentence))
                status = _status(error)
            else:
                proof_kept.note(request, code=str(sent.code_id), a=sent.to, prouve=False)
                return redirect("activation_code")
    context = {"formulaire": form, "prenom": found.first_name}
    return _shown(request, "public/activation/coordonnees.html", 2, context, status)


@require_http_methods(["GET", "HEAD", "POST"])
def code(request: HttpRequest) -> HttpResponseBase:
    """The code sent to the e-mail."""
    proof, kept = proof_kept.current(request), proof_kept.facts_of(request)
    if proof is None:
        return _nothing_proved(request)
    if "code" not in kept:
        return redirect("activation_coordonnees")
    form = CodeForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                journey.prove_contacts(proof, UUID(kept["code"]), form.cleaned_data["code"])
            except EnsError as error:
                form.add_error("code", typeset(error.sentence))
                status = _status(error)
            else:
                proof_kept.note(request, prouve=True)
                return redirect("activation_compte")
    return _shown(request, "public/activation/code.html", 2, {"formulaire": form, "adresse": kept["a"]}, status)


@require_http_methods(["GET", "HEAD", "POST"])
def compte(request: HttpRequest) -> HttpResponseBase:
    """Identifier, password, terms: the account, and the space with it."""
    going_on = _of_an_adult(request)
    if not isinstance(going_on, tuple):
        return going_on
    proof, found = going_on
    if not proof_kept.facts_of(request).get("prouve"):
        return redirect("activation_coordonnees")
    form = AccountForm(request.POST if request.method == "POST" else None)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            said = form.cleaned_data
            try:
                made = journey.create_account(
                    proof, said["identifiant"], said["nouveau"], published=settings.ENS_TERMS_PUBLISHED.isoformat()
                )
            except EnsError as error:
                if error.code == "code_provisoire_utilise":
                    return _again(request)
                form.refuse(error)
            else:
                proof_kept.forget(request)
                open_session(request, made, typed_password=True)
                return redirect(HOMES[ActorKind.USAGER])
    context = {"formulaire": form, "propositions": accounts.suggest(found.first_name, found.last_name)}
    return _shown(request, "public/activation/compte.html", 3, context, status)


@require_http_methods(["GET", "HEAD", "POST"])
def enfant(request: HttpRequest) -> HttpResponseBase:
    """A child's space: shown by the account of their legal representative, who signs in first."""
    proof = proof_kept.current(request)
    if proof is None:
        return _nothing_proved(request)
    try:
        found = journey.prospect(proof)
    except OVER:
        return _again(request)
    if not found.is_minor:
        return redirect("activation_coordonnees")
    if found.is_held:
        return redirect("bienvenue")  # which says that someone looks at it
    signed_in = request.actor is not None and request.actor.kind is ActorKind.USAGER
    wrong = ""
    if request.method == "POST" and signed_in:
        if request.POST.get("representant") != "oui":
            wrong = _("Certifiez que vous êtes son représentant légal, ou arrêtez ici.")
        else:
            try:
                journey.attach_child(proof, request.user, by=request.actor)
            except EnsError as error:
                wrong = typeset(error.sentence)
            else:
                proof_kept.forget(request)
                announcements.success(
                    request, _("L’espace de %(name)s est dans votre compte.") % {"name": found.first_name}
                )
                return redirect("usager:profils")
    context = {"prenom": found.first_name, "connecte": signed_in, "erreur": wrong, "autre": found.may_dispute}
    return _shown(request, "public/activation/enfant.html", 2, context, 422 if wrong else 200)


@require_POST
def abandonner(request: HttpRequest) -> HttpResponseBase:
    """Forget what was proved; to begin again at once, when that is asked."""
    proof_kept.forget(request)
    return redirect("activation" if request.POST.get("suite") == "activation" else "accueil_public")
