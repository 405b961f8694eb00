"""From the bytes of a body to plain JSON objects, and from base64 to bytes."""

from __future__ import annotations

import binascii
import codecs
import json
import re
from typing import Any

import msgspec
import orjson

from ens.interop.fhir.errors import BodyUnreadable, StructureInvalid

_BLANK = re.compile(r"\s+")


def read_json(body: bytes, *, expected: str) -> dict[str, Any]:
    """The object of a body, announced by its resourceType. Errors: BodyUnreadable, StructureInvalid."""
    if body.startswith(codecs.BOM_UTF8):
        raise BodyUnreadable(detail="il commence par une marque d'ordre (BOM), que JSON ne permet pas")
    try:
        value = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise BodyUnreadable(detail=f"ligne {error.lineno}, colonne {error.colno}") from None
    try:
        written = orjson.dumps(value)
    except orjson.JSONEncodeError:
        raise StructureInvalid([(expected, "l'imbrication est trop profonde")]) from None
    _refuse_duplicates(body, written)
    if not isinstance(value, dict):
        raise StructureInvalid([(expected, "un objet est attendu")])
    if value.get("resourceType") != expected:
        raise StructureInvalid([("resourceType", f"« {expected} » est attendu")])
    return value


def _refuse_duplicates(body: bytes, written: bytes) -> None:
    """A name given twice is read differently by each reader: what was checked may not be what is shown elsewhere.

    The parser keeps the last one. What it read, written again, is the body itself when the sender leaves no blanks;
    else it has as many quotation marks as the body (there as such or as an escape), unless a name was dropped or a
    backslash precedes « u0022 »: only then is the body walked.
    Errors: BodyUnreadable. Source: FHIR R4, json.html; RFC 8259, 4.
    """
    if body == written:
        return
    escaped = body.count(b"\\u0022") if b"\\" in body else 0
    if body.count(b'"') + escaped == written.count(b'"'):
        return

    def pairs(found: list[tuple[str, Any]]) -> None:
        if len({name for name, _ in found}) != len(found):
            raise BodyUnreadable(detail="un nom est donné deux fois dans le même objet")

    json.loads(body, object_pairs_hook=pairs)


def read_base64(text: str, where: str) -> bytes:
    """The bytes of a base64Binary; blanks are permitted. Errors: StructureInvalid. Source: FHIR R4, datatypes.html."""
    try:
        return msgspec.convert(text, bytes)  # five times as fast; what it refuses, the strict reader judges
    except msgspec.ValidationError:
        pass
    try:
        return binascii.a2b_base64(text, strict_mode=True)
    except binascii.Error:
        try:
            return binascii.a2b_base64(_BLANK.sub("", text), strict_mode=True)
        except (binascii.Error, ValueError):
            raise StructureInvalid([(where, "le base64 n'est pas lisible")]) from None
    except ValueError:  # a character outside ASCII
        raise StructureInvalid([(where, "le base64 n'est pas lisible")]) from None
