"""Answers the FHIR face before sessions, cookies and languages, which it does not use."""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ens.interop.fhir.views import fhir


class FhirFirstMiddleware:
    """Placed after the clock and the security headers, before the sessions; the address stays in the table of URLs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path == "/fhir" or path.startswith("/fhir/"):
            return fhir(request, path[6:])
        return self.get_response(request)
