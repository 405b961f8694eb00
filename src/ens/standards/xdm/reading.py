"""Opening an archive that came by mail: bounded, then compared with what it announces."""

from __future__ import annotations

import hashlib
import io
import posixpath
import re
import zipfile
import zlib
from dataclasses import dataclass

from ens.standards import xmlsafe
from ens.standards.errors import StandardError
from ens.standards.xdm import ebxml
from ens.standards.xdm.errors import (
    XdmDocumentDifferent,
    XdmEncrypted,
    XdmInvalid,
    XdmMetadataInvalid,
    XdmMetadataMissing,
    XdmNameRefused,
    XdmTooLarge,
)
from ens.standards.xds import Author, DocumentEntry, Organisation, Person, parse_xcn, parse_xon, without_urn
from ens.standards.xmlsafe import Element

MAX_MEMBERS = 500
MAX_TOTAL = 60_000_000
MAX_RATIO = 200  # a long XML of spaces stays below; a bomb is far above
RATIO_FROM = 1_000_000  # under it, a high ratio harms nobody
_METADATA = re.compile(r"IHE_XDM/[^/]+/METADATA\.XML", re.IGNORECASE)
_SHA1 = re.compile(r"[0-9a-fA-F]{40}")
_UNIX_LINK = 0o120000


@dataclass(frozen=True, slots=True)
class XdmDocument:
    entry: DocumentEntry
    data: bytes
    name: str  # inside the archive


@dataclass(frozen=True, slots=True)
class Xdm:
    documents: tuple[XdmDocument, ...]

    @property
    def patient_ids(self) -> tuple[str, ...]:
        """The distinct patients (CX); one, in an archive that follows the rules."""
        return tuple(dict.fromkeys(document.entry.patient_id for document in self.documents))


class Budget:
    """What may still be opened: bytes and documents, of one archive or of several that came together."""

    def __init__(self) -> None:
        self.left = MAX_TOTAL
        self.documents = MAX_MEMBERS

    def read(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> bytes:
        """Never more than what is left, whatever size the member claims."""
        with archive.open(member) as opened:
            content = opened.read(self.left + 1)
        self.left -= len(content)
        if self.left < 0 or (len(content) > RATIO_FROM and len(content) > MAX_RATIO * max(member.compress_size, 1)):
            raise XdmTooLarge()
        return content

    def count_document(self) -> None:
        self.documents -= 1
        if self.documents < 0:
            raise XdmTooLarge()


def read_xdm(data: bytes, budget: Budget | None = None) -> Xdm:
    """The documents of an archive with their metadata, each one what METADATA.XML announces (size, SHA-1).

    ``budget`` is shared by the archives of one message; without it, this one has its own.
    Errors: XdmInvalid, XdmTooLarge, XdmEncrypted, XdmNameRefused, XdmMetadataMissing, XdmMetadataInvalid,
    XdmDocumentDifferent, and XmlDoctype, XmlInvalid, XmlTooLarge for METADATA.XML.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = _members(archive)
            return Xdm(tuple(_documents(archive, members, budget or Budget())))
    except StandardError:
        raise
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, NotImplementedError, RuntimeError, ValueError) as error:
        raise XdmInvalid() from error


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Files by name in upper case, once every name and size was judged."""
    infos = archive.infolist()
    if len(infos) > MAX_MEMBERS or sum(info.file_size for info in infos) > MAX_TOTAL:
        raise XdmTooLarge()
    members: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        if info.flag_bits & 0x1:
            raise XdmEncrypted()
        if (info.external_attr >> 16) & 0o170000 == _UNIX_LINK or not _stays_inside(info.orig_filename):
            raise XdmNameRefused()
        if info.is_dir():
            continue
        key = info.filename.upper()
        if key in members:
            raise XdmNameRefused()
        members[key] = info
    return members


def _stays_inside(name: str) -> bool:
    if not name or "\x00" in name or "\\" in name or ":" in name or name.startswith("/"):
        return False
    return not any(part in ("..", ".") for part in name.split("/"))


def _documents(archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo], budget: Budget) -> list[XdmDocument]:
    metadata = sorted(name for name in members if _METADATA.fullmatch(name))
    if not metadata:
        raise XdmMetadataMissing()
    found = []
    for name in metadata:
        for entry in read_metadata(budget.read(archive, members[name])):
            budget.count_document()
            target = posixpath.normpath(posixpath.join(posixpath.dirname(name), entry.uri.upper()))
            if target not in members or not _stays_inside(entry.uri):
                raise XdmDocumentDifferent()
            content = budget.read(archive, members[target])
            _compare(entry, content)
            found.append(XdmDocument(entry, content, members[target].filename))
    return found


def _compare(entry: DocumentEntry, content: bytes) -> None:
    if entry.size is not None and entry.size != len(content):
        raise XdmDocumentDifferent()
    if entry.hash and entry.hash != hashlib.sha1(content, usedforsecurity=False).hexdigest():
        raise XdmDocumentDifferent()


def read_metadata(data: bytes) -> list[DocumentEntry]:
    """The entries of a METADATA.XML, in its order. Errors: XdmMetadataInvalid, XmlDoctype, XmlInvalid, XmlTooLarge."""
    root = xmlsafe.parse(data)
    objects = [found for found in root.iter(f"{{{ebxml.RIM}}}ExtrinsicObject") if _is_document(found)]
    if not objects:
        raise XdmMetadataInvalid()
    replaced: dict[str, list[str]] = {}
    for link in root.iter(f"{{{ebxml.RIM}}}Association"):
        if link.get("associationType") == ebxml.REPLACES:
            replaced.setdefault(link.get("sourceObject", ""), []).append(link.get("targetObject", ""))
    return [_entry(found, tuple(replaced.get(found.get("id", ""), ()))) for found in objects]


def _is_document(found: Element) -> bool:
    return found.get("objectType", ebxml.DOCUMENT_ENTRY) == ebxml.DOCUMENT_ENTRY


def _entry(found: Element, replaces: tuple[str, ...]) -> DocumentEntry:
    slots = _slots(found)
    unique_id = without_urn(_external(found, ebxml.UNIQUE_ID))
    patient_id = _external(found, ebxml.PATIENT_ID)
    type_code = _code(found, ebxml.TYPE_CODE)
    size, sha1, uri = _first(slots, "size"), _first(slots, "hash"), _uri(slots)
    if not (unique_id and patient_id and type_code and uri):
        raise XdmMetadataInvalid()
    if (size and not (size.isascii() and size.isdigit() and len(size) < 12)) or (sha1 and not _SHA1.fullmatch(sha1)):
        raise XdmMetadataInvalid()
    return DocumentEntry(
        unique_id=unique_id,
        type_code=type_code,
        class_code=_code(found, ebxml.CLASS_CODE),
        format_code=_code(found, ebxml.FORMAT_CODE),
        mime_type=found.get("mimeType", ""),
        title=_name(found),
        patient_id=patient_id,
        creation_time=_first(slots, "creationTime"),
        authors=tuple(_author(one) for one in _classified(found, ebxml.AUTHOR)),
        hash=sha1.lower(),
        size=int(size) if size else None,
        uri=uri,
        entry_uuid=found.get("id", ""),
        confidentiality_codes=tuple(
            one.get("nodeRepresentation", "") for one in _classified(found, ebxml.CONFIDENTIALITY)
        ),
        facility_code=_code(found, ebxml.FACILITY_CODE),
        practice_setting_code=_code(found, ebxml.PRACTICE_SETTING),
        language_code=_first(slots, "languageCode") or "fr-FR",
        service_start_time=_first(slots, "serviceStartTime"),
        service_stop_time=_first(slots, "serviceStopTime"),
        replaces=replaces,
    )


def _slots(element: Element) -> dict[str, list[str]]:
    return {
        slot.get("name", ""): [
            (value.text or "").strip() for value in slot.iterfind("rim:ValueList/rim:Value", ebxml.NS)
        ]
        for slot in element.iterfind("rim:Slot", ebxml.NS)
    }


def _first(slots: dict[str, list[str]], name: str) -> str:
    return next(iter(slots.get(name, [])), "")


def _uri(slots: dict[str, list[str]]) -> str:
    """One value; long ones come in numbered pieces « 1|DOC… », « 2|… » (ITI TF-3, 4.2.3.2.27)."""
    values = slots.get("URI", [])
    if len(values) > 1 and all(re.match(r"[0-9]+\|", value) for value in values):
        pieces = sorted((value.partition("|") for value in values), key=lambda piece: int(piece[0]))
        return "".join(piece[2] for piece in pieces)
    return values[0] if values else ""


def _name(element: Element) -> str:
    found = element.find("rim:Name/rim:LocalizedString", ebxml.NS)
    return " ".join(found.get("value", "").split()) if found is not None else ""


def _external(element: Element, scheme: str) -> str:
    for found in element.iterfind("rim:ExternalIdentifier", ebxml.NS):
        if found.get("identificationScheme") == scheme:
            return found.get("value", "").strip()
    return ""


def _classified(element: Element, scheme: str) -> list[Element]:
    return [
        found
        for found in element.iterfind("rim:Classification", ebxml.NS)
        if found.get("classificationScheme") == scheme
    ]


def _code(element: Element, scheme: str) -> str:
    return next((found.get("nodeRepresentation", "") for found in _classified(element, scheme)), "")


def _author(classification: Element) -> Author:
    """Names that are not in their form leave the author without them: the document's own header tells more."""
    slots = _slots(classification)
    return Author(
        person=_person(_first(slots, "authorPerson")),
        organisation=_organisation(_first(slots, "authorInstitution")),
        role=_first(slots, "authorRole"),
        speciality=_first(slots, "authorSpecialty"),
    )


def _person(text: str) -> Person | None:
    try:
        return parse_xcn(text) if text else None
    except StandardError:
        return None


def _organisation(text: str) -> Organisation | None:
    try:
        return parse_xon(text) if text else None
    except StandardError:
        return None
