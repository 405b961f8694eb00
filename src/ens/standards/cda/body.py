"""The body of a CDA document: level 1 (a file inside) or level 3 (sections)."""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass

from ens.standards.cda.header import NS
from ens.standards.errors import StandardError
from ens.standards.xmlsafe import Element


class CdaBodyInvalid(StandardError):
    """The file inside cannot be decoded, is elsewhere, or there is no body."""

    code = "cda_corps_invalide"
    message = "le corps du document CDA est absent ou ne se décode pas"


@dataclass(frozen=True, slots=True)
class CdaBody:
    """``data`` and ``media_type`` at level 1; ``structured`` at level 3."""

    media_type: str = ""
    data: bytes = b""
    structured: Element | None = None

    @property
    def level(self) -> int:
        return 1 if self.structured is None else 3


@dataclass(frozen=True, slots=True)
class EmbeddedMedia:
    """A file carried inside a structured body, such as the laboratory's own PDF."""

    id: str
    media_type: str
    data: bytes


def read_body(root: Element) -> CdaBody:
    """Errors: CdaBodyInvalid."""
    structured = root.find("h:component/h:structuredBody", NS)
    if structured is not None:
        return CdaBody(structured=structured)
    text = root.find("h:component/h:nonXMLBody/h:text", NS)
    if text is None:
        raise CdaBodyInvalid()
    if text.find("h:reference", NS) is not None and not "".join(text.itertext()).strip():
        raise CdaBodyInvalid("le contenu du document CDA est une référence à un fichier qui n'y est pas joint")
    data = _decoded(text)
    if not data:
        raise CdaBodyInvalid()
    return CdaBody(text.get("mediaType", "text/plain").strip().lower(), data)


def embedded_media(structured: Element) -> tuple[EmbeddedMedia, ...]:
    """The files of a structured body, in their order; one that does not decode is absent."""
    found = []
    for media in structured.iter("{urn:hl7-org:v3}observationMedia"):
        value = media.find("h:value", NS)
        if value is None:
            continue
        try:
            data = _decoded(value)
        except CdaBodyInvalid:
            continue
        if data:
            found.append(EmbeddedMedia(media.get("ID", ""), value.get("mediaType", "").strip().lower(), data))
    return tuple(found)


def _decoded(text: Element) -> bytes:
    content = "".join(text.itertext())
    if text.get("compression"):
        raise CdaBodyInvalid("le fichier joint au document CDA est compressé, ce que le CI-SIS ne prévoit pas")
    if text.get("representation") != "B64":
        return content.strip().encode()
    try:
        return base64.b64decode("".join(content.split()), validate=True)
    except (binascii.Error, ValueError) as error:
        raise CdaBodyInvalid() from error
