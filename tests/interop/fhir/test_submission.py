"""ITI-65 and ITI-105 bodies: what is understood, and where exactly a fault is."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any
from uuid import UUID

import pytest

from ens.interop.fhir.errors import (
    BodyUnreadable,
    PatientMissing,
    ReferenceUnresolved,
    StructureInvalid,
    SubmissionInvalid,
)
from ens.interop.fhir.references import IdKey, InsKey
from ens.interop.fhir.submission import read_bundle, read_simplified
from ens.record.errors import PatientDifferent
from tests.interop.fhir.builders import INAYA, PDF, TEST_OID, body, document_reference, entry, provide_bundle

BASE = "https://espace.example/fhir"
SOMEONE = UUID("0192f0c0-0000-7000-8000-000000000001")
OTHER = "279035121518989"


def read(bundle: dict[str, Any]) -> Any:
    return read_bundle(body(bundle), BASE)


def test_a_bundle_is_read_as_one_submission_of_one_patient() -> None:
    found = read(provide_bundle(PDF, PDF + b"2"))
    assert found.ins == InsKey(TEST_OID, INAYA)
    assert [document.data for document in found.documents] == [PDF, PDF + b"2"]
    assert found.set_position == 0


def test_a_document_may_be_inside_its_reference() -> None:
    found = read(provide_bundle(inline=True))
    assert found.documents[0].data == PDF
    assert found.documents[0].binary_position is None


def test_a_simplified_publication_is_read_alone() -> None:
    found = read_simplified(body(document_reference()), BASE)
    assert found.submission_set is None
    assert found.documents[0].data == PDF


def test_blanks_inside_base64_are_permitted() -> None:
    resource = document_reference()
    attachment = resource["content"][0]["attachment"]
    attachment["data"] = attachment["data"][:8] + "\r\n " + attachment["data"][8:]
    assert read_simplified(body(resource), BASE).documents[0].data == PDF


@pytest.mark.parametrize(
    "subject",
    [
        {"reference": f"Patient/{SOMEONE}"},
        {"reference": f"{BASE}/Patient/{SOMEONE}"},
        {"reference": f"Patient?identifier=urn:oid:{TEST_OID}|{INAYA}"},
        {"reference": f"Patient?identifier=urn%3Aoid%3A{TEST_OID}%7C{INAYA}"},
        {"reference": "#patient-source"},
        {"identifier": {"system": f"urn:oid:{TEST_OID}", "value": INAYA}},
    ],
)
def test_the_patient_is_named_in_every_form_of_the_guide(subject: dict[str, Any]) -> None:
    bundle = provide_bundle()
    bundle["entry"][1]["resource"]["subject"] = subject
    found = read(bundle)
    assert found.ins == InsKey(TEST_OID, INAYA)
    assert found.patient_id in (None, IdKey(SOMEONE))


def test_documents_are_taken_in_the_order_of_the_set() -> None:
    bundle = provide_bundle(PDF, PDF + b"2")
    bundle["entry"][0]["resource"]["entry"].reverse()
    found = read(bundle)
    assert [document.data for document in found.documents] == [PDF + b"2", PDF]
    assert [document.position for document in found.documents] == [2, 1]


# -- faults, each with its place ------------------------------------------------------------------------------
def _drop(*path: Any) -> Callable[[dict[str, Any]], None]:
    def change(bundle: dict[str, Any]) -> None:
        target: Any = bundle
        for step in path[:-1]:
            target = target[step]
        del target[path[-1]]

    return change


def _set(value: Any, *path: Any) -> Callable[[dict[str, Any]], None]:
    def change(bundle: dict[str, Any]) -> None:
        target: Any = bundle
        for step in path[:-1]:
            target = target[step]
        target[path[-1]] = value

    return change


DOCUMENT = ("entry", 1, "resource")
WHERE = "Bundle.entry[1].resource"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        # structure
        (_drop("entry", 0, "request"), "Bundle.entry[0].request"),
        (_set([], "entry"), "Bundle.entry"),
        (_set("x", *DOCUMENT, "content"), f"{WHERE}.content"),
        (_set(True, *DOCUMENT, "status"), f"{WHERE}.status"),
        (_set("x", *DOCUMENT, "inconnu"), f"{WHERE}.inconnu"),
        (_set([{"url": "urn:x"}], *DOCUMENT, "modifierExtension"), f"{WHERE}.modifierExtension"),
        (_set("urn:regles", *DOCUMENT, "implicitRules"), f"{WHERE}.implicitRules"),
        (_set("2026-02-30T10:00:00Z", *DOCUMENT, "date"), f"{WHERE}.date"),
        (_set("2026-03-04T10:00:00", *DOCUMENT, "date"), f"{WHERE}.date"),
        (_set("a\u0000b", *DOCUMENT, "description"), f"{WHERE}.description"),
        (_set("", *DOCUMENT, "description"), f"{WHERE}.description"),
        (_set(-1, *DOCUMENT, "content", 0, "attachment", "size"), f"{WHERE}.content[0].attachment.size"),
        # cardinalities of the profile
        (_drop(*DOCUMENT, "masterIdentifier"), f"{WHERE}.masterIdentifier"),
        (_drop(*DOCUMENT, "type"), f"{WHERE}.type"),
        (_drop(*DOCUMENT, "subject"), f"{WHERE}.subject"),
        (_drop(*DOCUMENT, "date"), f"{WHERE}.date"),
        (_drop(*DOCUMENT, "author"), f"{WHERE}.author"),
        (_drop(*DOCUMENT, "content", 0, "attachment", "size"), f"{WHERE}.content[0].attachment.size"),
        (_drop(*DOCUMENT, "content", 0, "attachment", "hash"), f"{WHERE}.content[0].attachment.hash"),
        (_drop(*DOCUMENT, "content", 0, "attachment", "title"), f"{WHERE}.content[0].attachment.title"),
        (_drop(*DOCUMENT, "context", "period"), f"{WHERE}.context.period.start"),
        (_set("superseded", *DOCUMENT, "status"), f"{WHERE}.status"),
        # references
        (_set([{"reference": "#personne"}], *DOCUMENT, "author"), f"{WHERE}.author[0].reference"),
        (_drop("entry", 2, "resource", "data"), "Bundle.entry[2].resource.data"),
        (_set("pas du base64", "entry", 2, "resource", "data"), "Bundle.entry[2].resource.data"),
        (_set({"resourceType": "Patient"}, "entry", 2, "resource"), "Bundle.entry[2].resource"),
        (_set("PUT", "entry", 2, "request", "method"), "Bundle.entry[2].request"),
        (_set([], *DOCUMENT, "contained"), f"{WHERE}.contained"),
    ],
)
def test_a_fault_of_structure_is_told_with_its_place(change: Callable[[dict[str, Any]], None], place: str) -> None:
    bundle = provide_bundle()
    read(copy.deepcopy(bundle))
    change(bundle)
    with pytest.raises(StructureInvalid) as raised:
        read(bundle)
    assert place in [where for where, _ in raised.value.faults]


def test_every_fault_is_told_at_once() -> None:
    bundle = provide_bundle()
    del bundle["entry"][1]["resource"]["type"]
    del bundle["entry"][1]["resource"]["author"]
    with pytest.raises(StructureInvalid) as raised:
        read(bundle)
    assert len(raised.value.faults) == 2


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (_set("batch", "type"), SubmissionInvalid),
        (_drop("entry", 0), SubmissionInvalid),
        (_drop("entry", 1), SubmissionInvalid),
        (_set("urn:uuid:ailleurs", *DOCUMENT, "content", 0, "attachment", "url"), ReferenceUnresolved),
        (_set("https://ailleurs.example/x.pdf", *DOCUMENT, "content", 0, "attachment", "url"), ReferenceUnresolved),
        (_set("image/png", "entry", 2, "resource", "contentType"), SubmissionInvalid),
        (_set([{"item": {"reference": "urn:uuid:x"}}], "entry", 0, "resource", "entry"), ReferenceUnresolved),
        (_set({"display": "Inaya"}, *DOCUMENT, "subject"), PatientMissing),
        (_set({"reference": "Patient/42"}, *DOCUMENT, "subject"), ReferenceUnresolved),
        (_set({"reference": f"Patient?identifier=urn:oid:{TEST_OID}|{OTHER}"}, *DOCUMENT, "subject"), PatientDifferent),
        (_set(OTHER, *DOCUMENT, "contained", 0, "identifier", 0, "value"), PatientDifferent),
        (_set(OTHER, "entry", 0, "resource", "contained", 0, "identifier", 0, "value"), PatientDifferent),
    ],
)
def test_what_does_not_hold_together_is_refused(
    change: Callable[[dict[str, Any]], None], error: type[Exception]
) -> None:
    bundle = provide_bundle()
    change(bundle)
    with pytest.raises(error):
        read(bundle)


def test_a_binary_nobody_speaks_of_is_refused() -> None:
    bundle = provide_bundle()
    resource = {"resourceType": "Binary", "contentType": "text/plain", "data": "aGVsbG8="}
    bundle["entry"].append(entry("urn:uuid:seul", resource))
    with pytest.raises(SubmissionInvalid):
        read(bundle)


def test_a_hospital_number_beside_the_ins_is_not_taken_for_a_patient() -> None:
    bundle = provide_bundle()
    identifiers = bundle["entry"][1]["resource"]["contained"][0]["identifier"]
    identifiers.append({"system": "urn:oid:1.2.250.1.999.7", "value": "IPP-0001"})
    assert read(bundle).ins == InsKey(TEST_OID, INAYA)


@pytest.mark.parametrize("raw", [b"", b"{not json", b"\xff\xfe", b'{"a": NaN}'])
def test_what_is_not_json_is_said_so(raw: bytes) -> None:
    with pytest.raises(BodyUnreadable):
        read_bundle(raw, BASE)


@pytest.mark.parametrize("raw", [b"[]", b"null", b'{"resourceType":"Patient"}'])
def test_what_is_not_a_bundle_is_said_so(raw: bytes) -> None:
    with pytest.raises(StructureInvalid):
        read_bundle(raw, BASE)


def test_a_very_deep_extension_is_refused_rather_than_followed() -> None:
    deep: dict[str, Any] = {"url": "urn:x", "valueString": "fin"}
    for _ in range(400):
        deep = {"url": "urn:x", "extension": [deep]}
    bundle = provide_bundle()
    bundle["entry"][1]["resource"]["extension"] = [deep]
    with pytest.raises(StructureInvalid):
        read(bundle)
