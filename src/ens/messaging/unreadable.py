"""Why a message cannot be read whole, in the two languages of a refusal: one table, named where the fault is found."""

from __future__ import annotations

from dataclasses import dataclass

from ens.standards.errors import StandardError


@dataclass(frozen=True, slots=True)
class Reason:
    """The end of « Le message ne peut pas être lu : … » and of « Reason: … », without their full stop."""

    french: str
    english: str  # ASCII

    def __str__(self) -> str:
        return self.french


MALFORMED = Reason("ses en-têtes ou sa structure sont mal formés", "its headers or its structure are malformed")
WITHOUT_HEADERS = Reason("il n'a pas d'en-têtes", "it has no headers")
TRUNCATED = Reason("il est tronqué : sa dernière partie n'est pas fermée", "it is cut short: a part is not closed")
BARE_LINE_END = Reason("il contient un retour à la ligne qui n'est pas CRLF", "it has a line end that is not CRLF")
TOO_MANY_LINES = Reason("il a trop de lignes", "it has too many lines")
LONG_LINE = Reason("une ligne dépasse 998 octets", "a line is over 998 bytes")
TOO_MANY_PARTS = Reason("il a trop de parties", "it has too many parts")
LONG_HEADERS = Reason("ses en-têtes sont trop longs", "its headers are too long")
LONG_HEADER = Reason("un de ses en-têtes est trop long", "one of its headers is too long")
TRUNCATED_FILE = Reason("une pièce jointe en base64 est tronquée", "an attachment in base64 is cut short")
OF_A_MESSAGE = (
    *(MALFORMED, WITHOUT_HEADERS, TRUNCATED, BARE_LINE_END, TOO_MANY_LINES, LONG_LINE, TOO_MANY_PARTS),
    *(LONG_HEADERS, LONG_HEADER, TRUNCATED_FILE),
)
_OF_AN_ARCHIVE = {  # by the code of ``standards.xdm``, whose message is the French one
    "xdm_invalid": "the IHE_XDM.zip archive is unreadable or damaged",
    "xdm_too_large": "the IHE_XDM.zip archive is too large once opened",
    "xdm_encrypted": "the IHE_XDM.zip archive is protected by a password",
    "xdm_name_refused": "the IHE_XDM.zip archive holds a file name that is refused",
    "xdm_metadata_missing": "the IHE_XDM.zip archive has no METADATA.XML",
    "xdm_metadata_invalid": "METADATA.XML in the archive is incomplete or malformed",
    "xdm_document_different": "a document of the archive is absent or is not what METADATA.XML announces",
}


def of_an_archive(error: StandardError | type[StandardError]) -> Reason:
    """What an archive of a message is refused for."""
    return Reason(error.message, _OF_AN_ARCHIVE.get(error.code, "the IHE_XDM.zip archive is malformed"))
