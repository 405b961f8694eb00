"""Answers the FHIR face before sessions, cookies and languages, which it does not use.

It also comes before the clock, which each unit of work reads anyway: when the database does not answer, the face still
says so with an OperationOutcome.
"""

from __future__ import annotations

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse

from ens.interop.fhir.views import fhir


class FhirFirstMiddleware:
    """Placed after the security headers, before the clock; the address stays in the table of URLs."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        path = request.path_info
        if path == "/fhir" or path.startswith("/fhir/"):
            response = fhir(request, path[6:])
            if not response.streaming and "Content-Length" not in response:
                response["Content-Length"] = str(len(response.content))
            return response
        return self.get_response(request)
