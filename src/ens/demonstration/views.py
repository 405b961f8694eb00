"""Entering as someone of the cast, who has the ordinary rights that services gave them, and no other."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.contrib.auth import login, logout
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseForbidden, HttpResponseRedirect
from django.shortcuts import render
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from ens.demonstration.cast import Member, cast, member
from ens.demonstration.standing import state_of
from ens.enrolment.types import State
from ens.identity import actors
from ens.identity.signedin import BACKEND
from ens.kernel import clock

SOFTWARE = ("etablissement", "operateur")
GROUPS = (
    ("Usagers", ("usager",)),
    ("Professionnels de santé", ("professionnel",)),
    ("Établissements et opérateurs", SOFTWARE),
    ("Pilotage et support", ("pilotage", "support")),
)
STATES = {
    State.ACTIVATED: "Espace activé",
    State.OPENED: "Espace ouvert",
    State.NOTICED: "Espace pas encore ouvert",
    State.OPPOSED: "S'est opposé",
    State.CLOSED: "Espace fermé",
    State.DELETED: "Espace supprimé",
}


@require_safe
def door(request: HttpRequest) -> HttpResponse:
    """Whom to enter as."""
    groups = [
        (title, [_line(one) for one in cast() if one.is_persona and one.kind in kinds]) for title, kinds in GROUPS
    ]
    return render(request, "demonstration/porte.html", {"groupes": groups, "maintenant": clock.now()})


def _line(one: Member) -> dict[str, object]:
    return {
        "key": one.key,
        "name": one.name,
        "role": one.role,
        "state": STATES.get(state_of(one), "") if one.kind == "usager" else "",
        "is_place": one.kind in SOFTWARE,
    }


def _known(key: str) -> Member:
    try:
        found = member(key)
    except KeyError:
        raise Http404 from None
    if not found.is_persona:
        raise Http404
    return found


@csrf_exempt  # a plain POST from a load tool or a check enters; a page from elsewhere is refused by its Origin
@require_POST
def enter(request: HttpRequest, key: str) -> HttpResponse:
    """Sign in as someone of the cast, then 303 to their home."""
    origin = request.headers.get("Origin", "")
    if origin and origin != "null" and urlsplit(origin).netloc != request.get_host():
        return HttpResponseForbidden("Origine refusée.", content_type="text/plain; charset=utf-8")
    if origin == "null" or request.headers.get("Sec-Fetch-Site", "same-origin") not in ("same-origin", "none"):
        return HttpResponseForbidden("Origine refusée.", content_type="text/plain; charset=utf-8")
    one = _known(key)
    logout(request)
    if one.kind not in SOFTWARE:
        login(request, actors.compte(f"demo-{one.key}"), backend=BACKEND)
    return HttpResponseRedirect(_home(one), status=303)


def _home(one: Member) -> str:
    if one.kind == "professionnel":
        return "/pro/"
    if one.kind in ("pilotage", "support"):
        return f"/{one.kind}/"
    if one.kind == "usager" and state_of(one).is_open:
        return "/accueil/"
    return f"/demonstration/roles/{one.key}/"


@require_safe
def role(request: HttpRequest, key: str) -> HttpResponse:
    """What exists today for those who have no page of their own."""
    one = _known(key)
    return render(request, "demonstration/role.html", {"membre": _line(one), "kind": one.kind, "adresse": one.address})
