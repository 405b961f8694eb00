"""Bodies of the French document exchange, as a practice software sends them."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import Any
from uuid import uuid4

TEST_OID = "1.2.250.1.213.1.4.10"
INAYA = "289456789012325"
PDF = b"%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
CLASS_10 = {
    "coding": [
        {"system": "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument", "code": "10"}
    ]
}


def people(matricule: str = INAYA, oid: str = TEST_OID, rpps: str = "899700218896") -> list[dict[str, Any]]:
    return [
        {
            "resourceType": "Patient",
            "id": "patient-source",
            "identifier": [{"system": f"urn:oid:{oid}", "value": matricule}],
        },
        {
            "resourceType": "Practitioner",
            "id": "auteur",
            "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": rpps}],
            "name": [{"family": "DUPOND", "given": ["Camille"]}],
        },
    ]


def document_reference(
    data: bytes = PDF,
    url: str | None = None,
    *,
    matricule: str = INAYA,
    oid: str = TEST_OID,
    unique_id: str = "",
    title: str = "Compte rendu de consultation",
    type_code: str = "11488-4",
    media_type: str = "application/pdf",
    replaces: str = "",
) -> dict[str, Any]:
    """A comprehensive DocumentReference; without ``url`` the document is inside."""
    attachment: dict[str, Any] = {
        "contentType": media_type,
        "language": "fr-FR",
        "size": len(data),
        "hash": base64.b64encode(hashlib.sha1(data, usedforsecurity=False).digest()).decode(),
        "title": title,
        "creation": "2026-03-04T10:11:12+01:00",
    }
    attachment |= {"url": url} if url else {"data": base64.b64encode(data).decode()}
    resource: dict[str, Any] = {
        "resourceType": "DocumentReference",
        "contained": people(matricule, oid),
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": unique_id or f"urn:oid:2.25.{uuid4().int}"},
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": type_code}]},
        "category": [CLASS_10],
        "subject": {"reference": f"Patient?identifier=urn:oid:{oid}|{matricule}"},
        "date": "2026-03-04T10:11:12+01:00",
        "author": [{"reference": "#auteur"}],
        "authenticator": {"reference": "#auteur"},
        "securityLabel": [
            {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/v3-Confidentiality", "code": "N"}]}
        ],
        "content": [
            {
                "attachment": attachment,
                "format": {
                    "system": "http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode",
                    "code": "urn:ihe:iti:xds:2017:mimeTypeSufficient",
                },
            }
        ],
        "context": {
            "period": {"start": "2026-03-04T10:11:12+01:00"},
            "sourcePatientInfo": {"reference": "#patient-source"},
            "facilityType": {"coding": [{"system": "http://snomed.info/sct", "code": "22232009"}]},
            "practiceSetting": {"coding": [{"system": "http://snomed.info/sct", "code": "394802001"}]},
        },
    }
    if replaces:
        resource["relatesTo"] = [{"code": "replaces", "target": {"reference": replaces}}]
    return resource


def submission_set(references: list[str], *, matricule: str = INAYA, oid: str = TEST_OID) -> dict[str, Any]:
    mhd = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-"
    return {
        "resourceType": "List",
        "contained": people(matricule, oid),
        "extension": [
            {"url": mhd + "designationType", "valueCodeableConcept": CLASS_10},
            {"url": mhd + "sourceId", "valueIdentifier": {"value": "urn:oid:1.2.250.1.999.1"}},
        ],
        "identifier": [{"use": "official", "system": "urn:ietf:rfc:3986", "value": f"urn:oid:2.25.{uuid4().int}"}],
        "status": "current",
        "mode": "working",
        "code": {
            "coding": [{"system": "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes", "code": "submissionset"}]
        },
        "subject": {"reference": f"Patient?identifier=urn:oid:{oid}|{matricule}"},
        "date": "2026-03-04T10:11:12+01:00",
        "source": {"reference": "#auteur"},
        "entry": [{"item": {"reference": reference}} for reference in references],
    }


def provide_bundle(*contents: bytes, inline: bool = False, **facts: Any) -> dict[str, Any]:
    """An ITI-65 transaction: one set, one DocumentReference a content, one Binary each unless inline."""
    contents = contents or (PDF,)
    documents, binaries, urls = [], [], []
    for data in contents:
        url, binary = f"urn:uuid:{uuid4()}", f"urn:uuid:{uuid4()}"
        urls.append(url)
        documents.append(entry(url, document_reference(data, None if inline else binary, **facts)))
        if not inline:
            media_type = facts.get("media_type", "application/pdf")
            content = base64.b64encode(data).decode()
            resource = {"resourceType": "Binary", "contentType": media_type, "data": content}
            binaries.append(entry(binary, resource))
    patient = {name: facts[name] for name in ("matricule", "oid") if name in facts}
    first = entry(f"urn:uuid:{uuid4()}", submission_set(urls, **patient))
    return {"resourceType": "Bundle", "type": "transaction", "entry": [first, *documents, *binaries]}


def entry(url: str, resource: dict[str, Any]) -> dict[str, Any]:
    return {"fullUrl": url, "resource": resource, "request": {"method": "POST", "url": resource["resourceType"]}}


def body(resource: dict[str, Any]) -> bytes:
    return json.dumps(resource).encode()
