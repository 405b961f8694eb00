"""The declared facts of a document: author, organisation, hash, relations."""

from __future__ import annotations

import base64
import hashlib
from typing import Any
from uuid import UUID

import pytest

from ens.interop.fhir import metadata
from ens.interop.fhir.errors import ReferenceUnresolved, StructureInvalid
from ens.interop.fhir.metadata import Author
from tests.interop.fhir.builders import document_reference

BASE = "https://espace.example/fhir"
ID = UUID("0192f0c0-0000-7000-8000-000000000001")
PERSON = {"system": "urn:oid:1.2.250.1.71.4.2.1", "value": "810003045680"}
PLACE = {"system": "urn:oid:1.2.250.1.71.4.2.2", "value": "1750100042"}
ORGANISATION = {"resourceType": "Organization", "id": "o", "identifier": [PLACE], "name": "Hôpital Jean Bernadeau"}
PRACTITIONER = {
    "resourceType": "Practitioner",
    "id": "p",
    "identifier": [PERSON],
    "name": [{"family": "DUPOND", "given": ["Léa"]}],
}


@pytest.mark.parametrize(
    ("contained", "references", "expected"),
    [
        ([], [{"display": "Dr Exemple"}], Author(name="Dr Exemple")),
        ([PRACTITIONER], [{"reference": "#p"}], Author(name="Léa DUPOND", rpps="10003045680")),
        (
            [{**PRACTITIONER, "name": [{"text": "Docteur Dupond"}]}],
            [{"reference": "#p"}],
            Author(name="Docteur Dupond", rpps="10003045680"),
        ),
        (
            [PRACTITIONER, ORGANISATION],
            [{"reference": "#p"}, {"reference": "#o"}],
            Author("Léa DUPOND", "10003045680", "Hôpital Jean Bernadeau", "750100042"),
        ),
        (
            [
                PRACTITIONER,
                ORGANISATION,
                {
                    "resourceType": "PractitionerRole",
                    "id": "r",
                    "practitioner": {"reference": "#p"},
                    "organization": {"reference": "#o"},
                    "specialty": [{"coding": [{"code": "SM26", "display": "Médecine générale"}]}],
                },
            ],
            [{"reference": "#r"}],
            Author("Léa DUPOND", "10003045680", "Hôpital Jean Bernadeau", "750100042", "Médecine générale"),
        ),
        (
            [{"resourceType": "PractitionerRole", "id": "r", "identifier": [PERSON]}],
            [{"reference": "#r"}],
            Author(name="RPPS 10003045680", rpps="10003045680"),
        ),
        ([], [{"identifier": PERSON, "display": "Docteur Dupond"}], Author("Docteur Dupond", "10003045680")),
        (
            [{"resourceType": "Device", "id": "d", "deviceName": [{"name": "Glucomètre"}]}],
            [{"reference": "#d"}],
            Author(name="Glucomètre"),
        ),
    ],
)
def test_the_author_is_read_as_declared(
    contained: list[dict[str, Any]], references: list[dict[str, Any]], expected: Author
) -> None:
    assert metadata.author({"contained": contained}, references) == expected


def test_an_author_who_is_nowhere_is_refused() -> None:
    with pytest.raises(ReferenceUnresolved):
        metadata.author({}, [{"reference": "Practitioner/42"}])


def test_a_hash_is_read_in_base64_or_in_hexadecimal() -> None:
    digest = hashlib.sha1(b"x", usedforsecurity=False)
    for text in (
        base64.b64encode(digest.digest()).decode(),
        digest.hexdigest(),
        base64.b64encode(digest.hexdigest().encode()).decode(),
    ):
        assert metadata.declared_hash({"hash": text}, "a") == digest.digest()
    assert metadata.declared_hash({}, "a") is None
    with pytest.raises(StructureInvalid):
        metadata.declared_hash({"hash": "aGVsbG8="}, "a")


@pytest.mark.parametrize(
    ("target", "document_id", "unique_id"),
    [
        ({"reference": f"DocumentReference/{ID}"}, ID, ""),
        ({"reference": f"{BASE}/DocumentReference/{ID}"}, ID, ""),
        ({"reference": "DocumentReference?identifier=urn:ietf:rfc:3986|urn:oid:1.2.3"}, None, "urn:oid:1.2.3"),
        ({"reference": "urn:oid:1.2.3"}, None, "urn:oid:1.2.3"),
        ({"identifier": {"value": "urn:oid:1.2.3"}}, None, "urn:oid:1.2.3"),
    ],
)
def test_a_replaced_document_is_named_by_our_id_or_its_own(
    target: dict[str, Any], document_id: UUID, unique_id: str
) -> None:
    resource = document_reference()
    resource["relatesTo"] = [{"code": "replaces", "target": target}]
    found = metadata.relations(resource, "DocumentReference", BASE)[0]
    assert (found.code, found.document_id, found.unique_id) == ("replaces", document_id, unique_id)


@pytest.mark.parametrize("target", [{"reference": "Patient/1"}, {"reference": "DocumentReference/x"}, {"display": "?"}])
def test_a_relation_to_nowhere_is_refused(target: dict[str, Any]) -> None:
    resource = document_reference()
    resource["relatesTo"] = [{"code": "replaces", "target": target}]
    with pytest.raises(ReferenceUnresolved):
        metadata.relations(resource, "DocumentReference", BASE)
