"""The way to an identity provider and out of it, whatever face of the pages asks."""

from __future__ import annotations

import time

from django.conf import settings
from django.contrib import messages as announcements
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect

from ens.identity.ports import IdentityProvider, identity_provider
from ens.journeys import federation as journey
from ens.kernel.errors import EnsError
from ens.web.common.sessions import network_address
from ens.web.common.words import typeset

PENDING = "ens_fournisseur"  # what was asked of the provider, and what for
TOKEN = "ens_fournisseur_jeton"  # noqa: S105 - the name of a key; wrapped: it leaves the provider's session too
SIGN_IN, TIE = "connexion", "relier"
HOMES = {SIGN_IN: "connexion", TIE: "usager:securite"}


def provider_or_404() -> IdentityProvider:
    found = identity_provider()
    if found is None:
        raise Http404
    return found


def ask(request: HttpRequest, purpose: str, *, suite: str = "") -> HttpResponseBase:
    """Send the person to the provider; what ties its answer to this browser stays in the session."""
    provider = provider_or_404()
    try:
        journey.may_ask(network_address(request))
        question = provider.question()
    except EnsError as error:
        announcements.error(request, typeset(error.sentence))
        return redirect(HOMES[purpose])
    request.session[PENDING] = {
        "pour": purpose,
        "le": int(time.time()),
        "suite": suite,
        "etat": question.state,
        "nonce": question.nonce,
        "preuve": question.verifier,
    }
    return redirect(question.url)


def keep(request: HttpRequest, id_token: str) -> None:
    """The provider's own session ends with ours: it wants its token back."""
    request.session[TOKEN] = journey.kept(id_token)


def way_out(request: HttpRequest) -> str:
    """Where to leave the provider's session, for someone who came by it; asked before ours is destroyed."""
    kept, provider = request.session.get(TOKEN), identity_provider()
    if not kept or provider is None:
        return ""
    return provider.end_of_session(journey.taken(kept), settings.ENS_BASE_URL + "/")
