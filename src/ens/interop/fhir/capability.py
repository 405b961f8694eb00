"""The CapabilityStatement: what the space offers, drawn from the tables the door itself obeys."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson

from ens.interop.fhir.offer import interactions_of
from ens.interop.fhir.search import PARAMETERS, SORTS

_PDSM = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-"
_GUIDE = "https://interop.esante.gouv.fr/ig/fhir/pdsm/ImplementationGuide/ans.fhir.fr.pdsm"
_OAUTH_URIS = "http://fhir-registry.smarthealthit.org/StructureDefinition/oauth-uris"


@lru_cache(maxsize=4)
def capability_statement(base_url: str, name: str = "Espace numérique de santé") -> bytes:
    """The CapabilityStatement of the PDSm actor « gestionnaire de partage de documents »."""
    return orjson.dumps(
        {
            "resourceType": "CapabilityStatement",
            "name": "GestionnaireDePartageDeDocuments",
            "title": f"{name} : partage de documents de santé",
            "status": "active",
            "date": "2026-01-01",
            "kind": "instance",
            "software": {"name": "ens"},
            "implementation": {"description": name, "url": f"{base_url}/fhir"},
            "fhirVersion": "4.0.1",
            "format": ["application/fhir+json", "json"],
            "implementationGuide": [_GUIDE],
            "instantiates": [
                "https://interop.esante.gouv.fr/ig/fhir/pdsm/CapabilityStatement/PDSm-GestionnaireDePartageDeDocuments"
            ],
            "rest": [
                {
                    "mode": "server",
                    "documentation": "Actes offerts : ITI-65, ITI-66, ITI-67, ITI-68, ITI-105 et Patient?identifier=.",
                    "security": _security(base_url),
                    "resource": [
                        _resource("List", "submissionset-comprehensive"),
                        _resource("DocumentReference", "comprehensive-document-reference"),
                        {
                            "type": "Binary",
                            "documentation": "Les octets tels que déposés (ITI-68), ou la ressource.",
                            "interaction": _interactions("Binary"),
                            "versioning": "versioned",
                        },
                        {
                            "type": "Patient",
                            "documentation": "Dit si l'espace de cette personne est ouvert. Sans traits d'identité.",
                            "interaction": _interactions("Patient"),
                            "searchParam": [
                                {
                                    "name": "identifier",
                                    "definition": "http://hl7.org/fhir/SearchParameter/Patient-identifier",
                                    "type": "token",
                                    "documentation": "L'INS : urn:oid:OID|matricule.",
                                }
                            ],
                        },
                    ],
                    "interaction": [
                        {"code": "transaction", "documentation": _PDSM + "comprehensive-provide-document-bundle"}
                    ],
                }
            ],
        }
    )


def _interactions(kind: str) -> list[dict[str, str]]:
    return [{"code": code} for code in sorted(interactions_of(kind))]


def _resource(kind: str, profile: str) -> dict[str, Any]:
    parameters = [
        {
            "name": name,
            "definition": parameter.definition,
            "type": {"patient": "token" if name.endswith(".identifier") else "reference"}.get(
                parameter.kind, parameter.kind
            ),
            "documentation": parameter.documentation,
        }
        for name, parameter in PARAMETERS[kind].items()
        if parameter.kind != "control"
    ]
    return {
        "type": kind,
        "profile": "http://hl7.org/fhir/StructureDefinition/" + kind,
        "supportedProfile": [_PDSM + profile],
        "documentation": "Tris offerts : " + ", ".join(SORTS[kind]) + ". _count jusqu'à 200, _summary=count, _total.",
        "interaction": _interactions(kind),
        "versioning": "versioned",
        "conditionalRead": "full-support",
        "searchParam": parameters,
    }


def _security(base_url: str) -> dict[str, Any]:
    return {
        "cors": False,
        "service": [
            {"coding": [{"system": "http://terminology.hl7.org/CodeSystem/restful-security-service", "code": "OAuth"}]}
        ],
        "description": "OAuth2, client credentials. Un logiciel d'établissement nomme la personne qui consulte.",
        "extension": [{"url": _OAUTH_URIS, "extension": [{"url": "token", "valueUri": f"{base_url}/oauth2/token"}]}],
    }
