"""How a view answers with a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ens.kernel.actor import ActorKind

_LAYOUTS = {
    ActorKind.USAGER: "common/gabarit_usager.html",
    ActorKind.PROFESSIONNEL: "common/gabarit_professionnel.html",
    ActorKind.SUPPORT: "common/gabarit_support.html",
    ActorKind.PILOTAGE: "common/gabarit_pilotage.html",
}


def page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, status: int = 200
) -> HttpResponse:
    """The page with its context; ``gabarit`` is the layout of whoever is signed in, for pages shown to all."""
    return render(request, template, {"gabarit": layout_of(request), **(context or {})}, status=status)


def layout_of(request: HttpRequest) -> str:
    """The layout of the signed-in person's audience, or the public one."""
    actor = getattr(request, "actor", None)
    return _LAYOUTS.get(actor.kind, "common/base.html") if actor else "common/base.html"
