"""The header of a CDA R2 document, as the record uses it. Source: CI-SIS, volet structuration minimale."""

from __future__ import annotations

from datetime import datetime

from ens.standards import valuesets
from ens.standards.cda.types import (
    CdaAuthor,
    CdaAuthorMissing,
    CdaDateMissing,
    CdaHeader,
    CdaIdMissing,
    CdaIncomplete,
    CdaPatientMissing,
    CdaTypeMissing,
    NotCda,
    RelatedDocument,
    unique_id,
)
from ens.standards.hl7 import MalformedTimestamp, timestamp
from ens.standards.ins import OIDS
from ens.standards.rpps import PS_AUTHORITY
from ens.standards.xmlsafe import Element

__all__ = [
    "LEVEL_1_FORMATS",
    "NS",
    "PS_AUTHORITY",
    "ROOT",
    "CdaAuthor",
    "CdaAuthorMissing",
    "CdaDateMissing",
    "CdaHeader",
    "CdaIdMissing",
    "CdaIncomplete",
    "CdaPatientMissing",
    "CdaTypeMissing",
    "NotCda",
    "RelatedDocument",
    "read_header",
    "unique_id",
]

NS = {"h": "urn:hl7-org:v3"}
ROOT = "{urn:hl7-org:v3}ClinicalDocument"
LEVEL_1_FORMATS = {
    "application/pdf": "urn:ihe:iti:xds-sd:pdf:2008",
    "text/plain": "urn:ihe:iti:xds-sd:text:2008",
    "image/jpeg": "urn:ihe:iti-fr:xds-sd:jpeg:2010",
    "image/tiff": "urn:ihe:iti-fr:xds-sd:tiff:2010",
    "text/rtf": "urn:ihe:iti-fr:xds-sd:rtf:2010",
    "application/rtf": "urn:ihe:iti-fr:xds-sd:rtf:2010",
}
OUT_OF_PROFILE = "urn:asipSante:modelesHorsProfils:2011"
# civility and title of practice, as one writes them; others are left out rather than guessed
_TITLES = {"DR": "Dr", "DOC": "Dr", "PR": "Pr", "M": "M.", "MME": "Mme", "MLLE": "Mme"}
_PATIENT = "h:recordTarget/h:patientRole/h:patient"
_ORGANISATION = "h:representedOrganization"


def read_header(root: Element) -> CdaHeader:
    """Errors: NotCda, CdaIdMissing, CdaTypeMissing, CdaDateMissing, CdaAuthorMissing, CdaPatientMissing,
    MalformedTimestamp. Any other element may be missing."""
    if root.tag != ROOT:
        raise NotCda()
    code, document_id = _one(root, "h:code"), _one(root, "h:id")
    created = _value(root, "h:effectiveTime")
    if code is None or not code.get("code"):
        raise CdaTypeMissing()
    if document_id is None or not document_id.get("root"):
        raise CdaIdMissing()
    if not created:
        raise CdaDateMissing()
    authors = tuple(_author(found, "h:assignedAuthor") for found in _all(root, "h:author"))
    if not any(author.label for author in authors):
        raise CdaAuthorMissing()
    patients = _patients(root)
    if not patients:
        raise CdaPatientMissing()
    created_at = timestamp(created)
    templates = tuple(found.get("root", "") for found in _all(root, "h:templateId"))
    version = _value(root, "h:versionNumber")
    legal = _one(root, "h:legalAuthenticator")
    custodian = "h:custodian/h:assignedCustodian/h:representedCustodianOrganization"
    event = _main_event(root)
    facility = _one(root, "h:componentOf/h:encompassingEncounter/h:location/h:healthCareFacility/h:code")
    setting = (
        _one(event, f"h:performer/h:assignedEntity/{_ORGANISATION}/h:standardIndustryClassCode")
        if event is not None
        else None
    )
    start = _service_start(event)
    return CdaHeader(
        root=document_id.get("root", ""),
        extension=document_id.get("extension", ""),
        set_id=_id(_one(root, "h:setId")),
        version=int(version) if version.isascii() and version.isdigit() and len(version) < 10 else None,
        type_code=code.get("code", ""),
        type_system=code.get("codeSystem", ""),
        type_label=code.get("displayName", ""),
        title=_text(root, "h:title") or code.get("displayName", "") or valuesets.type_label(code.get("code", "")),
        created_at=created_at,
        act_at=start or created_at,
        confidentiality=_attribute(root, "h:confidentialityCode", "code") or "N",
        language=_attribute(root, "h:languageCode", "code") or "fr-FR",
        patients=patients,
        family_name=_named(root, "family", "BR", "", "SP", "CL"),
        given_names=_named(root, "given", "", "BR", "CL"),
        birth_date=_value(root, f"{_PATIENT}/h:birthTime"),
        authors=authors,
        custodian=_text(root, f"{custodian}/h:name"),
        related=tuple(_related(root)),
        templates=templates,
        format_code=_format(root, templates),
        used_name=_named(root, "family", "CL", "SP"),
        used_given_name=_named(root, "given", "CL"),
        sex=_attribute(root, f"{_PATIENT}/h:administrativeGenderCode", "code"),
        birth_place=_text(root, f"{_PATIENT}/h:birthplace/h:place/h:addr/h:county"),
        legal_authenticator=_author(legal, "h:assignedEntity") if legal is not None else None,
        custodian_id=_attribute(root, f"{custodian}/h:id", "extension"),
        service_code=_attribute(event, "h:code", "code") if event is not None else "",
        service_start=start,
        service_end=_moment(_value(event, "h:effectiveTime/h:high")) if event is not None else None,
        facility_code=facility.get("code", "") if facility is not None else "",
        facility_system=facility.get("codeSystem", "") if facility is not None else "",
        practice_setting_code=setting.get("code", "") if setting is not None else "",
        practice_setting_system=setting.get("codeSystem", "") if setting is not None else "",
    )


def _all(element: Element, path: str) -> list[Element]:
    return element.findall(path, NS)


def _one(element: Element, path: str) -> Element | None:
    return element.find(path, NS)


def _attribute(element: Element, path: str, name: str) -> str:
    found = _one(element, path)
    return found.get(name, "").strip() if found is not None else ""


def _value(element: Element, path: str) -> str:
    return _attribute(element, path, "value")


def _text_of(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def _text(element: Element, path: str) -> str:
    found = _one(element, path)
    return _text_of(found) if found is not None else ""


def _id(element: Element | None) -> str:
    return unique_id(element.get("root", ""), element.get("extension", "")) if element is not None else ""


def _moment(text: str) -> datetime | None:
    """A date that is a detail: what cannot be read is left out, the document stays readable."""
    try:
        return timestamp(text) if text else None
    except MalformedTimestamp:
        return None


def _patients(root: Element) -> tuple[tuple[str, str], ...]:
    return tuple(
        (found.get("extension", "").strip(), found.get("root", ""))
        for found in _all(root, "h:recordTarget/h:patientRole/h:id")
        if found.get("root") in OIDS and found.get("extension", "").strip()
    )


def _named(root: Element, part: str, *qualifiers: str) -> str:
    """The first part of the patient's names with one of the qualifiers; empty stands for a part without any."""
    found = _all(root, f"{_PATIENT}/h:name/h:{part}")
    for qualifier in qualifiers:
        words = [
            _text_of(one)
            for one in found
            if (qualifier in one.get("qualifier", "").split() if qualifier else not one.get("qualifier"))
        ]
        if any(words):
            return " ".join(word for word in words if word)
    return ""


def _author(author: Element, assigned: str) -> CdaAuthor:
    identifier = _one(author, f"{assigned}/h:id")
    name = _one(author, f"{assigned}/h:assignedPerson/h:name")
    family, given = _parts(name, "family"), _parts(name, "given")
    organisation = f"{assigned}/{_ORGANISATION}"
    return CdaAuthor(
        id=identifier.get("extension", "") if identifier is not None else "",
        id_root=identifier.get("root", "") if identifier is not None else "",
        name=_readable(name, given, family),
        speciality=_attribute(author, f"{assigned}/h:code", "displayName"),
        organisation=_text(author, f"{organisation}/h:name")
        or _text(author, f"{assigned}/h:assignedAuthoringDevice/h:softwareName"),
        organisation_id=_attribute(author, f"{organisation}/h:id", "extension"),
        time=_moment(_value(author, "h:time")),
        speciality_code=_attribute(author, f"{assigned}/h:code", "code"),
        family_name=family,
        given_names=given,
        organisation_id_root=_attribute(author, f"{organisation}/h:id", "root"),
    )


def _parts(name: Element | None, part: str) -> str:
    """A part that says nothing (a dot stands for an absent given name in some documents) counts as absent."""
    words = [_text_of(one) for one in _all(name, f"h:{part}")] if name is not None else []
    return " ".join(word for word in words if any(sign.isalnum() for sign in word))


def _readable(name: Element | None, given: str, family: str) -> str:
    if name is None:
        return ""
    if not given and not family:
        return _text_of(name)
    titles = [_TITLES.get(_parts(name, part).rstrip(".").upper(), "") for part in ("suffix", "prefix")]
    return " ".join(part for part in (next(filter(None, titles), ""), given, family) if part)


def _main_event(root: Element) -> Element | None:
    """The main act is the first that gives its date. Source: CI-SIS, structuration minimale, documentationOf."""
    events = _all(root, "h:documentationOf/h:serviceEvent")
    return next((event for event in events if _service_start(event)), events[0] if events else None)


def _service_start(event: Element | None) -> datetime | None:
    if event is None:
        return None
    return _moment(_value(event, "h:effectiveTime/h:low") or _value(event, "h:effectiveTime"))


def _related(root: Element) -> list[RelatedDocument]:
    return [
        RelatedDocument(found.get("typeCode", ""), parent.get("root", ""), parent.get("extension", ""))
        for found in _all(root, "h:relatedDocument")
        for parent in _all(found, "h:parentDocument/h:id")
        if parent.get("root")
    ]


def _format(root: Element, templates: tuple[str, ...]) -> str:
    """Derived from the templates, the most precise being the last one (ASS_A11)."""
    text = _one(root, "h:component/h:nonXMLBody/h:text")
    if text is not None:
        return LEVEL_1_FORMATS.get(text.get("mediaType", "").lower(), OUT_OF_PROFILE)
    known = valuesets.format_codes()
    return next((known[template] for template in reversed(templates) if template in known), OUT_OF_PROFILE)
