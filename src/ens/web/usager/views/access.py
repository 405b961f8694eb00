"""Who may read: the usager's choices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages as announcements
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ens import journeys
from ens.access import services
from ens.access.types import Choice
from ens.journeys import majority
from ens.kernel.errors import Absent, Conflict, Malformed
from ens.web.common.words import typeset
from ens.web.usager.forms import AuthoriseForm
from ens.web.usager.pages import usager_page
from ens.web.usager.rows import history_row
from ens.web.usager.views.choices import preference_rows


@require_safe
def detail(request: HttpRequest) -> HttpResponse:
    """Authorised, or blocked, professionals and establishments, with since when."""
    return _page(request, AuthoriseForm(), blocked_only=request.GET.get("voir") == "bloques")


def _page(request: HttpRequest, form: AuthoriseForm, *, blocked_only: bool, status: int = 200) -> HttpResponse:
    shown = journeys.privacy(request.usager_id, by=request.actor)
    authorised = [item for item in shown.choices if not item.blocked_since]
    blocked = [item for item in shown.choices if item.blocked_since]
    context = {
        "formulaire": form,
        "bloques": blocked_only,
        "nombre_autorises": len(authorised),
        "nombre_bloques": len(blocked),
        "acces": [_row(item) for item in (blocked if blocked_only else authorised)],
        "documents": shown.documents,
        "represente_par": shown.represented_by if is_to_review(request) else [],
        "reglages": preference_rows(shown.preferences),
        "lectures": [history_row(line, reader_id=request.actor.id) for line in shown.last_lines],
    }
    template = "usager/confidentialite/detail.html"
    return usager_page(request, template, context, section="confidentialite", status=status)


@dataclass(frozen=True, slots=True)
class ChoiceRow:
    """One line of the page."""

    nom: str
    role: str
    est_etablissement: bool
    identifiant: str
    depuis: datetime


def _row(item: Choice) -> ChoiceRow:
    return ChoiceRow(
        nom=item.name,
        role=item.role_label,
        est_etablissement=item.is_organisation,
        identifiant=item.finess if item.is_organisation else item.rpps,
        depuis=item.blocked_since or item.since,
    )


def is_to_review(request: HttpRequest) -> bool:
    """In their own space, whoever came of age has not read again what was decided for them (N032)."""
    return bool(request.user.review_due and not request.actor.role)


@require_POST
def relu(request: HttpRequest) -> HttpResponse:
    """What was decided before their eighteenth birthday was read again: it is not asked any more."""
    majority.note_review(request.user, request.usager_id, by=request.actor)
    announcements.success(request, _("C’est noté. Vous pouvez changer ces choix à tout moment, ici."))
    return redirect("usager:confidentialite")


@require_POST
def choisir(request: HttpRequest) -> HttpResponse:
    """Block, unblock, or unblock and authorise again; the answer is announced on the page."""
    said = {
        "bloquer": _("Accès bloqué. La personne n’en est pas avertie."),
        "debloquer": _("Accès débloqué. Vos documents restent fermés tant que vous ne l’autorisez pas."),
        "retablir": _("Accès autorisé de nouveau."),
    }
    choice = request.POST.get("choix")
    who = {name: request.POST[name] for name in ("rpps", "finess") if request.POST.get(name)}
    if choice not in said or len(who) != 1:
        raise Http404
    if choice == "bloquer":
        services.block(request.usager_id, **who, by=request.actor)
    else:
        services.unblock(request.usager_id, **who, by=request.actor)
    if choice == "retablir":
        services.authorise(request.usager_id, **who, by=request.actor)
    announcements.success(request, said[choice])
    return redirect("usager:confidentialite")


@require_POST
def autoriser(request: HttpRequest) -> HttpResponse:
    """Let a professional read, by the number printed on their prescriptions."""
    form = AuthoriseForm(request.POST)
    if form.is_valid():
        try:
            services.authorise(request.usager_id, rpps=form.cleaned_data["rpps"], by=request.actor)
        except (Absent, Conflict, Malformed) as error:
            form.add_error("rpps", typeset(error.sentence))
        else:
            announcements.success(request, _("Accès autorisé."))
            return redirect("usager:confidentialite")
    return _page(request, form, blocked_only=False, status=422)
