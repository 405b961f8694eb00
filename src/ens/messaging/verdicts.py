"""May what is joined to a message be filed in the record, and if not, why: said as soon as it arrives (N079).

The record's own judgement, on the bytes and on what the archive, the CDA header or the message say of them. What only
the record knows (another document under the same identifier, a replacement) is judged when it is filed.
"""

from __future__ import annotations

from ens.kernel.errors import EnsError
from ens.messaging.errors import AttachmentDangerous, AttachmentProtected
from ens.messaging.types import AttachmentSource
from ens.record.judging import Judged, is_xml, judge
from ens.record.types import DocumentDeposit
from ens.standards import valuesets, xmlsafe
from ens.standards.cda.header import CdaHeader, read_header
from ens.standards.errors import StandardError

OTHER_TYPE = "EXPPAT_2"  # « Autre document du patient »: what an attachment is when nothing says more
SAVABLE = ("application/pdf", "image/jpeg", "image/png", "image/tiff", "text/plain", "text/rtf", "application/rtf")
XML_TYPES = ("text/xml", "application/xml", "application/hl7-v3+xml")
FORMAT = "format_refuse"
SHOWN, DRAWN = "deja_dans_l_archive", "meme_document_en_pdf"
ASIDE = {error.code: error for error in (AttachmentProtected, AttachmentDangerous)}
WHY_NOT = {
    **{code: error.message for code, error in ASIDE.items()},
    FORMAT: "Ce format ne peut pas être enregistré dans vos documents.",
    SHOWN: "C'est le PDF d'un document joint ici : enregistrez ce document, le PDF est dedans.",
    DRAWN: "C'est le même document qu'un autre joint ici, en PDF : enregistrez l'autre.",
    "document_different": "Votre dossier a déjà un autre document sous le même numéro : demandez-en un nouvel envoi.",
    "document_vide": "Ce document est vide : demandez-en un autre à votre correspondant.",
    "document_trop_grand": "Ce document est trop gros pour être enregistré dans vos documents.",
    "type_inconnu": "Votre correspondant ne dit pas quel est le type de ce document.",
}
DAMAGED = "Ce document est mal formé : demandez-en un autre à votre correspondant."


def is_savable(media_type: str) -> bool:
    return media_type.split(";")[0] in (*SAVABLE, *XML_TYPES)


def refusal(source: AttachmentSource) -> str:
    """The reason code for which it cannot be filed; nothing when it can."""
    if source.aside:
        return source.aside
    if not is_savable(source.media_type):
        return FORMAT
    try:
        judged(source)
    except EnsError as error:
        return error.code
    return ""


def why_not(code: str) -> str:
    """The usager's sentence for a refusal; nothing for none."""
    return WHY_NOT.get(code, DAMAGED) if code else ""


def check_not_aside(code: str) -> None:
    """Errors: AttachmentProtected, AttachmentDangerous."""
    if code in ASIDE:
        raise ASIDE[code]()


def announced_type(marks: dict[str, str]) -> str:
    """What the message says its document is; several codes do not say which file is which. Source: ECO.2.4.1."""
    codes = [one.strip() for one in marks.get("x-mss-codecda", "").split(",") if one.strip()]
    return codes[0] if len(codes) == 1 else ""


def judged(source: AttachmentSource) -> Judged:
    """Its own header when it is a CDA, else what its archive or its message says of it. Errors: those of ``judge``."""
    header = _header(source)
    title = header.title if header else _title(source)
    return judge(
        DocumentDeposit(
            unique_id=header.unique_id if header else source.unique_id,
            data=source.data,
            media_type=source.media_type,
            type_code=header.type_code if header else _type(source),
            title=title,
            act_at=header.act_at if header else source.act_at or source.sent_at,
            created_at=source.sent_at,
            author_label=source.sender_label,
            filename=source.name,
        )
    )


def _header(source: AttachmentSource) -> CdaHeader | None:
    if not is_xml(source.data, source.media_type):
        return None
    try:
        return read_header(xmlsafe.parse(source.data))
    except StandardError:
        return None


def _type(source: AttachmentSource) -> str:
    return source.type_code if valuesets.is_known_type(source.type_code) else OTHER_TYPE


def _title(source: AttachmentSource) -> str:
    """The file's name without its extension, made readable."""
    stem = source.name.rsplit(".", 1)[0]
    return " ".join(stem.replace("_", " ").split())[:150] or source.subject
