"""How a view answers with a page."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from ens.kernel.actor import ActorKind

UNAVAILABLE = 503
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
    return soon(render(request, template, {"gabarit": layout_of(request), **(context or {})}, status=status))


def soon(response: HttpResponse) -> HttpResponse:
    """Tell software when to come back to what is unavailable."""
    if response.status_code == UNAVAILABLE:
        response["Retry-After"] = "5"
    return response


def layout_of(request: HttpRequest) -> str:
    """The layout of the signed-in person's audience, or the public one."""
    actor = getattr(request, "actor", None)
    return _LAYOUTS.get(actor.kind, "common/base.html") if actor else "common/base.html"
