"""Signing in by an identity provider: the way there and the way back."""

from __future__ import annotations

import hmac
import time
from typing import Any

from django.contrib import messages as announcements
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ens.identity.errors import IdentityRefused, IdentityWithoutAccount, ProviderUnavailable
from ens.identity.ports import IdentityProvider
from ens.identity.types import ProvenIdentity, ProviderQuestion
from ens.journeys import federation as journey
from ens.kernel.errors import EnsError
from ens.web.common.federation import HOMES, PENDING, SIGN_IN, TIE, ask, keep, provider_or_404
from ens.web.common.pages import page
from ens.web.common.sessions import network_address, place_to_come_back_to
from ens.web.common.words import typeset
from ens.web.public.signing_in import enter

PENDING_SECONDS = 15 * 60


@require_POST
def fournisseur(request: HttpRequest) -> HttpResponseBase:
    """To the provider, to sign in."""
    return ask(request, SIGN_IN, suite=place_to_come_back_to(request.POST.get("suite", "")))


@require_safe
def retour(request: HttpRequest) -> HttpResponseBase:
    """From the provider. An answer serves once, in the browser that asked, for what it asked."""
    provider = provider_or_404()
    pending = request.session.pop(PENDING, None)
    if pending is not None and request.GET.get("error") == "access_denied":  # nothing opens: some leave the state out
        said = _("Vous avez quitté %(name)s avant la fin. Rien n’a changé.") % {"name": provider.name}
        announcements.info(request, said)
        return redirect(HOMES[SIGN_IN if request.actor is None else TIE])
    if pending is None or not _is_awaited(request, pending):
        announcements.warning(request, _("Trop de temps a passé, ou cette étape est déjà faite. Recommencez ici."))
        return redirect(HOMES[SIGN_IN if request.actor is None else TIE])
    purpose = pending["pour"]
    try:
        journey.may_ask(network_address(request))
        identity = _identity(request, provider, pending)
        if purpose == TIE:
            return _tied(request, provider, identity)
        compte = journey.account_for(identity, provider=provider.name)
    except IdentityWithoutAccount as error:
        journey.note_failure(network_address(request), error.code)
        return redirect("connexion_sans_compte")  # where the address says nothing of the exchange
    except EnsError as error:
        if isinstance(error, IdentityRefused):
            journey.note_failure(network_address(request), error.code)
        announcements.error(request, typeset(error.sentence))
        return redirect(HOMES[purpose])
    answer = enter(request, compte, way=provider.name, suite=pending["suite"])
    keep(request, identity.id_token)
    return answer


@require_safe
def sans_compte(request: HttpRequest) -> HttpResponse:
    """What one may do whose identity opens no account."""
    return page(request, "public/identite_sans_compte.html", {"fournisseur": provider_or_404().name})


def _is_awaited(request: HttpRequest, pending: dict[str, Any]) -> bool:
    """In time, by whoever asked it, and under the name it was asked."""
    is_late = time.time() - pending["le"] > PENDING_SECONDS
    if is_late or (pending["pour"] == TIE) != (request.actor is not None):
        return False
    return hmac.compare_digest(pending["etat"].encode(), request.GET.get("state", "").encode())


def _identity(request: HttpRequest, provider: IdentityProvider, pending: dict[str, Any]) -> ProvenIdentity:
    code = request.GET.get("code", "")
    if not code or "error" in request.GET:
        raise ProviderUnavailable()
    if request.GET.get("iss", provider.issuer) != provider.issuer:  # another provider's answer: RFC 9207
        raise IdentityRefused()
    return provider.answer(code, ProviderQuestion("", pending["etat"], pending["nonce"], pending["preuve"]))


def _tied(request: HttpRequest, provider: IdentityProvider, identity: ProvenIdentity) -> HttpResponseBase:
    journey.tie(request.user, identity, provider=provider.name, by=request.actor)
    announcements.success(request, _("%(name)s ouvre désormais votre compte.") % {"name": provider.name})
    return redirect(HOMES[TIE])
