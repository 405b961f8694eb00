"""The facts of a checked DocumentReference or List, in the words of XDS metadata.

Source: IHE MHD, mapping of DocumentEntry and SubmissionSet; PDSm, ConceptMetierToPDSm_ComprehensiveDocumentReference.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from ens.interop.fhir.errors import ReferenceUnresolved, StructureInvalid
from ens.interop.fhir.reading import read_base64
from ens.interop.fhir.search import interval

PERSON_AUTHORITY = "1.2.250.1.71.4.2.1"  # PSIdNat
STRUCTURE_AUTHORITY = "1.2.250.1.71.4.2.2"  # StructIdNat
MHD = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-"
PARTS_OF_PERSON = ("Practitioner", "Patient", "RelatedPerson")


@dataclass(frozen=True, slots=True)
class Coded:
    code: str = ""
    system: str = ""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Author:
    """Who a document says wrote it: shown as declared, never looked up."""

    name: str = ""
    rpps: str = ""
    organisation: str = ""
    finess: str = ""
    role: str = ""


@dataclass(frozen=True, slots=True)
class Relation:
    """A link to an earlier document, by our id or by its producer's."""

    code: str
    document_id: UUID | None
    unique_id: str
    where: str


def coded(concept: dict[str, Any] | None) -> Coded:
    """The first code of a CodeableConcept."""
    for coding in (concept or {}).get("coding", []):
        if coding.get("code"):
            return Coded(coding["code"], coding.get("system", ""), coding.get("display", ""))
    return Coded()


def every_code(concepts: Iterable[dict[str, Any]]) -> tuple[str, ...]:
    """All the codes of several CodeableConcepts, in order."""
    return tuple(coding["code"] for concept in concepts for coding in concept.get("coding", []) if coding.get("code"))


def moment(value: str | None) -> datetime | None:
    """The first instant of a FHIR date, in UTC."""
    return interval(value)[0] if value else None


def bare_identifier(value: str) -> str:
    """An identifier without its URN, as CDA and XDS write it."""
    return value.removeprefix("urn:oid:").removeprefix("urn:uuid:")


def entry_uuid(resource: dict[str, Any]) -> str:
    """The producer's entryUUID, when it gives one."""
    for identifier in resource.get("identifier", []):
        value: str = identifier.get("value", "")
        if value.startswith("urn:uuid:"):
            return value
    return ""


def official_identifier(resource: dict[str, Any]) -> str:
    """The uniqueId of a SubmissionSet; empty when the producer gives none."""
    found = resource.get("identifier", [])
    chosen = next((one for one in found if one.get("use") == "official"), found[0] if found else {})
    value: str = chosen.get("value", "")
    return value


def declared_hash(attachment: dict[str, Any], where: str) -> bytes | None:
    """The SHA-1 the sender declares: 20 bytes in base64, or in hexadecimal as some write it."""
    text = attachment.get("hash")
    if text is None:
        return None
    if re.fullmatch(r"[0-9a-fA-F]{40}", text):
        return binascii.unhexlify(text)
    value = read_base64(text, f"{where}.hash")
    if len(value) == 40 and re.fullmatch(rb"[0-9a-fA-F]{40}", value):
        return binascii.unhexlify(value)
    if len(value) != 20:
        raise StructureInvalid([(f"{where}.hash", "une empreinte SHA-1 en base64 est attendue")])
    return value


def author(resource: dict[str, Any], references: Iterable[dict[str, Any]]) -> Author:
    """The first author named, with the organisation if one is named beside. Errors: ReferenceUnresolved."""
    merged = Author()
    for reference in references:
        found = _author(reference, {one["id"]: one for one in resource.get("contained", [])})
        merged = Author(*(getattr(merged, name) or getattr(found, name) for name in Author.__dataclass_fields__))
    return merged


def _author(reference: dict[str, Any], contained: dict[str, dict[str, Any]]) -> Author:
    target = contained.get(reference.get("reference", "").removeprefix("#"))
    if target is None:
        if not reference.get("display") and not reference.get("identifier"):
            raise ReferenceUnresolved(expression="author")
        rpps, finess = _numbers([reference.get("identifier", {})])
        return Author(name=reference.get("display", ""), rpps=rpps, finess=finess)
    kind = target["resourceType"]
    rpps, finess = _numbers(target.get("identifier", []))
    label = reference.get("display", "")
    if kind in PARTS_OF_PERSON:
        name = label or _person_name(target) or (f"RPPS {rpps}" if rpps else "")
        return Author(name=name, rpps=rpps if kind == "Practitioner" else "")
    if kind == "Organization":
        return Author(organisation=target.get("name", "") or label, finess=finess)
    if kind == "Device":
        names = [one.get("name", "") for one in target.get("deviceName", []) if isinstance(one, dict)]
        return Author(name=label or next((name for name in names if isinstance(name, str)), "") or "Dispositif")
    person = _part(target.get("practitioner", {}), contained)
    place = _part(target.get("organization", {}), contained)
    role = coded(next(iter(target.get("code", []) + target.get("specialty", [])), None))
    return Author(
        name=label or person.name or (f"RPPS {rpps}" if rpps else ""),
        rpps=person.rpps or rpps,
        organisation=place.organisation,
        finess=place.finess,
        role=role.label or role.code,
    )


def _part(reference: dict[str, Any], contained: dict[str, dict[str, Any]]) -> Author:
    target = contained.get(reference.get("reference", "").removeprefix("#"))
    if target is not None and target["resourceType"] in ("Practitioner", "Organization"):
        return _author(reference, contained)
    rpps, finess = _numbers([reference.get("identifier", {})])
    display = reference.get("display", "")
    return Author(name=display, organisation=display, rpps=rpps, finess=finess)


def _person_name(target: dict[str, Any]) -> str:
    for name in target.get("name", []):
        text: str = name.get("text", "")
        parts = [*name.get("prefix", []), *name.get("given", []), name.get("family", "")]
        if text or any(parts):
            return text or " ".join(part for part in parts if part)
    return ""


def _numbers(identifiers: Iterable[dict[str, Any]]) -> tuple[str, str]:
    """The RPPS and the FINESS among identifiers, as bare numbers. Source: PSIdNat, StructIdNat (NOS)."""
    rpps = finess = ""
    for identifier in identifiers:
        system, value = identifier.get("system", "").removeprefix("urn:oid:"), identifier.get("value", "")
        if system == PERSON_AUTHORITY and re.fullmatch(r"8\d{11}", value):
            rpps = value[1:]
        elif re.fullmatch(r"\d{11}", value) and (system == PERSON_AUTHORITY or system.endswith("/rpps")):
            rpps = value
        elif system == STRUCTURE_AUTHORITY and re.fullmatch(r"1[0-9AB]{9}", value):
            finess = value[1:]
        elif re.fullmatch(r"[0-9AB]{9}", value) and "finess" in system.lower():
            finess = value
    return rpps, finess


def relations(resource: dict[str, Any], where: str, fhir_base: str) -> tuple[Relation, ...]:
    """The links a DocumentReference declares. Errors: ReferenceUnresolved, when one cannot be read."""
    found = []
    for index, relation in enumerate(resource.get("relatesTo", [])):
        target, place = relation["target"], f"{where}.relatesTo[{index}].target"
        text = target.get("reference", "").removeprefix(fhir_base.rstrip("/") + "/")
        unique_id = target.get("identifier", {}).get("value", "")
        document_id = None
        if text.startswith("DocumentReference?identifier="):
            unique_id = text.partition("=")[2].rpartition("|")[2]
        elif text.startswith("DocumentReference/"):
            try:
                document_id = UUID(text.split("/")[1])
            except ValueError:
                raise ReferenceUnresolved(expression=f"{place}.reference") from None
        elif text.startswith("urn:oid:") and not unique_id:
            unique_id = text
        elif text or not unique_id:
            raise ReferenceUnresolved(expression=f"{place}.reference")
        found.append(Relation(relation["code"], document_id, unique_id, place))
    return tuple(found)
