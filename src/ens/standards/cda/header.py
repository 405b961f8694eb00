"""The header of a CDA R2 document, as the record uses it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from ens.standards import valuesets
from ens.standards.errors import StandardError
from ens.standards.hl7 import MalformedTimestamp, timestamp
from ens.standards.ins import OIDS
from ens.standards.xmlsafe import Element

NS = {"h": "urn:hl7-org:v3"}
ROOT = "{urn:hl7-org:v3}ClinicalDocument"
PS_AUTHORITY = "1.2.250.1.71.4.2.1"
LEVEL_1_FORMATS = {
    "application/pdf": "urn:ihe:iti:xds-sd:pdf:2008",
    "text/plain": "urn:ihe:iti:xds-sd:text:2008",
    "image/jpeg": "urn:ihe:iti-fr:xds-sd:jpeg:2010",
    "text/rtf": "urn:ihe:iti-fr:xds-sd:rtf:2010",
    "application/rtf": "urn:ihe:iti-fr:xds-sd:rtf:2010",
}


class NotCda(StandardError):
    code = "cda_attendu"
    message = "ce n'est pas un document CDA (élément ClinicalDocument attendu)"


class CdaIncomplete(StandardError):
    """A compulsory element of the header is missing."""

    code = "cda_incomplet"


class CdaAuthorMissing(CdaIncomplete):
    code = "cda_auteur_absent"
    message = "l'en-tête CDA ne dit pas qui est l'auteur"


class CdaPatientMissing(CdaIncomplete):
    code = "cda_patient_absent"
    message = "l'en-tête CDA ne porte pas de matricule INS"


@dataclass(frozen=True, slots=True)
class CdaAuthor:
    """``id`` is the PSIdNat (prefix and number), or nothing for a device."""

    id: str
    id_root: str
    name: str
    speciality: str
    organisation: str
    organisation_id: str
    time: datetime | None

    @property
    def rpps(self) -> str:
        """The RPPS number alone: 8 then eleven digits in the PSIdNat. Source: STANDARDS, PSIdNat."""
        is_rpps = self.id_root == PS_AUTHORITY and self.id.startswith("8")
        return self.id[1:] if is_rpps else ""

    @property
    def label(self) -> str:
        return self.name or self.organisation


@dataclass(frozen=True, slots=True)
class RelatedDocument:
    type_code: str  # RPLC, APND, XFRM
    root: str
    extension: str

    @property
    def unique_id(self) -> str:
        return unique_id(self.root, self.extension)


@dataclass(frozen=True, slots=True)
class CdaHeader:
    root: str
    extension: str
    set_id: str
    version: int | None
    type_code: str
    type_system: str
    type_label: str
    title: str
    created_at: datetime
    act_at: datetime  # serviceEvent's start, else the creation
    confidentiality: str
    language: str
    patients: tuple[tuple[str, str], ...]  # (matricule, OID) among the INS's OIDs
    family_name: str
    given_names: str
    birth_date: str  # as sent, HL7
    authors: tuple[CdaAuthor, ...]
    custodian: str
    related: tuple[RelatedDocument, ...]
    templates: tuple[str, ...]
    format_code: str

    @property
    def unique_id(self) -> str:
        return unique_id(self.root, self.extension)

    @property
    def author(self) -> CdaAuthor:
        """The first author who is a person, else the first."""
        return next((author for author in self.authors if author.name), self.authors[0])


def unique_id(root: str, extension: str) -> str:
    """The form of XDS: root^extension, or the root alone. Source: IHE ITI TF-3, 4.2.3.2.26."""
    return f"{root}^{extension}" if extension else root


def read_header(root: Element) -> CdaHeader:
    """Errors: NotCda, CdaIncomplete, CdaAuthorMissing, CdaPatientMissing, MalformedTimestamp."""
    if root.tag != ROOT:
        raise NotCda()
    code, document_id = _one(root, "h:code"), _one(root, "h:id")
    created = _value(root, "h:effectiveTime")
    if code is None or not code.get("code"):
        raise CdaIncomplete("l'en-tête CDA ne donne pas le type du document")
    if document_id is None or not document_id.get("root"):
        raise CdaIncomplete("l'en-tête CDA ne donne pas l'identifiant du document")
    if not created:
        raise CdaIncomplete("l'en-tête CDA ne donne pas la date du document")
    authors = tuple(_author(found) for found in _all(root, "h:author"))
    if not any(author.label for author in authors):
        raise CdaAuthorMissing()
    patients = tuple(
        (found.get("extension", ""), found.get("root", ""))
        for found in _all(root, "h:recordTarget/h:patientRole/h:id")
        if found.get("root") in OIDS and found.get("extension")
    )
    if not patients:
        raise CdaPatientMissing()
    created_at = timestamp(created)
    templates = tuple(found.get("root", "") for found in _all(root, "h:templateId"))
    patient = "h:recordTarget/h:patientRole/h:patient"
    version = _value(root, "h:versionNumber")
    return CdaHeader(
        root=document_id.get("root", ""),
        extension=document_id.get("extension", ""),
        set_id=_id(_one(root, "h:setId")),
        version=int(version) if version.isdigit() else None,
        type_code=code.get("code", ""),
        type_system=code.get("codeSystem", ""),
        type_label=code.get("displayName", ""),
        title=" ".join(_text(root, "h:title").split()) or code.get("displayName", ""),
        created_at=created_at,
        act_at=_act(root) or created_at,
        confidentiality=_attribute(root, "h:confidentialityCode", "code") or "N",
        language=_attribute(root, "h:languageCode", "code") or "fr-FR",
        patients=patients,
        family_name=_birth_name(root, patient),
        given_names=" ".join(_text_of(found) for found in _all(root, f"{patient}/h:name[1]/h:given")),
        birth_date=_value(root, f"{patient}/h:birthTime"),
        authors=authors,
        custodian=_text(root, "h:custodian/h:assignedCustodian/h:representedCustodianOrganization/h:name"),
        related=tuple(_related(root)),
        templates=templates,
        format_code=_format(root, templates),
    )


def _all(element: Element, path: str) -> list[Element]:
    found = element.xpath(path, namespaces=NS)
    return [one for one in found if hasattr(one, "tag")] if isinstance(found, list) else []


def _one(element: Element, path: str) -> Element | None:
    found = _all(element, path)
    return found[0] if found else None


def _attribute(element: Element, path: str, name: str) -> str:
    found = _one(element, path)
    return found.get(name, "") if found is not None else ""


def _value(element: Element, path: str) -> str:
    return _attribute(element, path, "value")


def _text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _text(element: Element, path: str) -> str:
    found = _one(element, path)
    return _text_of(found) if found is not None else ""


def _id(element: Element | None) -> str:
    return unique_id(element.get("root", ""), element.get("extension", "")) if element is not None else ""


def _birth_name(root: Element, patient: str) -> str:
    for qualifier in ("[@qualifier='BR']", "[@qualifier='SP']", ""):
        found = _text(root, f"{patient}/h:name/h:family{qualifier}")
        if found:
            return found
    return ""


def _author(author: Element) -> CdaAuthor:
    assigned = "h:assignedAuthor"
    identifier = _one(author, f"{assigned}/h:id")
    name = _one(author, f"{assigned}/h:assignedPerson/h:name")
    parts = [_text_of(part) for tag in ("prefix", "given", "family") for part in _all_in(name, tag)]
    moment = _value(author, "h:time")
    organisation = f"{assigned}/h:representedOrganization"
    try:
        time = timestamp(moment) if moment else None
    except MalformedTimestamp:
        time = None
    return CdaAuthor(
        id=identifier.get("extension", "") if identifier is not None else "",
        id_root=identifier.get("root", "") if identifier is not None else "",
        name=" ".join(part for part in parts if part) or (_text_of(name) if name is not None else ""),
        speciality=_attribute(author, f"{assigned}/h:code", "displayName"),
        organisation=_text(author, f"{organisation}/h:name")
        or _text(author, f"{assigned}/h:assignedAuthoringDevice/h:softwareName"),
        organisation_id=_attribute(author, f"{organisation}/h:id", "extension"),
        time=time,
    )


def _all_in(name: Element | None, tag: str) -> list[Element]:
    return _all(name, f"h:{tag}") if name is not None else []


def _act(root: Element) -> datetime | None:
    start = _value(root, "h:documentationOf/h:serviceEvent/h:effectiveTime/h:low") or _value(
        root, "h:documentationOf/h:serviceEvent/h:effectiveTime"
    )
    try:
        return timestamp(start) if start else None
    except MalformedTimestamp:
        return None


def _related(root: Element) -> list[RelatedDocument]:
    return [
        RelatedDocument(found.get("typeCode", ""), parent.get("root", ""), parent.get("extension", ""))
        for found in _all(root, "h:relatedDocument")
        for parent in _all(found, "h:parentDocument/h:id")
    ]


def _format(root: Element, templates: tuple[str, ...]) -> str:
    body = _one(root, "h:component/h:nonXMLBody/h:text")
    if body is not None:
        return LEVEL_1_FORMATS.get(body.get("mediaType", ""), LEVEL_1_FORMATS["application/pdf"])
    known = valuesets.format_suffixes()
    suffix = next((known[template] for template in reversed(templates) if template in known), "")
    return f"urn:asip:ci-sis:{suffix}" if suffix else "urn:ihe:iti:xds:2017:mimeTypeSufficient"
