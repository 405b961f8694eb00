"""Rubrics that are not open yet: said honestly, with somewhere else to go."""

from __future__ import annotations

from datetime import date

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ens.journeys.openings import opening
from ens.web.usager.pages import usager_page


def soon(request: HttpRequest, section: str, title: str, coming: str, day: date | None) -> HttpResponse:
    """``day``: on which it opens for them, when it is known."""
    context = {
        "titre_page": title,
        "ce_qui_viendra": coming,
        "ouverture": day,
        "lien_autre": reverse("usager:documents"),
        "action_autre": _("Voir mes documents"),
    }
    return usager_page(request, "usager/bientot.html", context, section=section)


def _soon(request: HttpRequest, section: str, title: str, coming: str) -> HttpResponse:
    return soon(request, section, title, coming, opening(request.usager_id, section, by=request.actor).day)


@require_safe
def agenda(request: HttpRequest) -> HttpResponse:
    return _soon(request, "agenda", _("Agenda"), _("Vous y retrouverez vos rendez-vous de santé et leurs rappels."))


@require_safe
def applications(request: HttpRequest) -> HttpResponse:
    coming = _("Vous y choisirez les applications de santé qui échangent des données avec votre espace.")
    return _soon(request, "applications", _("Applications"), coming)
