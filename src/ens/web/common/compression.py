"""Pages leave compressed. Files do not: theirs are pictures, PDFs, archives, already as small as they get.

A compressed page that mixes a secret with what a stranger chose tells the secret by its size (BREACH). Here the
session's cookie is not sent with a stranger's requests (SameSite), the form token changes in every page, and the
size is blurred by up to a hundred random bytes (Django's own answer).
"""

from __future__ import annotations

from django.http import HttpRequest, HttpResponseBase
from django.middleware.gzip import GZipMiddleware


class PageCompressionMiddleware(GZipMiddleware):
    """Compress HTML for browsers that accept it."""

    def process_response(self, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
        if not response.headers.get("Content-Type", "").startswith("text/html"):
            return response
        compressed: HttpResponseBase = super().process_response(request, response)
        return compressed
