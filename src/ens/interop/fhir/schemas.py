"""JSON Schemas of what the face takes and answers, drawn from the checker's own tables.

Source: JSON Schema 2020-12; FHIR R4, datatypes.html.
"""

from __future__ import annotations

from typing import Any

from ens.interop.fhir.outcome import CODE_SYSTEM
from ens.interop.fhir.structure import CONTAINABLE, KINDS, PRIMITIVES, Element

OUTCOME = {"$ref": "#/components/schemas/OperationOutcome"}
DAY = r"[0-9]{4}-(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])"
_PRINTED = r"[^\u0000-\u0008\u000b\u000c\u000e-\u001f\u007f]"
_TEXT = rf"^{_PRINTED}*[^\s\u0000-\u001f\u007f]{_PRINTED}*$"  # not blanks alone
_HOUR = r"T([01][0-9]|2[0-3]):[0-5][0-9]:[0-5][0-9](\.[0-9]{1,9})?(Z|[+-](0[0-9]|1[0-4]):[0-5][0-9])"

# As the checker of bodies has them; a pattern cannot tell the 30th of February.
SCHEMAS: dict[str, dict[str, Any]] = {
    "string": {"type": "string", "pattern": _TEXT, "maxLength": 1 << 20},
    "markdown": {"type": "string", "pattern": _TEXT, "maxLength": 1 << 20},
    "xhtml": {"type": "string", "description": "Un div XHTML sans script, style ni image lointaine."},
    "code": {"type": "string", "pattern": r"^\S+( \S+)*$"},
    "id": {"type": "string", "pattern": r"^[A-Za-z0-9\-.]{1,64}$"},
    "uri": {"type": "string", "pattern": r"^\S+$"},
    "dateTime": {"type": "string", "pattern": rf"^[1-9][0-9]{{3}}(-(0[1-9]|1[0-2]))?$|^{DAY}({_HOUR})?$"},
    "instant": {"type": "string", "pattern": f"^{DAY}{_HOUR}$"},
    "date": {"type": "string", "pattern": rf"^[1-9][0-9]{{3}}(-(0[1-9]|1[0-2]))?$|^{DAY}$"},
    "boolean": {"type": "boolean"},
    "unsignedInt": {"type": "integer", "minimum": 0, "maximum": 2**31 - 1},
    "base64Binary": {"type": "string", "pattern": r"^([A-Za-z0-9+/]{4})*([A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$"},
}


def every_schema() -> dict[str, Any]:
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


def answered(kind: str) -> dict[str, Any]:
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


def search_set(kind: str) -> dict[str, Any]:
    modes = {"match": answered(kind), "outcome": OUTCOME}
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


TRANSACTION_RESPONSE = _bundle(
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
                                    "properties": {"system": {"const": CODE_SYSTEM}, "code": SCHEMAS["code"]},
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
