"""Files served to people: downloaded, never run.

A received file keeps its bytes; its type is said only when a browser may be trusted with it, and its own policy
forbids everything inside. Pictures of pages are ours.
"""

from __future__ import annotations

import re
from typing import Protocol
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse

from ens.web.common.security import CONTENT_SECURITY_POLICY_OF_FILES

SAID_TYPES = frozenset(
    (
        "application/pdf",
        "image/png",
        "image/jpeg",
        "image/tiff",
        "text/plain",
        "application/rtf",
        "text/rtf",
        "application/zip",
    )
)


class Content(Protocol):
    @property
    def data(self) -> bytes: ...

    @property
    def media_type(self) -> str: ...

    @property
    def filename(self) -> str: ...


def file_response(content: Content) -> HttpResponse:
    """The file, to be saved under its name."""
    kind = content.media_type.split(";")[0].strip().lower()
    response = HttpResponse(content.data, content_type=kind if kind in SAID_TYPES else "application/octet-stream")
    response.headers["Content-Disposition"] = disposition(content.filename or "document")
    response.headers["Content-Security-Policy"] = CONTENT_SECURITY_POLICY_OF_FILES
    return response


def inline_image(png: bytes) -> HttpResponse:
    """A picture of a page, shown in the page."""
    return HttpResponse(png, content_type="image/png")


def disposition(filename: str) -> str:
    """``attachment`` with a plain name and the full one. Source: RFC 6266, 4.3; RFC 8187."""
    name = re.sub(r"[\x00-\x1f\x7f/\\]", "_", filename).strip() or "document"
    plain = re.sub(r"[^A-Za-z0-9._ -]", "_", name)
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"


def body_size(request: HttpRequest) -> int:
    """The announced size of the body: what is known of a file too large to be read."""
    length = request.headers.get("Content-Length", "")
    return int(length) if length.isdigit() else 0
