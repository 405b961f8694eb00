"""The body of a CDA document: level 1 (a file inside) or level 3 (sections)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from ens.standards.cda.header import NS
from ens.standards.errors import StandardError
from ens.standards.xmlsafe import Element


class CdaBodyInvalid(StandardError):
    """The file inside cannot be decoded, or there is no body."""

    code = "cda_corps_invalide"
    message = "le corps du document CDA est absent ou ne se décode pas"


@dataclass(frozen=True, slots=True)
class CdaBody:
    """``data`` and ``media_type`` at level 1; ``structured`` at level 3."""

    media_type: str = ""
    data: bytes = b""
    structured: Element | None = None


def read_body(root: Element) -> CdaBody:
    """Errors: CdaBodyInvalid."""
    structured = root.find("h:component/h:structuredBody", NS)
    if structured is not None:
        return CdaBody(structured=structured)
    text = root.find("h:component/h:nonXMLBody/h:text", NS)
    if text is None:
        raise CdaBodyInvalid()
    media_type = text.get("mediaType", "text/plain").lower()
    content = "".join(text.itertext())
    if text.get("representation") != "B64":
        return CdaBody(media_type, content.strip().encode())
    try:
        return CdaBody(media_type, base64.b64decode("".join(content.split()), validate=True))
    except (binascii.Error, ValueError) as error:
        raise CdaBodyInvalid() from error
