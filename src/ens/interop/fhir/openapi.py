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
from ens.interop.fhir.search import MAX_COUNT, PARAMETERS, SORTS, Parameter
from ens.interop.fhir.structure import CONTAINABLE, KINDS, PRIMITIVES, Element

MEDIA_TYPE = "application/json"
OUTCOME = {"$ref": "#/components/schemas/OperationOutcome"}
_PRINTED = r"[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]"
_TEXT = rf"^{_PRINTED}*[^\s\u0000-\u001f\u007f]{_PRINTED}*$"  # not blanks alone
_DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_HOUR = r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"

# As the checker of bodies has them; a pattern cannot tell the 30th of February.
SCHEMAS: dict[str, dict[str, Any]] = {
    "string": {"type": "string", "pattern": _TEXT, "maxLength": 1 << 20},
    "markdown": {"type": "string", "pattern": _TEXT, "maxLength": 1 << 20},
    "xhtml": {"type": "string", "description": "Un div XHTML sans script, style ni image lointaine."},
    "code": {"type": "string", "pattern": r"^[!-~]+( [!-~]+)*$"},
    "id": {"type": "string", "pattern": r"^[A-Za-z0-9\-.]{1,64}$"},
    "uri": {"type": "string", "pattern": r"^[!-~]+$"},
    "dateTime": {"type": "string", "pattern": rf"^[1-9][0-9]{{3}}(-(0[1-9]|1[0-2]))?$|^{_DAY}({_HOUR})?$"},
    "instant": {"type": "string", "pattern": f"^{_DAY}{_HOUR}$"},
    "date": {"type": "string", "pattern": rf"^[1-9][0-9]{{3}}(-(0[1-9]|1[0-2]))?$|^{_DAY}$"},
    "boolean": {"type": "boolean"},
    "unsignedInt": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
    "base64Binary": {"type": "string", "pattern": r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"},
}
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
                "schemas": _schemas(),
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
        return {"type": "string", "pattern": rf"^(eq|ne|gt|lt|ge|le|sa|eb)?({_DAY}|[1-9][0-9]{{3}})$"}, words
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
        return {FHIR_JSON: {"schema": _answered("Binary")}, "*/*": {"schema": {}}}
    if interaction.answer == "OpenAPI":
        return {MEDIA_TYPE: {"schema": {"type": "object", "required": ["openapi", "paths"]}}}
    if not interaction.answer:  # a deposit gives nothing back but its address, unless an outcome is asked for
        return {FHIR_JSON: {"schema": OUTCOME}}
    if interaction.code == "search-type" or interaction.takes == "form":
        return {FHIR_JSON: {"schema": _search_set(interaction.answer)}}
    if interaction.takes == "Bundle":
        return {FHIR_JSON: {"schema": _TRANSACTION_RESPONSE}}
    return {FHIR_JSON: {"schema": _answered(interaction.answer)}}


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


# -- schemas ------------------------------------------------------------------------------------------------------
def _schemas() -> dict[str, Any]:
    found = {kind: _schema(kind, elements) for kind, elements in KINDS.items()}
    found["Open"] = {"type": "object", "minProperties": 1}
    found["Extension"] = {
        "type": "object",
        "required": ["url"],
        "properties": {
            "url": SCHEMAS["string"],
            "extension": {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Extension"}},
        },
        "patternProperties": {"^value[A-Z]": {}},
    }
    found["Contained"] = {"oneOf": [{"$ref": f"#/components/schemas/{kind}"} for kind in sorted(CONTAINABLE)]}
    found["Resource"] = {
        "oneOf": [{"$ref": f"#/components/schemas/{kind}"} for kind in ("List", "DocumentReference", "Binary")]
    }
    found["OperationOutcome"] = _OPERATION_OUTCOME
    found["CapabilityStatement"] = {
        "type": "object",
        "required": ["resourceType", "fhirVersion", "rest"],
        "properties": {"resourceType": {"const": "CapabilityStatement"}, "fhirVersion": {"const": "4.0.1"}},
    }
    return found


def _schema(kind: str, elements: dict[str, Element]) -> dict[str, Any]:
    properties = {name: _element(kind, name, element) for name, element in elements.items()}
    properties.setdefault("id", SCHEMAS["string"])
    extensions = {"type": "array", "minItems": 1, "items": {"$ref": "#/components/schemas/Extension"}}
    properties.setdefault("extension", extensions)
    found: dict[str, Any] = {
        "type": "object",
        "properties": properties,
        "patternProperties": {"^_": {"type": "object"}},
        "additionalProperties": False,
    }
    required = [name for name, element in elements.items() if element.required]
    return {**found, "required": required} if required else found


def _element(kind: str, name: str, element: Element) -> dict[str, Any]:
    if name == "resourceType":
        return {"const": kind}
    one = SCHEMAS[element.kind] if element.kind in PRIMITIVES else {"$ref": f"#/components/schemas/{element.kind}"}
    return {"type": "array", "minItems": 1, "items": one} if element.many else one


def _answered(kind: str) -> dict[str, Any]:
    """A resource as it is given: with an id of ours."""
    if kind not in KINDS:
        return {"$ref": f"#/components/schemas/{kind}"}
    return {"allOf": [{"$ref": f"#/components/schemas/{kind}"}, {"required": ["id"]}]}


def _bundle(kind: str, entry: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["resourceType", "type", "link"],
        "properties": {
            "resourceType": {"const": "Bundle"},
            "type": {"const": kind},
            "total": SCHEMAS["unsignedInt"],
            "link": {
                "type": "array",
                "items": {"type": "object", "required": ["relation", "url"], "properties": {"url": SCHEMAS["uri"]}},
            },
            "entry": {"type": "array", "minItems": 1, "items": entry},
        },
        "additionalProperties": False,
    }


def _search_set(kind: str) -> dict[str, Any]:
    modes = {"match": _answered(kind), "outcome": OUTCOME}
    entry = {
        "oneOf": [
            {
                "type": "object",
                "required": ["resource", "search"],
                "properties": {"resource": resource, "search": {"properties": {"mode": {"const": mode}}}},
            }
            for mode, resource in modes.items()
        ]
    }
    return _bundle("searchset", entry)


_TRANSACTION_RESPONSE = _bundle(
    "transaction-response",
    {
        "type": "object",
        "required": ["response"],
        "properties": {
            "response": {
                "type": "object",
                "required": ["status", "location", "etag"],
                "properties": {
                    "status": {"const": "201 Created"},
                    "location": {"type": "string", "pattern": "^(List|DocumentReference|Binary)/[0-9a-f-]{36}$"},
                },
            }
        },
    },
)
_OPERATION_OUTCOME = {
    "type": "object",
    "required": ["resourceType", "issue"],
    "properties": {
        "resourceType": {"const": "OperationOutcome"},
        "issue": {
            "type": "array",
            "minItems": 1,
            "items": {
                "type": "object",
                "required": ["severity", "code", "diagnostics"],
                "properties": {
                    "severity": {"enum": ["error", "warning", "information"]},
                    "code": SCHEMAS["code"],
                    "details": {
                        "type": "object",
                        "properties": {
                            "coding": {
                                "type": "array",
                                "items": {
                                    "type": "object",
                                    "required": ["system", "code"],
                                    "properties": {"system": {"const": outcome.CODE_SYSTEM}, "code": SCHEMAS["code"]},
                                },
                            }
                        },
                    },
                    "diagnostics": {"type": "string", "minLength": 1},
                    "expression": {"type": "array", "items": {"type": "string"}},
                },
                "additionalProperties": False,
            },
        },
    },
    "additionalProperties": False,
}
