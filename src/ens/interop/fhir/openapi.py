"""The OpenAPI description of the face, drawn from the tables it obeys: what is offered, parameters, kinds of elements.

For tools that write clients, explore or attack an interface. FHIR's own description is the CapabilityStatement.
Source: OpenAPI 3.1.0; JSON Schema 2020-12.
"""

from __future__ import annotations

from functools import lru_cache
from http import HTTPStatus
from typing import Any

import orjson

from ens.interop.fhir import outcome
from ens.interop.fhir.negotiation import FHIR_JSON
from ens.interop.fhir.offer import FORM, OFFER, Interaction, codes_of
from ens.interop.fhir.schemas import DAY, OUTCOME, TRANSACTION_RESPONSE, answered, every_schema, search_set
from ens.interop.fhir.search import MAX_COUNT, PARAMETERS, SORTS, Parameter

MEDIA_TYPE = "application/json"
_VALUES = {
    "token": "code, système|code, |code ou système| ; plusieurs valeurs séparées par des virgules.",
    "date": "AAAA, AAAA-MM, AAAA-MM-JJ ou date et heure, précédée de eq, ne, gt, lt, ge, le, sa ou eb.",
    "reference": "Type/id, adresse, ou identifiant (système|valeur).",
    "string": "Le début du texte ; :exact et :contains sont offerts.",
    "patient": "Patient/id ou urn:oid:OID|matricule.",
}
_CONTROLS: dict[str, tuple[dict[str, Any], str]] = {
    "_count": ({"type": "integer", "minimum": 0}, f"Réponses par page, {MAX_COUNT} au plus. 0 : le nombre seul."),
    "_summary": ({"type": "string", "enum": ["count", "false"]}, "count : le nombre seul."),
    "_total": ({"type": "string", "enum": ["none", "estimate", "accurate"]}, "Dire le nombre total."),
    "_format": ({"type": "string", "enum": ["json", FHIR_JSON]}, "L'emporte sur Accept."),
    "_pretty": ({"type": "string", "enum": ["true", "false"]}, "Sans effet."),
    "_cursor": ({"type": "string"}, "Donné par le lien next : à suivre tel quel."),
}


@lru_cache(maxsize=4)
def description(base_url: str, name: str = "Espace numérique de santé") -> bytes:
    """The whole description, served as JSON."""
    return orjson.dumps(
        {
            "openapi": "3.1.0",
            "info": {
                "title": f"{name} : partage de documents de santé",
                "version": "1",
                "description": "FHIR R4 (4.0.1), volet PDSm. Chaque refus est un OperationOutcome à code stable.",
                "license": {"name": "MIT", "identifier": "MIT"},
            },
            "servers": [{"url": f"{base_url}/fhir"}],
            "security": [{"oauth2": ["dossier"]}],
            "paths": {_path(shape): _operations(shape) for shape in OFFER if OFFER[shape].methods},
            "components": {
                "schemas": every_schema(),
                "securitySchemes": {
                    "oauth2": {
                        "type": "oauth2",
                        "description": "Le logiciel, par son identifiant et son secret.",
                        "flows": {
                            "clientCredentials": {
                                "tokenUrl": f"{base_url}/oauth2/token",
                                "scopes": {"dossier": "Déposer et consulter, selon les droits de la personne nommée."},
                            }
                        },
                    }
                },
            },
        }
    )


def _path(shape: tuple[str, ...]) -> str:
    return "/" + "/".join(shape)


# -- operations ---------------------------------------------------------------------------------------------------
def _operations(shape: tuple[str, ...]) -> dict[str, Any]:
    address = OFFER[shape]
    found: dict[str, Any] = {}
    placeholders = [part[1:-1] for part in shape if part.startswith("{")]
    if placeholders:
        found["parameters"] = [
            {"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in placeholders
        ]
    for method, interaction in address.methods.items():
        operation: dict[str, Any] = {
            "operationId": "-".join([interaction.act, *(part.strip("{}") for part in shape)]),
            "summary": interaction.summary,
            "parameters": _parameters(shape, method, interaction),
            "responses": _responses(shape, method, interaction),
        }
        if address.public:
            operation["security"] = []
        if interaction.takes:
            operation["requestBody"] = _body(shape, interaction)
        found[method.lower()] = operation
    return found


def _parameters(shape: tuple[str, ...], method: str, interaction: Interaction) -> list[dict[str, Any]]:
    found = []
    if method == "GET" and len(shape) == 1 and interaction.code == "search-type":
        found += [_in_query(name, one, shape[0]) for name, one in _offered(shape[0]).items()]
    if not OFFER[shape].public:
        found.append(
            {
                "name": "X-Ens-Personne",
                "in": "header",
                "schema": {"type": "string", "pattern": r"^(urn:oid:1\.2\.250\.1\.71\.4\.2\.1\|8)?[0-9]{11}$"},
                "description": "La personne qui consulte, quand le logiciel est celui d'un établissement.",
            }
        )
    if interaction.code in ("read", "vread"):
        found.append({"name": "If-None-Match", "in": "header", "schema": {"type": "string", "pattern": '^W/"[0-9]+"$'}})
    if interaction.code == "search-type":
        found.append(
            {
                "name": "Prefer",
                "in": "header",
                "schema": {"type": "string", "enum": ["handling=strict", "handling=lenient"]},
                "description": "lenient : un paramètre non offert est ignoré, et dit.",
            }
        )
    return found


def _offered(kind: str) -> dict[str, Parameter]:
    if kind in PARAMETERS:
        return PARAMETERS[kind]
    return {"identifier": Parameter("patient", "L'INS : urn:oid:OID|matricule.")}


def _in_query(name: str, parameter: Parameter, kind: str) -> dict[str, Any]:
    schema, words = _value(name, parameter, kind)
    found = {"name": name, "in": "query", "schema": schema, "description": words}
    return {**found, "required": True} if kind == "Patient" and name == "identifier" else found


def _value(name: str, parameter: Parameter, kind: str) -> tuple[dict[str, Any], str]:
    if name == "_sort":
        names = [sign + one for one in SORTS[kind] for sign in ("", "-")]
        return {"type": "string", "enum": names}, "Précédé d'un tiret : du plus récent au plus ancien."
    if parameter.kind == "control":
        return _CONTROLS[name]
    words = f"{parameter.documentation} {_VALUES[parameter.kind]}"
    if parameter.kind == "date":
        return {"type": "string", "pattern": rf"^(eq|ne|gt|lt|ge|le|sa|eb)?({DAY}|[1-9][0-9]{{3}})$"}, words
    return {"type": "string", "minLength": 1}, words


def _body(shape: tuple[str, ...], interaction: Interaction) -> dict[str, Any]:
    if interaction.takes != "form":
        schema = {"$ref": "#/components/schemas/" + interaction.takes}
        return {"required": True, "content": {FHIR_JSON: {"schema": schema}}}
    properties = {name: _value(name, one, shape[0])[0] for name, one in _offered(shape[0]).items()}
    return {"required": True, "content": {FORM: {"schema": {"type": "object", "properties": properties}}}}


def _responses(shape: tuple[str, ...], method: str, interaction: Interaction) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for status in interaction.statuses:
        answer: dict[str, Any] = {"description": HTTPStatus(status).phrase}
        if status == 304:
            answer["description"] = "Cette version est déjà connue."
        else:
            answer["content"] = _content(interaction)
        found[str(status)] = answer
    by_status: dict[int, list[str]] = {}
    for code in codes_of(shape, method):
        by_status.setdefault(outcome.answer_of(code)[0], []).append(code)
    for status, codes in sorted(by_status.items()):
        found[str(status)] = _refusal(status, codes)
    return found


def _content(interaction: Interaction) -> dict[str, Any]:
    if interaction.answer == "octets":
        return {FHIR_JSON: {"schema": answered("Binary")}, "*/*": {"schema": {}}}
    if interaction.answer == "OpenAPI":
        return {MEDIA_TYPE: {"schema": {"type": "object", "required": ["openapi", "paths"]}}}
    if not interaction.answer:  # a deposit gives nothing back but its address, unless an outcome is asked for
        return {FHIR_JSON: {"schema": OUTCOME}}
    if interaction.code == "search-type" or interaction.takes == "form":
        return {FHIR_JSON: {"schema": search_set(interaction.answer)}}
    if interaction.takes == "Bundle":
        return {FHIR_JSON: {"schema": TRANSACTION_RESPONSE}}
    return {FHIR_JSON: {"schema": answered(interaction.answer)}}


def _refusal(status: int, codes: list[str]) -> dict[str, Any]:
    words = "\n".join(f"- `{code}` : {outcome.sentence_of(code)}" for code in codes)
    stated = {
        "properties": {
            "issue": {"items": {"properties": {"details": {"properties": {"coding": {"items": {"properties": {
                "code": {"enum": codes}}}}}}}}}
        }
    }  # fmt: skip
    answer: dict[str, Any] = {
        "description": f"{HTTPStatus(status).phrase}\n\n{words}",
        "content": {FHIR_JSON: {"schema": {"allOf": [OUTCOME, stated]}}},
    }
    if status in (429, 503):
        answer["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Secondes à attendre."}}
    if status == 401:
        answer["headers"] = {"WWW-Authenticate": {"schema": {"type": "string"}}}
    return answer
