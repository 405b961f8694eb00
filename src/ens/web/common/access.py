"""The access table: every url file says, in ``ACCESS``, for whom each of its addresses is.

An address without its row is refused: forgetting is not opening. A test compares the table with the addresses.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from ens.identity import accounts
from ens.kernel.actor import ActorKind

PUBLIC, USAGER, PROFESSIONNEL, DEMONSTRATION, CLIENT = "public", "usager", "professionnel", "demonstration", "client"
PILOTAGE, SUPPORT = "pilotage", "support"
AUDIENCES = frozenset({PUBLIC, USAGER, PROFESSIONNEL, PILOTAGE, SUPPORT, DEMONSTRATION, CLIENT})
_KINDS = {
    PROFESSIONNEL: ActorKind.PROFESSIONNEL,
    PILOTAGE: ActorKind.PILOTAGE,
    SUPPORT: ActorKind.SUPPORT,
}

_logger = logging.getLogger(__name__)


def addresses(
    patterns: list[URLPattern | URLResolver], table: dict[str, str], namespaces: tuple[str, ...] = ()
) -> Iterator[tuple[str, str | None]]:
    """Each named address, as ``resolver_match.view_name`` says it, with its audience or ``None`` when unlisted."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            module = pattern.urlconf_name
            inner = namespaces + ((pattern.namespace,) if pattern.namespace else ())
            yield from addresses(pattern.url_patterns, getattr(module, "ACCESS", table), inner)
        else:
            name = pattern.name or ""
            audience = table.get(name)
            yield ":".join((*namespaces, name)), audience if audience in AUDIENCES else None


@cache
def access_table() -> dict[str, str | None]:
    """The audience of every address of the running server."""
    root = get_resolver()
    return dict(addresses(root.url_patterns, getattr(root.urlconf_module, "ACCESS", {})))


class AccessTableMiddleware:
    """Let each audience in at its own addresses; send someone not signed in to the sign-in page.

    An address of another audience answers like an absent one. ``client`` addresses authenticate their caller
    themselves, by token.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        name = request.resolver_match.view_name if request.resolver_match else ""
        audience = access_table().get(name)
        request.audience = audience
        if audience is None:
            _logger.error("address without a row in the access table: %s", name)
            raise Http404
        if audience in (PUBLIC, CLIENT):
            return None
        if audience == DEMONSTRATION:
            if not settings.ENS_DEMONSTRATION:
                raise Http404
            return None
        if request.actor is None:
            return _sign_in(request)
        if not _belongs(request, audience):
            raise Http404
        return _first_of_all(request, name) if audience == USAGER else None


def _belongs(request: HttpRequest, audience: str) -> bool:
    if audience == USAGER:
        return bool(request.actor.kind == ActorKind.USAGER and request.usager_id is not None)
    return bool(request.actor.kind == _KINDS[audience])


# What comes before everything else, for who signs in with an account of theirs (N018, N019).
TERMS, FIRST_CHOICES = "usager:conditions", "usager:reglages"


def _first_of_all(request: HttpRequest, name: str) -> HttpResponseBase | None:
    """The terms published since the person accepted some, then the first choices."""
    if accounts.must_accept_terms(request.user):
        return None if name == TERMS else HttpResponseRedirect(reverse(TERMS))
    if request.user.choices_due and name not in (TERMS, FIRST_CHOICES):
        return HttpResponseRedirect(reverse(FIRST_CHOICES))
    return None


def _sign_in(request: HttpRequest) -> HttpResponseBase:
    # The page to come back to, not what was looked for there, which may tell of a health.
    parameters = {"suite": request.path} if request.method == "GET" else {}
    if request.session_ended:
        parameters["fin"] = "inactivite"
    address = reverse("connexion")
    return HttpResponseRedirect(f"{address}?{urlencode(parameters)}" if parameters else address)
