"""Bodies of requests, none of whose bytes are kept once they are known to be too many."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from ens.interop.fhir.errors import BodyTooLarge

_CHUNK = 1 << 20
_DISCARDED = 64 << 20  # bytes read without keeping them, so that a refusal can be heard


def read_body(request: HttpRequest) -> bytes:
    """The body of a request to the FHIR face. Errors: BodyTooLarge."""
    limit = settings.ENS_FHIR_BODY_MAX_BYTES
    announced = request.META.get("CONTENT_LENGTH") or ""
    stream: Any = request
    if not announced and _is_in_chunks(request):
        stream = request.META["wsgi.input"]  # Django takes an unannounced length for an empty body
    if announced.isdigit() and int(announced) > limit:
        discard(request, int(announced))
        raise BodyTooLarge(limit=limit)
    parts, size = [], 0
    while chunk := stream.read(_CHUNK):
        size += len(chunk)
        if size > limit:
            _discard(stream)
            raise BodyTooLarge(limit=limit)
        parts.append(chunk)
    return b"".join(parts)


def discard(request: HttpRequest, announced: int) -> None:
    """Read a body that will be refused, for who is still writing it: they would see a broken connection instead.

    Who asked first, or announces far too much, is answered at once.
    """
    if "HTTP_EXPECT" not in request.META and announced <= _DISCARDED:
        _discard(request)


def discard_unannounced(request: HttpRequest) -> None:
    """The same, of a body whose length was not announced."""
    if "HTTP_EXPECT" not in request.META and _is_in_chunks(request):
        _discard(request.META["wsgi.input"])


def _is_in_chunks(request: HttpRequest) -> bool:
    return "chunked" in request.META.get("HTTP_TRANSFER_ENCODING", "").lower()


def _discard(stream: Any) -> None:
    left = _DISCARDED
    while left > 0 and (chunk := stream.read(_CHUNK)):
        left -= len(chunk)
