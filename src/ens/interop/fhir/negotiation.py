"""Formats, conditions and preferences of HTTP, apart from any framework.

Source: FHIR R4, http.html#mime-type, #concurrency, #cread; RFC 9110.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from ens.interop.fhir.errors import MediaTypeUnsupported, NotAcceptable

FHIR_JSON = "application/fhir+json"
FHIR_JSON_UTF8 = "application/fhir+json; charset=utf-8"
JSON_NAMES = frozenset({FHIR_JSON, "application/json", "json", "text/json", "application/json+fhir"})
_ANY = frozenset({"*/*", "application/*"})


def accepted(header: str) -> list[str]:
    """The media types of an Accept header, best first, without parameters; those of quality zero left out."""
    weighted: list[tuple[float, int, str]] = []
    for place, part in enumerate(header.split(",")):
        name, *parameters = (piece.strip() for piece in part.split(";"))
        quality = 1.0
        for parameter in parameters:
            if parameter.lower().startswith("q="):
                try:
                    quality = float(parameter[2:])
                except ValueError:
                    quality = 0.0
        if name and quality > 0:
            weighted.append((-quality, place, name.lower()))
    return [name for _, _, name in sorted(weighted)]


def check_json_is_accepted(accept: str, wanted_format: str = "") -> None:
    """Errors: NotAcceptable, when neither _format (which wins) nor Accept takes FHIR JSON."""
    if wanted_format:
        # A plus sign that was not percent-encoded arrives as a space.
        if wanted_format.split(";")[0].strip().lower().replace(" ", "+") in JSON_NAMES:
            return
        raise NotAcceptable()
    names = accepted(accept)
    if accept.strip() and not any(name in JSON_NAMES or name in _ANY for name in names):
        raise NotAcceptable()


def wants_fhir_binary(accept: str, wanted_format: str = "") -> bool:
    """Whether a Binary is asked for as a resource rather than as its bytes. Source: FHIR R4, binary.html#rest."""
    if wanted_format:
        return wanted_format.split(";")[0].strip().lower().replace(" ", "+") in JSON_NAMES
    return next(iter(accepted(accept)), "*/*") in JSON_NAMES


def check_binary_is_accepted(accept: str, media_type: str) -> None:
    """Errors: NotAcceptable, when the bytes' own type is not among those asked for."""
    names = accepted(accept)
    family = media_type.split("/")[0] + "/*"
    if accept.strip() and not any(name in (media_type.lower(), family, "*/*") or name in JSON_NAMES for name in names):
        raise NotAcceptable()


def check_body_is_json(content_type: str, content_encoding: str = "") -> None:
    """Errors: MediaTypeUnsupported."""
    name, *parameters = (piece.strip().lower() for piece in content_type.split(";"))
    charset = next((p[8:].strip('"') for p in parameters if p.startswith("charset=")), "utf-8")
    if name not in JSON_NAMES or charset not in ("utf-8", "utf8") or content_encoding.lower() not in ("", "identity"):
        raise MediaTypeUnsupported()


def etag(version: int) -> str:
    return f'W/"{version}"'


def http_date(moment: datetime) -> str:
    return format_datetime(moment.astimezone(UTC), usegmt=True)


def is_unchanged(if_none_match: str, if_modified_since: str, version: int, modified: datetime | None) -> bool:
    """Whether the caller already has this version. If-None-Match, when given, decides alone (RFC 9110, 13.1.3)."""
    if if_none_match:
        wanted = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
        return "*" in wanted or f'"{version}"' in wanted
    if if_modified_since and modified is not None:
        try:
            since = parsedate_to_datetime(if_modified_since)
        except ValueError:
            return False  # an unreadable date is as no date: RFC 9110, 13.1.3
        return modified.replace(microsecond=0) <= (since if since.tzinfo else since.replace(tzinfo=UTC))
    return False


def preference(prefer: str, wanted: str) -> str:
    """What the Prefer header asks: of ``return`` minimal, representation or OperationOutcome; of ``handling`` strict
    or lenient; else nothing. Source: RFC 7240; FHIR R4, http.html#ops and search.html#errors."""
    for part in prefer.replace(",", ";").split(";"):
        name, _, value = part.strip().partition("=")
        if name.strip().lower() == wanted:
            return value.strip().strip('"')
    return ""
