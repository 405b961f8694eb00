"""Bundles answered: search sets joined from stored bytes, and transaction responses."""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

import orjson

from ens.interop.fhir.negotiation import etag
from ens.interop.fhir.outcome import ignored_parameters
from ens.interop.fhir.search import Search


@dataclass(frozen=True, slots=True)
class Filed:
    """One entry of a transaction as it was filed."""

    kind: str
    id: str
    version: int
    modified: datetime | None  # None: filed before, at a time this answer does not tell


def search_set(
    search: Search,
    fhir_base: str,
    resources: Iterable[tuple[str, bytes]],
    total: int | None,
    next_cursor: str | None,
) -> bytes:
    """A searchset whose resources are joined as stored, never parsed."""
    told = ignored_parameters(search.ignored) if search.ignored else b""
    return join(search.kind, fhir_base, search.understood, resources, total, search.cursor, next_cursor, told)


def join(
    kind: str,
    fhir_base: str,
    understood: Sequence[tuple[str, str]],
    resources: Iterable[tuple[str, bytes]],
    total: int | None,
    cursor: str = "",
    next_cursor: str | None = None,
    told: bytes = b"",
) -> bytes:
    """The searchset of these resources, and an OperationOutcome about the search when there is something to tell.

    Its self link says which parameters were understood.
    """
    head: dict[str, Any] = {"resourceType": "Bundle", "type": "searchset"}
    if total is not None:
        head["total"] = total
    address = f"{fhir_base}/{kind}?"
    asked = [pair for pair in understood if pair[0] not in ("_format", "_pretty")]
    head["link"] = [_link("self", address, asked, cursor)]
    if next_cursor:
        head["link"].append(_link("next", address, asked, next_cursor))
    base = f"{fhir_base}/{kind}/".encode()
    entries = [
        b'{"fullUrl":"%s%s","resource":%s,"search":{"mode":"match"}}' % (base, key.encode(), resource)
        for key, resource in resources
    ]
    if told:
        entries.append(b'{"resource":%s,"search":{"mode":"outcome"}}' % told)
    opened = orjson.dumps(head)[:-1]
    return opened + (b',"entry":[%s]}' % b",".join(entries) if entries else b"}")


def _link(relation: str, address: str, asked: Sequence[tuple[str, str]], cursor: str) -> dict[str, str]:
    pairs = [*asked, ("_cursor", cursor)] if cursor else asked
    return {"relation": relation, "url": address + urlencode(pairs, safe=":|/,")}


def transaction_response(fhir_base: str, filed: Sequence[Filed]) -> bytes:
    """The answer of ITI-65, entries in the order of the request. Source: FHIR R4, http.html#transaction-response."""
    entries = []
    for one in filed:
        response: dict[str, Any] = {
            "status": "201 Created",
            "location": f"{one.kind}/{one.id}",  # without _history: still right once the state has changed
            "etag": etag(one.version),
        }
        if one.modified is not None:
            response["lastModified"] = one.modified
        entries.append({"response": response})
    return orjson.dumps(
        {
            "resourceType": "Bundle",
            "type": "transaction-response",
            "link": [{"relation": "self", "url": fhir_base}],
            "entry": entries,
        },
        option=orjson.OPT_UTC_Z,
    )


def binary_resource(binary_id: UUID, media_type: str, data: bytes) -> bytes:
    """A Binary as a FHIR resource, its bytes in base64. Source: FHIR R4, binary.html#rest."""
    return orjson.dumps(
        {
            "resourceType": "Binary",
            "id": str(binary_id),
            "meta": {"versionId": "1"},
            "contentType": media_type,
            "data": b64encode(data).decode("ascii"),
        }
    )
