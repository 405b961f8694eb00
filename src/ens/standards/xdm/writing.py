"""Making an archive: INDEX.HTM, README.TXT and one submission set."""

from __future__ import annotations

import hashlib
import io
import uuid
import zipfile
from dataclasses import dataclass
from datetime import datetime
from html import escape

from lxml import etree

from ens.standards import valuesets
from ens.standards.hl7 import format_timestamp
from ens.standards.ins import Ins
from ens.standards.xdm import ebxml
from ens.standards.xds import Author, DocumentEntry, format_xcn, format_xon, new_oid
from ens.standards.xmlsafe import Element

_SUBSET = "IHE_XDM/SUBSET01"
_EXTENSIONS = {"text/xml": "XML", "application/pdf": "PDF", "image/jpeg": "JPG", "text/plain": "TXT"}
# TRE_A11 (IHE), TRE_A09 (DICOM), else TRE_A06 (ANS)
_FORMAT_SYSTEMS = {"urn:ihe:": "1.3.6.1.4.1.19376.1.2.3", "1.2.840.10008.": "1.2.840.10008.2.6.1"}
_OTHER_FORMATS = "1.2.250.1.213.1.1.4.2.282"
_README = (
    "Cette archive suit le profil IHE XDM. Le fichier INDEX.HTM donne la liste des documents,\r\n"
    "le dossier IHE_XDM leurs contenus et leurs metadonnees.\r\n"
)


@dataclass(frozen=True, slots=True)
class XdmPatient:
    ins: Ins
    family_name: str
    given_names: str
    birth_date: str = ""  # AAAAMMJJ
    sex: str = ""


@dataclass(frozen=True, slots=True)
class OutgoingDocument:
    """``class_code`` is derived from the type when it is not given."""

    data: bytes
    unique_id: str
    type_code: str
    format_code: str
    title: str
    created_at: datetime
    authors: tuple[Author, ...]
    mime_type: str = "text/xml"
    class_code: str = ""
    confidentiality_codes: tuple[str, ...] = ("N",)
    facility_code: str = ""
    practice_setting_code: str = ""
    service_start: datetime | None = None
    service_stop: datetime | None = None


def write_xdm(
    documents: list[OutgoingDocument], patient: XdmPatient, *, sent_at: datetime, source_id: str = "", sender: str = ""
) -> bytes:
    """An archive that ``read_xdm`` accepts. ``source_id`` is the sender's OID. Errors: ValueError without document."""
    if not documents:
        raise ValueError("an XDM archive holds one document at least")
    entries = [_entry(document, patient, number) for number, document in enumerate(documents, 1)]
    out = io.BytesIO()
    when = sent_at.timetuple()[:6]
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in (
            ("README.TXT", _README.encode("ascii")),
            ("INDEX.HTM", _index(entries, sender).encode()),
            (f"{_SUBSET}/METADATA.XML", _metadata(entries, patient, sent_at, source_id or new_oid())),
            *((f"{_SUBSET}/{entry.uri}", one.data) for entry, one in zip(entries, documents, strict=True)),
        ):
            member = zipfile.ZipInfo(name, when)
            member.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(member, content)
    return out.getvalue()


def _entry(document: OutgoingDocument, patient: XdmPatient, number: int) -> DocumentEntry:
    return DocumentEntry(
        unique_id=document.unique_id,
        type_code=document.type_code,
        class_code=document.class_code or valuesets.class_of(document.type_code),
        format_code=document.format_code,
        mime_type=document.mime_type,
        title=document.title,
        patient_id=patient.ins.cx,
        creation_time=format_timestamp(document.created_at),
        authors=document.authors,
        hash=hashlib.sha1(document.data, usedforsecurity=False).hexdigest(),  # the hash of XDS metadata
        size=len(document.data),
        uri=f"DOC{number:05d}.{_EXTENSIONS.get(document.mime_type, 'BIN')}",
        entry_uuid=f"urn:uuid:{uuid.uuid4()}",
        confidentiality_codes=document.confidentiality_codes,
        facility_code=document.facility_code,
        practice_setting_code=document.practice_setting_code,
        service_start_time=format_timestamp(document.service_start) if document.service_start else "",
        service_stop_time=format_timestamp(document.service_stop) if document.service_stop else "",
    )


def _index(entries: list[DocumentEntry], sender: str) -> str:
    items = "".join(f'<li><a href="{_SUBSET}/{entry.uri}">{escape(entry.title)}</a></li>\r\n' for entry in entries)
    return (
        '<!DOCTYPE html>\r\n<html lang="fr"><head><meta charset="utf-8"><title>Documents transmis</title></head>\r\n'
        f"<body><h1>Documents transmis</h1>\r\n<p>{escape(sender)}</p>\r\n<ul>\r\n{items}</ul>\r\n"
        '<p><a href="README.TXT">README.TXT</a></p></body></html>\r\n'
    )


def _metadata(entries: list[DocumentEntry], patient: XdmPatient, sent_at: datetime, source_id: str) -> bytes:
    root = etree.Element(f"{{{ebxml.LCM}}}SubmitObjectsRequest", nsmap={"lcm": ebxml.LCM, "rim": ebxml.RIM})
    objects = _add(root, "RegistryObjectList")
    for entry in entries:
        _write_entry(objects, entry, patient)
    set_id = f"urn:uuid:{uuid.uuid4()}"
    _write_set(objects, set_id, entries, patient, sent_at, source_id)
    for entry in entries:
        link = _add(
            objects,
            "Association",
            id=f"urn:uuid:{uuid.uuid4()}",
            associationType=ebxml.HAS_MEMBER,
            sourceObject=set_id,
            targetObject=entry.entry_uuid,
        )
        _slot(link, "SubmissionSetStatus", "Original")
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _write_entry(objects: Element, entry: DocumentEntry, patient: XdmPatient) -> None:
    made = _add(
        objects,
        "ExtrinsicObject",
        id=entry.entry_uuid,
        objectType=ebxml.DOCUMENT_ENTRY,
        mimeType=entry.mime_type,
        status="urn:oasis:names:tc:ebxml-regrep:StatusType:Approved",
    )
    for name, values in (
        ("creationTime", [entry.creation_time]),
        ("hash", [entry.hash]),
        ("languageCode", [entry.language_code]),
        ("serviceStartTime", [entry.service_start_time]),
        ("serviceStopTime", [entry.service_stop_time]),
        ("size", [str(entry.size)]),
        ("sourcePatientId", [entry.patient_id]),
        ("sourcePatientInfo", _patient_info(entry, patient)),
        ("URI", [entry.uri]),
    ):
        if any(values):
            _slot(made, name, *values)
    _localized(made, entry.title)
    for author in entry.authors:
        _write_author(made, entry.entry_uuid, ebxml.AUTHOR, author)
    for scheme, code, label in _codes(entry):
        classified = _classification(made, entry.entry_uuid, scheme, code)
        _slot(classified, "codingScheme", _system(scheme, code))
        _localized(classified, label)
    _identifier(made, entry.entry_uuid, ebxml.PATIENT_ID, entry.patient_id, "XDSDocumentEntry.patientId")
    _identifier(made, entry.entry_uuid, ebxml.UNIQUE_ID, entry.unique_id, "XDSDocumentEntry.uniqueId")


def _write_set(
    objects: Element, set_id: str, entries: list[DocumentEntry], patient: XdmPatient, sent_at: datetime, source_id: str
) -> None:
    made = _add(objects, "RegistryPackage", id=set_id)
    _slot(made, "submissionTime", format_timestamp(sent_at))
    _localized(made, entries[0].title if len(entries) == 1 else f"{len(entries)} documents")
    for author in entries[0].authors[:1]:
        _write_author(made, set_id, ebxml.SET_AUTHOR, author)
    content = _classification(made, set_id, ebxml.SET_CONTENT_TYPE, entries[0].type_code)
    _slot(content, "codingScheme", _system(ebxml.TYPE_CODE, entries[0].type_code))
    _localized(content, valuesets.official_label(entries[0].type_code))
    _add(
        made,
        "Classification",
        id=f"urn:uuid:{uuid.uuid4()}",
        classifiedObject=set_id,
        classificationNode=ebxml.SUBMISSION_SET,
    )
    _identifier(made, set_id, ebxml.SET_PATIENT_ID, patient.ins.cx, "XDSSubmissionSet.patientId")
    _identifier(made, set_id, ebxml.SET_SOURCE_ID, source_id, "XDSSubmissionSet.sourceId")
    _identifier(made, set_id, ebxml.SET_UNIQUE_ID, new_oid(), "XDSSubmissionSet.uniqueId")


def _codes(entry: DocumentEntry) -> list[tuple[str, str, str]]:
    confidentialities = valuesets.confidentialities()
    codes = [
        (ebxml.CLASS_CODE, entry.class_code, valuesets.class_labels().get(entry.class_code, entry.class_code)),
        (ebxml.TYPE_CODE, entry.type_code, valuesets.official_label(entry.type_code)),
        (ebxml.FORMAT_CODE, entry.format_code, valuesets.format_labels().get(entry.format_code, entry.format_code)),
        (ebxml.FACILITY_CODE, entry.facility_code, _label(valuesets.facilities(), entry.facility_code)),
        (
            ebxml.PRACTICE_SETTING,
            entry.practice_setting_code,
            _label(valuesets.practice_settings(), entry.practice_setting_code),
        ),
        *((ebxml.CONFIDENTIALITY, code, _label(confidentialities, code)) for code in entry.confidentiality_codes),
    ]
    return [code for code in codes if code[1]]


def _label(known: dict[str, valuesets.Coded], code: str) -> str:
    return known[code].label if code in known else code


def _system(scheme: str, code: str) -> str:
    """The code system's OID: the value sets know it, save that of formats and classes, which have one each."""
    if scheme == ebxml.CLASS_CODE:
        return "1.2.250.1.213.1.1.4.1"
    if scheme == ebxml.FORMAT_CODE:
        return next((system for start, system in _FORMAT_SYSTEMS.items() if code.startswith(start)), _OTHER_FORMATS)
    if scheme == ebxml.TYPE_CODE:
        known = valuesets.document_types().get(code)
        return known.system if known else ""
    tables = {
        ebxml.FACILITY_CODE: valuesets.facilities,
        ebxml.PRACTICE_SETTING: valuesets.practice_settings,
        ebxml.CONFIDENTIALITY: valuesets.confidentialities,
    }
    coded = tables[scheme]().get(code)
    return coded.system if coded else ""


def _patient_info(entry: DocumentEntry, patient: XdmPatient) -> list[str]:
    names = f"{patient.family_name}^{patient.given_names.replace(' ', '^', 1)}^^^^L"
    info = [f"PID-3|{entry.patient_id}", f"PID-5|{names}"]
    if patient.birth_date:
        info.append(f"PID-7|{patient.birth_date}")
    return [*info, f"PID-8|{patient.sex}"] if patient.sex else info


def _write_author(parent: Element, owner: str, scheme: str, author: Author) -> None:
    made = _classification(parent, owner, scheme, "")
    if author.organisation is not None:
        _slot(made, "authorInstitution", format_xon(author.organisation))
    if author.person is not None:
        _slot(made, "authorPerson", format_xcn(author.person))
    for name, value in (("authorRole", author.role), ("authorSpecialty", author.speciality)):
        if value:
            _slot(made, name, value)


def _add(parent: Element, name: str, **attributes: str) -> Element:
    return etree.SubElement(parent, f"{{{ebxml.RIM}}}{name}", attributes)


def _slot(parent: Element, name: str, *values: str) -> None:
    slot = _add(parent, "Slot")
    slot.set("name", name)
    held = _add(slot, "ValueList")
    for value in values:
        _add(held, "Value").text = value


def _localized(parent: Element, text: str) -> None:
    _add(_add(parent, "Name"), "LocalizedString", value=text)


def _classification(parent: Element, owner: str, scheme: str, code: str) -> Element:
    return _add(
        parent,
        "Classification",
        id=f"urn:uuid:{uuid.uuid4()}",
        classificationScheme=scheme,
        classifiedObject=owner,
        nodeRepresentation=code,
    )


def _identifier(parent: Element, owner: str, scheme: str, value: str, name: str) -> None:
    made = _add(
        parent,
        "ExternalIdentifier",
        id=f"urn:uuid:{uuid.uuid4()}",
        registryObject=owner,
        identificationScheme=scheme,
        value=value,
    )
    _localized(made, name)
