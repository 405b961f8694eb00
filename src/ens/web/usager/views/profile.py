"""The medical profile: its rubrics, what is written in them, its synthesis."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from django.contrib import messages as announcements
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ens.journeys.openings import opening
from ens.kernel.errors import Conflict
from ens.record.errors import ProfileAnswersInvalid
from ens.record.profile import services as profile
from ens.record.profile import synthesis
from ens.record.profile.rubrics import BY_SLUG, Rubric
from ens.record.profile.types import Item, RubricState
from ens.web.common.files import file_response
from ens.web.common.words import typeset
from ens.web.usager.pages import usager_page
from ens.web.usager.profile_forms import RubricForm, SynthesisForm, rubric_form
from ens.web.usager.views.soon import soon

Page = Callable[..., HttpResponse]


def once_open(view: Page) -> Page:
    """Before the day the profile opens where they live, its pages say which day (S124)."""

    @wraps(view)
    def seen(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        found = opening(request.usager_id, "profil", by=request.actor)
        if found.is_open:
            return view(request, *args, **kwargs)
        coming = _("Vous pourrez y noter vos allergies, vos traitements et vos maladies.")
        return soon(request, "profil", _("Profil médical"), coming, found.day)

    return seen


def _rubric(slug: str) -> Rubric:
    if slug not in BY_SLUG:
        raise Http404
    return BY_SLUG[slug]


@require_safe
@once_open
def detail(request: HttpRequest) -> HttpResponse:
    """What waits for an answer first, then what was answered; beside it, the synthesis."""
    found = profile.profile(request.usager_id, by=request.actor)
    context = {
        "a_completer": [_row(one) for one in found.waiting],
        "renseignees": [_row(one) for one in found.answered],
        "pas": [True] * len(found.answered) + [False] * len(found.waiting),
        "deposee": found.filed,
    }
    return usager_page(request, "usager/profil/detail.html", context, section="profil")


def _row(state: RubricState) -> dict[str, Any]:
    return {"etat": state, "rubrique": state.rubric, "nom": state.rubric.label, "dit": typeset(state.rubric.promise)}


@require_safe
@once_open
def rubrique(request: HttpRequest, slug: str) -> HttpResponse:
    """What was written in a rubric, and how to add to it."""
    which = _rubric(slug)
    found = profile.rubric(request.usager_id, which.code, by=request.actor)
    context = {"sujet": which, "etat": found.state, "elements": [_item_row(one) for one in found.items]}
    return usager_page(request, "usager/profil/rubrique.html", context, section="profil")


def _item_row(item: Item) -> dict[str, Any]:
    return {"element": item, "faits": [typeset(fact) for fact in item.facts]}


@require_POST
@once_open
def non_concerne(request: HttpRequest, slug: str) -> HttpResponse:
    """Answer « non concerné », or take that answer back."""
    which = _rubric(slug)
    if request.POST.get("reponse") == "reprendre":
        profile.take_back_unconcerned(request.usager_id, which.code, by=request.actor)
        announcements.success(request, _("Réponse retirée."))
        return redirect("usager:rubrique", which.slug)
    try:
        profile.say_unconcerned(request.usager_id, which.code, by=request.actor)
    except Conflict as error:
        announcements.error(request, typeset(error.sentence))
        return redirect("usager:rubrique", which.slug)
    announcements.success(request, _("%(rubrique)s : réponse enregistrée.") % {"rubrique": which.label})
    return redirect("usager:profil")


@require_http_methods(["GET", "HEAD", "POST"])
@once_open
def ajouter(request: HttpRequest, slug: str) -> HttpResponse:
    """Write something in a rubric; what was typed is kept when something is wrong."""
    which = _rubric(slug)
    form = rubric_form(which, _posted(request))

    def write() -> None:
        token = form.cleaned_data["jeton"]
        profile.add(request.usager_id, which.code, form.typed(), token=token, by=request.actor)

    if request.method == "POST" and _is_done(form, write):
        announcements.success(request, _("Ajouté à votre profil médical."))
        return redirect("usager:rubrique", which.slug)
    return _form_page(request, form, which, None)


@require_http_methods(["GET", "HEAD", "POST"])
@once_open
def element(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """Read and change something written, or take it away."""
    found = profile.item(item_id, by=request.actor)
    form = rubric_form(found.rubric, _posted(request), item=found)

    def write() -> None:
        profile.change(item_id, form.cleaned_data["version"], form.typed(), by=request.actor)

    if request.method == "POST" and _is_done(form, write):
        announcements.success(request, _("Modification enregistrée."))
        return redirect("usager:rubrique", found.rubric.slug)
    return _form_page(request, form, found.rubric, found)


def _posted(request: HttpRequest) -> Any:
    """What was sent, were it nothing."""
    return request.POST if request.method == "POST" else None


def _is_done(form: RubricForm, write: Callable[[], None]) -> bool:
    """What the service refuses is said beside its question."""
    if not form.is_valid():
        return False
    try:
        write()
    except ProfileAnswersInvalid as error:
        form.refuse(error)
    except Conflict as error:
        form.add_error(None, typeset(error.sentence))
    return form.is_valid()


def _form_page(request: HttpRequest, form: RubricForm, which: Rubric, item: Item | None) -> HttpResponse:
    context = {"formulaire": form, "champs": form.asked(), "sujet": which, "element": item}
    status = 422 if form.is_bound else 200
    return usager_page(request, "usager/profil/formulaire.html", context, section="profil", status=status)


@require_POST
@once_open
def supprimer(request: HttpRequest, item_id: UUID) -> HttpResponse:
    """What the page showed: changed since, it stays, and is shown again."""
    said = request.POST.get("version", "")
    try:
        which = profile.remove(item_id, int(said) if said.isdecimal() else 0, by=request.actor)
    except Conflict as error:
        announcements.error(request, typeset(error.sentence))
        return redirect("usager:element", item_id)
    announcements.success(request, _("Supprimé de votre profil médical."))
    return redirect("usager:rubrique", which.slug)


@require_http_methods(["GET", "HEAD", "POST"])
@once_open
def synthese(request: HttpRequest) -> HttpResponse:
    """Choose what it holds, then keep it, or file it for the professionals one authorises."""
    found = profile.profile(request.usager_id, by=request.actor)
    form = SynthesisForm(found.answered, _posted(request))
    if request.method == "POST" and form.is_valid():
        chosen, token = form.cleaned_data["rubriques"], form.cleaned_data["jeton"]
        try:
            if request.POST.get("acte") == "telecharger":
                return file_response(synthesis.synthesis(request.usager_id, chosen, by=request.actor))
            filed = synthesis.file_synthesis(request.usager_id, chosen, token=token, by=request.actor)
        except Conflict as error:
            form.add_error(None, typeset(error.sentence))
        else:
            announcements.success(request, _("Synthèse enregistrée dans vos documents."))
            return redirect("usager:document", filed)
    context = {"formulaire": form, "renseignees": found.answered, "deposee": found.filed}
    status = 422 if form.is_bound else 200
    return usager_page(request, "usager/profil/synthese.html", context, section="profil", status=status)
