"""Criteria judged on the resource itself, where the index cannot."""

from __future__ import annotations

from typing import Any

import pytest

from ens.interop.fhir.matching import DATES, TOKENS, matches
from ens.interop.fhir.search import PARAMETERS, read_search
from tests.interop.fhir.builders import document_reference, submission_set

BASE = "https://espace.example/fhir"
WHO = "patient=Patient/0192f0c0-0000-7000-8000-000000000001&"


def stored() -> dict[str, Any]:
    resource = document_reference(unique_id="urn:oid:1.2.3", url="Binary/b")
    resource |= {"id": "d", "meta": {"versionId": "1", "lastUpdated": "2026-03-05T08:00:00.000+01:00"}}
    resource["context"]["period"]["end"] = "2026-03-04T11:00:00+01:00"
    resource["relatesTo"] = [{"code": "replaces", "target": {"reference": "DocumentReference/avant"}}]
    return resource


@pytest.mark.parametrize(
    "query",
    [
        "type=http://loinc.org|11488-4",
        "type=11488-4",
        "type=http://loinc.org|",
        "type=x,11488-4",
        "setting=http://snomed.info/sct|394802001",
        "facility=22232009",
        "format=http://ihe.net/fhir/ihe.formatcode.fhir/CodeSystem/formatcode|urn:ihe:iti:xds:2017:mimeTypeSufficient",
        "category=10",
        "security-label=http://terminology.hl7.org/CodeSystem/v3-Confidentiality|N",
        "status=http://hl7.org/fhir/document-reference-status|current",
        "identifier=urn:ietf:rfc:3986|urn:oid:1.2.3",
        "isArchived=false",
        "author.identifier=urn:oid:1.2.250.1.71.4.2.1|899700218896",
        "author:identifier=899700218896",
        "author=urn:oid:1.2.250.1.71.4.2.1|899700218896",
        "author.family=dup",
        "author.family:exact=DUPOND",
        "author.given:contains=mill",
        "relatesto=DocumentReference/avant",
        "relatesto=avant",
        "date=2026-03-04",
        "creation=ge2026-03-04T10:11:12%2B01:00",
        "period=2026-03",
        "period=gt2026-03-04T10:30:00%2B01:00",
        "period-start=le2026-03-04",
        "period-end=sa2026-03-03",
        "_lastUpdated=2026-03-05",
        "_id=d",
        "date=ne2026-03-05",
    ],
)
def test_a_document_meets(query: str) -> None:
    assert matches(stored(), read_search("DocumentReference", WHO + query, BASE))


@pytest.mark.parametrize(
    "query",
    [
        "type=urn:oid:1.2.250.1.213.1.1.4.12|11488-4",
        "type=|11488-4",
        "setting=394800000",
        "event=x",
        "identifier=urn:oid:1.2.4",
        "isArchived=true",
        "author.family=pond",
        "author.family:exact=dupond",
        "relatesto=DocumentReference/autre",
        "date=gt2026-03-04",
        "period=lt2026-03-04",
        "period-end=2026-03-05",
        "type=11488-4&type=34133-9",
    ],
)
def test_a_document_does_not_meet(query: str) -> None:
    assert not matches(stored(), read_search("DocumentReference", WHO + query, BASE))


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("code=https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes|submissionset", True),
        ("code=folder", False),
        ("designationType=10", True),
        ("sourceId=urn:oid:1.2.250.1.999.1", True),
        ("sourceId=urn:oid:1.2", False),
        ("source.identifier=899700218896", True),
        ("authorOrg=x", False),
        ("title=Retour", True),
        ("title=consultation", False),
        ("date=2026-03-04", True),
    ],
)
def test_a_set_is_judged_on_its_own_elements(query: str, expected: bool) -> None:
    resource = {**submission_set(["urn:uuid:x"]), "id": "s", "title": "Retour d'hospitalisation"}
    assert matches(resource, read_search("List", WHO + query, BASE)) is expected


def test_every_parameter_offered_can_be_judged() -> None:
    for parameters in PARAMETERS.values():
        for name, parameter in parameters.items():
            if parameter.kind == "token":
                assert name in TOKENS
            if parameter.kind == "date":
                assert name in DATES
