"""Who may read: the usager's choices."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib import messages as announcements
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from ens.access import queries as access
from ens.access import services
from ens.web.usager.pages import usager_page


@require_GET
def detail(request: HttpRequest) -> HttpResponse:
    """Authorised, or blocked, professionals and establishments, with since when."""
    blocked_only = request.GET.get("voir") == "bloques"
    known = access.authorisations(request.usager_id, by=request.actor)
    authorised = [item for item in known if not item.blocked_since]
    blocked = [item for item in known if item.blocked_since]
    context = {
        "bloques": blocked_only,
        "nombre_autorises": len(authorised),
        "nombre_bloques": len(blocked),
        "acces": [_row(item) for item in (blocked if blocked_only else authorised)],
    }
    return usager_page(request, "usager/confidentialite/detail.html", context, section="confidentialite")


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of the page."""

    nom: str
    role: str
    est_etablissement: bool
    identifiant: str
    depuis: datetime


def _row(item: Any) -> Choice:
    return Choice(
        nom=item.name,
        role=item.role_label,
        est_etablissement=item.is_organisation,
        identifiant=item.finess if item.is_organisation else item.rpps,
        depuis=item.blocked_since or item.since,
    )


@require_POST
def choisir(request: HttpRequest) -> HttpResponse:
    """Block, unblock or authorise; the answer is announced on the page."""
    acts = {
        "bloquer": (services.block, _("Accès bloqué. La personne n’en est pas avertie.")),
        "debloquer": (services.unblock, _("Accès débloqué.")),
        "autoriser": (services.authorise, _("Accès autorisé.")),
    }
    who = {name: request.POST[name] for name in ("rpps", "finess") if request.POST.get(name)}
    if request.POST.get("choix") not in acts or len(who) != 1:
        raise Http404
    act, said = acts[request.POST["choix"]]
    act(request.usager_id, **who, by=request.actor)
    announcements.success(request, said)
    return redirect("usager:confidentialite")
