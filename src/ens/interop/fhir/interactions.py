"""The interactions offered, without any framework: a Call in, an Answer out. Each calls a service and translates."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from ens.interop.fhir import bundles, filing, finding, negotiation, outcome, patients
from ens.interop.fhir.capability import capability_statement
from ens.interop.fhir.errors import (
    AddressUnknown,
    MediaTypeUnsupported,
    ParameterInvalid,
    ParameterUnknown,
    ResourceAbsent,
)
from ens.interop.fhir.offer import FORM
from ens.interop.fhir.openapi import MEDIA_TYPE, description
from ens.interop.fhir.references import IdKey, ins_of_token
from ens.interop.fhir.search import pairs_of, read_search, shown
from ens.interop.fhir.submission import read_bundle, read_simplified
from ens.kernel.actor import Actor
from ens.kernel.errors import Absent

MAX_FORM_BYTES = 100_000  # of a search: what an address may hold is far less


@dataclass(frozen=True, slots=True)
class Call:
    """One request, as the interactions need it."""

    kind: str
    object_id: UUID | None
    version: str
    actor: Actor | None
    query: str
    accept: str
    content_type: str
    content_encoding: str
    if_none_match: str
    if_modified_since: str
    prefer: str
    base_url: str
    read_body: Callable[[], bytes]

    @property
    def fhir_base(self) -> str:
        return f"{self.base_url}/fhir"

    @property
    def by(self) -> Actor:
        if self.actor is None:
            raise RuntimeError("an interaction that needs an actor was routed as public")
        return self.actor

    @property
    def wanted_format(self) -> str:
        return next((value for name, value in pairs_of(self.query) if name == "_format"), "")

    @property
    def is_lenient(self) -> bool:
        return negotiation.preference(self.prefer, "handling") == "lenient"

    def check_format(self) -> None:
        negotiation.check_json_is_accepted(self.accept, self.wanted_format)

    def check_body(self) -> None:
        negotiation.check_body_is_json(self.content_type, self.content_encoding)


@dataclass(frozen=True, slots=True)
class Answer:
    body: bytes
    status: int = 200
    media_type: str = negotiation.FHIR_JSON_UTF8
    headers: dict[str, str] = field(default_factory=dict)


def metadata(call: Call) -> Answer:
    """What the space offers; no token is asked for. Source: FHIR R4, http.html#capabilities."""
    call.check_format()
    return Answer(capability_statement(call.base_url))


def openapi(call: Call) -> Answer:
    """The same in OpenAPI, for tools that do not speak FHIR."""
    return Answer(description(call.base_url), media_type=MEDIA_TYPE)


def transaction(call: Call) -> Answer:
    """ITI-65: everything in the Bundle is filed, or nothing is."""
    call.check_format()
    call.check_body()
    filed = filing.file_submission(read_bundle(call.read_body(), call.fhir_base), call.fhir_base, by=call.by)
    return Answer(bundles.transaction_response(call.fhir_base, filed.entries))


def create(call: Call) -> Answer:
    """ITI-105: one DocumentReference with its document inside.

    The resource is not given back: an establishment's software may file without being allowed to read.
    """
    call.check_format()
    call.check_body()
    filed = filing.file_submission(read_simplified(call.read_body(), call.fhir_base), call.fhir_base, by=call.by)
    one = filed.entries[0]
    headers = {
        "Location": f"{call.fhir_base}/{one.kind}/{one.id}",
        "ETag": negotiation.etag(one.version),
    }
    if one.modified is not None:
        headers["Last-Modified"] = negotiation.http_date(one.modified)
    wants_outcome = negotiation.preference(call.prefer, "return") == "OperationOutcome"
    body = outcome.all_is_well("Le document est déposé.") if wants_outcome else b""
    return Answer(body, status=201 if filed.created else 200, headers=headers)


def search(call: Call) -> Answer:
    """ITI-67 and ITI-66. Nobody's documents, or documents one may not know of: an empty answer."""
    call.check_format()
    asked = read_search(call.kind, call.query, call.fhir_base, lenient=call.is_lenient)
    page = finding.find(asked, by=call.by)
    return Answer(bundles.search_set(asked, call.fhir_base, page.resources, page.total, page.next_cursor))


def search_by_form(call: Call) -> Answer:
    """The same search, its parameters in the body. Source: FHIR R4, http.html#search."""
    return search(_form(call))


def _form(call: Call) -> Call:
    if call.content_type.split(";")[0].strip().lower() != FORM:
        raise MediaTypeUnsupported()
    raw = call.read_body()
    if len(raw) > MAX_FORM_BYTES or not raw.isascii():
        raise ParameterInvalid(name="…", detail=f"un formulaire de {MAX_FORM_BYTES} octets au plus est attendu")
    body = raw.decode("ascii")
    return replace(call, query="&".join(part for part in (call.query, body) if part))


def read(call: Call) -> Answer:
    """One DocumentReference or List, as stored."""
    call.check_format()
    if call.object_id is None:
        raise finding.absent(call.by)
    found = finding.read(call.kind, call.object_id, by=call.by)
    return _versioned(call, found.resource, found.version, found.modified, negotiation.FHIR_JSON_UTF8)


def read_binary(call: Call) -> Answer:
    """ITI-68: the bytes as they were filed, or the FHIR resource when that is what is asked for."""
    if call.object_id is None:
        raise finding.absent(call.by)
    found = finding.read_binary(call.object_id, by=call.by)
    if negotiation.wants_fhir_binary(call.accept, call.wanted_format):
        resource = bundles.binary_resource(call.object_id, found.media_type, found.data)
        return _versioned(call, resource, 1, None, negotiation.FHIR_JSON_UTF8)
    negotiation.check_binary_is_accepted(call.accept, found.media_type)
    return _versioned(call, found.data, 1, None, found.media_type)


def _versioned(call: Call, body: bytes, version: int, modified: datetime | None, media_type: str) -> Answer:
    if call.version and call.version != str(version):
        raise ResourceAbsent()
    headers = {"ETag": negotiation.etag(version)}
    if modified is not None:
        headers["Last-Modified"] = negotiation.http_date(modified)
    if negotiation.is_unchanged(call.if_none_match, call.if_modified_since, version, modified):
        return Answer(b"", status=304, headers=headers)
    return Answer(body, media_type=media_type, headers=headers)


def search_patient(call: Call) -> Answer:
    """Patient?identifier=: one Patient if the space is open, else nothing, whatever the reason."""
    call.check_format()
    key = None
    understood: list[tuple[str, str]] = []
    ignored = []
    for name, value in pairs_of(call.query):
        if name == "identifier":
            key = ins_of_token(value)
            understood.append((name, value))
        elif name not in ("_format", "_pretty", "_count", "_total"):
            if not call.is_lenient:
                raise ParameterUnknown(name=shown(name))
            ignored.append(shown(name))
    if len(understood) != 1:
        raise ParameterInvalid(name="identifier", detail="l'INS est attendu : urn:oid:OID|matricule")
    found: list[tuple[str, bytes]] = []
    if key is not None:
        try:
            usager_id, resource = patients.patient_resource(key, by=call.by)
            found = [(str(usager_id), resource)]
        except Absent:
            found = []  # traced as refused; the answer must not say why
    told = outcome.ignored_parameters(ignored) if ignored else b""
    return Answer(bundles.join("Patient", call.fhir_base, understood, found, len(found), told=told))


def search_patient_by_form(call: Call) -> Answer:
    return search_patient(_form(call))


def read_patient(call: Call) -> Answer:
    """The Patient of an open space, by the id that Patient?identifier= gave."""
    call.check_format()
    if call.object_id is None:
        raise ResourceAbsent()
    if call.version:
        raise AddressUnknown()
    try:
        return Answer(patients.patient_resource(IdKey(call.object_id), by=call.by)[1])
    except Absent:
        raise ResourceAbsent() from None
