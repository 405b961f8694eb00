"""``IHE_XDM.zip`` opened: its documents take its place among a message's files, each with its patient.

The whole message is kept as it came; an archive that lies or cannot be opened refuses the message, with its reason:
the sender can send it again. Source: référentiel MSSanté ECO.2.1.1 and 2.1.2; IHE ITI TF-2, 3.32.
"""

from __future__ import annotations

import re

from ens.messaging import filetypes
from ens.messaging.errors import MessageMalformed
from ens.messaging.parsed import ParsedFile
from ens.messaging.unreadable import of_an_archive
from ens.messaging.words import clean_name
from ens.standards import xmlsafe
from ens.standards.cda.body import embedded_media, read_body
from ens.standards.cda.header import read_header
from ens.standards.errors import StandardError
from ens.standards.hl7 import parse_cx, timestamp
from ens.standards.xdm import Budget, XdmDocument, read_xdm

NAME = "ihe_xdm.zip"


def opened(files: tuple[ParsedFile, ...]) -> tuple[ParsedFile, ...]:
    """The files, archives opened, all of them within one archive's bounds. Errors: MessageMalformed."""
    found: list[ParsedFile] = []
    budget = Budget()
    for one in files:
        if one.name.lower() != NAME:
            found.append(one)
            continue
        try:
            found += [_file(document) for document in read_xdm(one.data, budget).documents]
        except StandardError as error:
            raise MessageMalformed(reason=of_an_archive(error)) from error
    return tuple(found)


def _file(document: XdmDocument) -> ParsedFile:
    entry = document.entry
    name = entry.title or document.name.rsplit("/", 1)[-1]
    extension = document.name.rsplit(".", 1)[-1].lower()
    return ParsedFile(
        name=clean_name(name if name.lower().endswith(f".{extension}") else f"{name}.{extension}"),
        media_type=filetypes.judged(document.data, entry.mime_type or "text/xml"),
        data=document.data,
        patient=parse_cx(entry.patient_id),
        unique_id=entry.unique_id,
        type_code=entry.type_code,
        act_at=timestamp(entry.service_start_time or entry.creation_time),
    )


def shown_inside(files: tuple[ParsedFile, ...]) -> frozenset[bytes]:
    """The PDF that the archives' CDA documents carry: the message joins each one beside the archive too (ECO.2.1.1)."""
    found: list[bytes] = []
    for one in files:
        if one.patient is None or "xml" not in one.media_type:
            continue
        try:
            root = xmlsafe.parse(one.data)
            body = read_body(root)
        except StandardError:
            continue  # its verdict says so
        carried = embedded_media(body.structured) if body.structured is not None else (body,)
        found += [media.data for media in carried if media.media_type == "application/pdf"]
    return frozenset(found)


def renditions(files: tuple[ParsedFile, ...]) -> tuple[ParsedFile, ...]:
    """The PDF drawn from the archives' CDA documents, known by the name that ECO.2.1.6 gives them.

    None of them, unless there is one for each CDA: a PDF too many is another document, and may be filed.
    """
    drawn = tuple(
        one
        for one in files
        if one.patient is None and one.media_type == "application/pdf" and _DRAWN.fullmatch(one.name)
    )
    return drawn if len(drawn) == sum(one.patient is not None and "xml" in one.media_type for one in files) else ()


# « <date acte>_<type doc>_<NOM>_<prenom>_<n° dossier>.pdf »
_DRAWN = re.compile(r"(\d{8}|\d{4}-\d\d-\d\d|\d\d-\d\d-\d{4})(_[^_]+){4,}\.pdf", re.IGNORECASE)


def patients(files: tuple[ParsedFile, ...]) -> set[tuple[str, str]]:
    """The (matricule, OID) that the files say they are about: metadata of archives, headers of CDA documents."""
    found = {one.patient for one in files if one.patient}
    for one in files:
        if "xml" not in one.media_type and not one.name.lower().endswith(".xml"):
            continue
        try:
            header = read_header(xmlsafe.parse(one.data))
        except StandardError:
            continue  # not a CDA: an attachment like another, kept as it came
        found |= set(header.patients)
    return found
