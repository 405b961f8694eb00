"""The DocumentReference and the List the record gives back: the received one, with what is ours set by us.

Source: PDSm, PDSm_ComprehensiveDocumentReference and PDSm_SubmissionSetComprehensive.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson

from ens.kernel import clock
from ens.record.models import Document
from ens.standards import valuesets

PROFILE = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-"
ARCHIVED = PROFILE + "ext-is-archived"
V3_CONFIDENTIALITY = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
LOINC = "http://loinc.org"
LOINC_OID = "2.16.840.1.113883.6.1"
CLASS_SYSTEM = "https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument/FHIR/TRE-A03-ClasseDocument"
UNIQUE_ID_SYSTEM = "urn:ietf:rfc:3986"


def instant(moment: datetime) -> str:
    return moment.astimezone(clock.PARIS).isoformat(timespec="milliseconds")


def system_uri(oid: str) -> str:
    return {LOINC_OID: LOINC, "2.16.840.1.113883.5.25": V3_CONFIDENTIALITY}.get(oid, f"urn:oid:{oid}")


def as_urn(unique_id: str) -> str:
    if unique_id.startswith("urn:"):
        return unique_id
    return f"urn:oid:{unique_id}" if unique_id.replace(".", "").isdigit() else unique_id


def security_labels(document: Document, base: list[str]) -> list[dict[str, Any]]:
    """N (or R, V) and what was added to it, from the document's state today. Source: JDV_J08."""
    codes = base_labels(base)
    if document.is_masked:
        codes.append("MASQUE_PS")
    if document.held_back_since is not None:
        codes.append("INVISIBLE_PATIENT")
    if document.hidden_from_representatives:
        codes.append("INVISIBLE_REPRESENTANTS_LEGAUX")
    labels = valuesets.confidentiality_systems()
    return [{"coding": [{"system": system_uri(labels[code]), "code": code}]} for code in codes]


def base_labels(confidentiality: Iterable[str]) -> list[str]:
    return [code for code in confidentiality if code in ("N", "R", "V")] or ["N"]


def reference(
    document: Document, card: dict[str, Any], received: dict[str, Any] | None, sha1: bytes, replaced: UUID | None
) -> bytes:
    """The stored bytes of a DocumentReference, made when filed and at each change of state."""
    resource = dict(received) if received else _from_metadata(document, card)
    resource["resourceType"] = "DocumentReference"
    resource["id"] = str(document.id)
    meta = dict(resource.get("meta") or {})
    meta["versionId"] = str(document.meta_version)
    meta["lastUpdated"] = instant(clock.now())
    resource["meta"] = meta
    resource["status"] = document.status
    resource["masterIdentifier"] = resource.get("masterIdentifier") or {
        "system": UNIQUE_ID_SYSTEM,
        "value": as_urn(card["unique_id"]),
    }
    resource["subject"] = {"reference": f"Patient/{document.usager_id}"}
    resource["securityLabel"] = security_labels(document, card["confidentiality"])
    content = [dict(part) for part in resource.get("content") or [{}]][:1]
    attachment = {name: value for name, value in (content[0].get("attachment") or {}).items() if name != "data"}
    attachment |= {
        "contentType": document.media_type,
        "url": f"Binary/{document.binary_id}",
        "size": document.size,
        "hash": base64.b64encode(sha1).decode(),
    }
    attachment.setdefault("title", card["title"])
    attachment.setdefault("creation", instant(document.created_at))
    attachment.setdefault("language", "fr-FR")
    content[0]["attachment"] = attachment
    resource["content"] = content
    if replaced is not None:
        target = {"reference": f"DocumentReference/{replaced}"}
        resource["relatesTo"] = [{"code": "replaces", "target": target}]
    else:
        resource.pop("relatesTo", None)
    return orjson.dumps(resource)


def _from_metadata(document: Document, card: dict[str, Any]) -> dict[str, Any]:
    """For what did not come as FHIR: the usager's own files, attachments of messages."""
    known = valuesets.document_types()[document.type_code]
    found: dict[str, Any] = {
        "resourceType": "DocumentReference",
        "meta": {"profile": [PROFILE + "comprehensive-document-reference"]},
        "type": {"coding": [{"system": system_uri(known.system), "code": known.code, "display": known.label}]},
        "date": instant(document.filed_at),
        "author": [{"display": card["author_label"] or card["source_label"]}],
        "description": card["title"],
        "content": [{"format": {"code": document.format_code}}],
        "context": {"period": {"start": instant(document.act_at)}},
    }
    if document.class_code:
        label = valuesets.class_labels().get(document.class_code, "")
        found["category"] = [{"coding": [{"system": CLASS_SYSTEM, "code": document.class_code, "display": label}]}]
    return found


def submission_set(set_id: UUID, usager_id: UUID, received: dict[str, Any], documents: list[UUID]) -> bytes:
    """The stored bytes of a List, whose entries name our ids."""
    resource = dict(received)
    resource["resourceType"] = "List"
    resource["id"] = str(set_id)
    resource["meta"] = {**(resource.get("meta") or {}), "versionId": "1", "lastUpdated": instant(clock.now())}
    resource["subject"] = {"reference": f"Patient/{usager_id}"}
    sent = resource.get("entry") or []
    entries = sent if len(sent) == len(documents) else [{} for _ in documents]
    resource["entry"] = [
        {**entry, "item": {"reference": f"DocumentReference/{key}"}}
        for entry, key in zip(entries, documents, strict=True)
    ]
    return orjson.dumps(resource)


def search_codes(resource: dict[str, Any] | None, author_rpps: str, confidentiality: Iterable[str]) -> list[str]:
    """« parameter|code » of what a search may ask for beyond the columns: facility, setting, event, author, label."""
    found = {f"label|{code}" for code in base_labels(confidentiality)}
    if author_rpps:
        found.add(f"author|{author_rpps}")
    if resource:
        context = resource.get("context") or {}
        for parameter, concepts in (
            ("facility", [context.get("facilityType")]),
            ("setting", [context.get("practiceSetting")]),
            ("event", context.get("event") or []),
        ):
            for concept in concepts:
                for coding in (concept or {}).get("coding") or []:
                    found.add(f"{parameter}|{coding.get('code', '')}")
        contained = {f"#{one.get('id')}": one for one in resource.get("contained") or []}
        for author in resource.get("author") or []:
            who = contained.get(author.get("reference", ""), author)
            identifiers = who.get("identifier") or []
            for identifier in identifiers if isinstance(identifiers, list) else [identifiers]:
                found.add(f"author|{identifier.get('value', '')}")
    return sorted("".join(letter for letter in code[:120] if letter.isprintable()) for code in found)
