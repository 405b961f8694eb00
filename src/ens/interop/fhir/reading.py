"""From the bytes of a body to plain JSON objects, and from base64 to bytes."""

from __future__ import annotations

import binascii
import re
from typing import Any

import orjson

from ens.interop.fhir.errors import BodyUnreadable, StructureInvalid

_BLANK = re.compile(r"\s+")


def read_json(body: bytes, *, expected: str) -> dict[str, Any]:
    """The object of a body, announced by its resourceType. Errors: BodyUnreadable, StructureInvalid."""
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BodyUnreadable(detail=f"ligne {error.lineno}, colonne {error.colno}") from None
    if not isinstance(value, dict):
        raise StructureInvalid([(expected, "un objet est attendu")])
    if value.get("resourceType") != expected:
        raise StructureInvalid([("resourceType", f"« {expected} » est attendu")])
    return value


def read_base64(text: str, where: str) -> bytes:
    """The bytes of a base64Binary; blanks are permitted. Errors: StructureInvalid. Source: FHIR R4, datatypes.html."""
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        try:
            return binascii.a2b_base64(_BLANK.sub("", text), strict_mode=True)
        except (binascii.Error, ValueError):
            raise StructureInvalid([(where, "le base64 n'est pas lisible")]) from None
    except ValueError:  # a character outside ASCII
        raise StructureInvalid([(where, "le base64 n'est pas lisible")]) from None
