"""Answers the FHIR face and its tokens before sessions, cookies and languages, which they do not use.

It also comes before the clock, which each unit of work reads anyway: when the database does not answer, the face still
says so with an OperationOutcome.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.urls import ResolverMatch, resolve

from ens.interop.fhir.oauth import token
from ens.interop.fhir.views import fhir

POLICY = "default-src 'none'; sandbox; frame-ancestors 'none'"  # what is given to software is shown by no browser


class FhirFirstMiddleware:
    """Placed after the security headers, before the clock; the address stays in the table of URLs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path == "/fhir" or path.startswith("/fhir/"):
            request.resolver_match = _match("/fhir")  # its name in logs and measures
            return _finished(fhir(request, path[6:]))
        if path in ("/oauth2/token", "/oauth2/token/"):
            request.resolver_match = _match("/oauth2/token")
            return _finished(token(request))
        return self.get_response(request)


@lru_cache(maxsize=2)
def _match(path: str) -> ResolverMatch:
    return resolve(path)


def _finished(response: HttpResponse) -> HttpResponse:
    """Whatever the answer, a fault of ours included: no browser runs anything of it, and nobody keeps it."""
    response.headers["Content-Security-Policy"] = POLICY
    response.headers["Cache-Control"] = "no-store"
    if not response.streaming and "Content-Length" not in response:
        response["Content-Length"] = str(len(response.content))
    return response
