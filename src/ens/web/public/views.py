"""Home, sign-out and the seven pages of the footer."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth import logout
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_POST, require_safe

from ens.kernel import clock
from ens.web.common.contact import support_now
from ens.web.common.federation import way_out
from ens.web.common.pages import page


@require_safe
def accueil(request: HttpRequest) -> HttpResponse:
    """What the space is, for whom, and the way in."""
    return page(request, "public/accueil.html", {"delai_opposition": settings.ENS_OPPOSITION_DAYS})


@require_POST
def deconnexion(request: HttpRequest) -> HttpResponse:
    """Destroy the session, and the identity provider's; nothing remains in the browser (``Clear-Site-Data``)."""
    elsewhere = way_out(request)
    logout(request)
    response = redirect(elsewhere or "accueil_public")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_safe
def ancien_dmp(request: HttpRequest, reste: str = "") -> HttpResponse:
    """What becomes of the former DMP, before its retirement and after; absent where no day is set (S017)."""
    day = settings.ENS_DMP_RETIRED_ON
    if day is None:
        raise Http404
    if reste:  # an address of the former application: none is one of ours
        return redirect("ancien_dmp")
    context = {"jour": day, "est_arrete": day <= clock.today(), "adresse": settings.ENS_DMP_URL}
    return page(request, "public/ancien_dmp.html", context)


@require_safe
def plan_du_site(request: HttpRequest) -> HttpResponse:
    return page(request, "public/plan_du_site.html")


@require_safe
def accessibilite(request: HttpRequest) -> HttpResponse:
    return page(request, "public/accessibilite.html")


@require_safe
def mentions_legales(request: HttpRequest) -> HttpResponse:
    return page(request, "public/mentions_legales.html")


@require_safe
def donnees_personnelles(request: HttpRequest) -> HttpResponse:
    context = {"delai_opposition": settings.ENS_OPPOSITION_DAYS, "inactivite": settings.ENS_SESSION_IDLE_MINUTES}
    return page(request, "public/donnees_personnelles.html", context)


@require_safe
def cookies(request: HttpRequest) -> HttpResponse:
    return page(request, "public/cookies.html", {"inactivite": settings.ENS_SESSION_IDLE_MINUTES})


@require_safe
def aide(request: HttpRequest) -> HttpResponse:
    return page(request, "public/aide.html", {"domaine": settings.ENS_MAIL_DOMAIN, "contact": support_now()})


@require_safe
def a_propos(request: HttpRequest) -> HttpResponse:
    return page(request, "public/a_propos.html")
