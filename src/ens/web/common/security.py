"""Security headers of every answer.

The policy allows our own files only; ``data:`` pictures are DSFR's own (check boxes, selects). An answer that
sets a stricter header of its own keeps it. Source: the design system, section 7; OWASP Secure Headers.
"""

from __future__ import annotations

import re
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseBase

from ens.identity.ports import identity_provider

CONTENT_SECURITY_POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; font-src 'self'; "
    "connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
)
# For a file served as it was received: nothing in it may run, wherever it is opened.
CONTENT_SECURITY_POLICY_OF_FILES = "default-src 'none'; sandbox; frame-ancestors 'none'"
# The reader of cards is WebAssembly in a worker, which obeys the policy of its own answer: no page's changes.
CONTENT_SECURITY_POLICY_OF_READER = (
    "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; frame-ancestors 'none'"
)
_READER = re.compile(r"/common/lecteur-[\d.]+/worker\.min\.(?:[0-9a-f]+\.)?js$")

HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=(), interest-cohort=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
STRICT_TRANSPORT_SECURITY = "max-age=31536000; includeSubDomains"


def with_camera(response: HttpResponse) -> HttpResponse:
    """This page may ask for the camera; the person then answers their browser."""
    response.headers["Permissions-Policy"] = HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)")
    return response


def _policy(path: str) -> str:
    """With an identity provider set, forms may lead there too: browsers hold a form's redirections to the policy."""
    if _READER.search(path):
        return CONTENT_SECURITY_POLICY_OF_READER
    provider = identity_provider()
    if provider is None:
        return CONTENT_SECURITY_POLICY
    return CONTENT_SECURITY_POLICY.replace("form-action 'self'", f"form-action 'self' {provider.origin}")


class SecurityHeadersMiddleware:
    """Add the headers; over https, ask the browser to keep to it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Content-Security-Policy", _policy(request.path))
        for name, value in HEADERS.items():
            response.headers.setdefault(name, value)
        if request.is_secure():
            response.headers.setdefault("Strict-Transport-Security", STRICT_TRANSPORT_SECURITY)
        if getattr(request, "actor", None) is not None:
            # Nothing of a signed-in person stays in a shared computer's cache, nor behind the back button.
            response.headers["Cache-Control"] = "no-store"
        return response
