"""Filing through HTTP, on a real database: once, whole, for the right person, or refused."""

from __future__ import annotations

import base64
import copy
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.interop.fhir.builders import PDF, document_reference
from tests.interop.fhir.calls import code_of, for_, history, total, who
from tests.interop.fhir.conftest import id_of


# -- filing --------------------------------------------------------------------------------------------------------
@pytest.mark.feature("S037", "S046", "S047", "S050")
def test_a_bundle_is_filed_found_and_read_byte_for_byte(dupond: Any, inaya: Any) -> None:
    bundle = for_(inaya, PDF)
    answer = dupond.post(bundle)
    assert answer.status_code == 200, answer.content
    entries = [entry["response"] for entry in answer.json()["entry"]]
    assert answer.json()["type"] == "transaction-response"
    assert [entry["status"] for entry in entries] == ["201 Created"] * 3
    assert [entry["location"].split("/")[0] for entry in entries] == ["List", "DocumentReference", "Binary"]
    assert all(entry["etag"].startswith('W/"') and entry["lastModified"] for entry in entries)

    found = dupond.get(f"DocumentReference?{who(inaya)}&status=current").json()
    assert [UUID(one["resource"]["id"]) for one in found["entry"]] == [id_of(entries[1]["location"])]
    url = found["entry"][0]["resource"]["content"][0]["attachment"]["url"]
    assert url == f"Binary/{id_of(entries[2]['location'])}"
    content = dupond.get(url, Accept="application/pdf")
    assert content.content == PDF
    assert content["Content-Type"] == "application/pdf"
    resource = dupond.get(url).json()
    assert base64.b64decode(resource["data"]) == PDF


def test_entries_are_answered_in_the_order_sent(dupond: Any, inaya: Any) -> None:
    bundle = for_(inaya, PDF, PDF + b"2")
    bundle["entry"].reverse()
    kinds = [entry["response"]["location"].split("/")[0] for entry in dupond.post(bundle).json()["entry"]]
    assert kinds == ["Binary", "Binary", "DocumentReference", "DocumentReference", "List"]


def test_a_document_inside_its_reference_is_filed(dupond: Any, inaya: Any) -> None:
    answer = dupond.post(for_(inaya, inline=True))
    assert [entry["response"]["location"].split("/")[0] for entry in answer.json()["entry"]] == [
        "List",
        "DocumentReference",
    ]
    found = dupond.get(f"DocumentReference?{who(inaya)}").json()["entry"][0]["resource"]
    assert "data" not in found["content"][0]["attachment"]
    assert dupond.get(found["content"][0]["attachment"]["url"], Accept="*/*").content == PDF


def test_the_same_bundle_again_gives_the_first_addresses(dupond: Any, inaya: Any) -> None:
    bundle = for_(inaya)
    first, second = dupond.post(bundle).json(), dupond.post(bundle)
    assert second.status_code == 200
    places = [[entry["response"]["location"] for entry in one["entry"]] for one in (first, second.json())]
    assert places[0] == places[1]
    assert total(dupond, inaya) == 1


@pytest.mark.slow
def test_ten_identical_bundles_at_once_are_filed_once(dupond: Any, inaya: Any) -> None:
    from django.db import connections

    bundle = for_(inaya)

    def send(_: int) -> tuple[int, str]:
        try:
            answer = dupond.post(bundle)
            return answer.status_code, answer.json()["entry"][1]["response"]["location"]
        finally:
            connections.close_all()

    with ThreadPoolExecutor(10) as pool:
        answers = set(pool.map(send, range(10)))
    assert len(answers) == 1
    assert next(iter(answers))[0] == 200
    assert total(dupond, inaya) == 1


def test_another_content_under_the_same_identifier_is_a_conflict(dupond: Any, inaya: Any) -> None:
    unique_id = f"urn:oid:2.25.{uuid4().int}"
    assert dupond.post(for_(inaya, PDF, unique_id=unique_id)).status_code == 200
    answer = dupond.post(for_(inaya, PDF + b"autre", unique_id=unique_id))
    assert answer.status_code == 409
    assert code_of(answer) == "document_different"


def test_a_simplified_publication_is_filed_then_answered_the_same(dupond: Any, inaya: Any) -> None:
    resource = document_reference(matricule=inaya.matricule, oid=inaya.oid)
    first, second = (dupond.post(resource, "DocumentReference") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert first["Location"] == second["Location"]
    assert first["ETag"]
    assert total(dupond, inaya) == 1
    assert dupond.get("DocumentReference/" + str(id_of(first["Location"]))).status_code == 200


@pytest.mark.feature("S060")
def test_a_replaced_document_is_superseded_and_still_readable(dupond: Any, inaya: Any) -> None:
    first = dupond.post(for_(inaya)).json()["entry"][1]["response"]["location"]
    second = dupond.post(for_(inaya, PDF + b"v2", replaces=f"DocumentReference/{id_of(first)}"))
    assert second.status_code == 200, second.content
    assert total(dupond, inaya) == 1
    former = dupond.get(f"DocumentReference/{id_of(first)}")
    assert former.json()["status"] == "superseded"
    assert former["ETag"] == 'W/"2"'
    assert dupond.get(former.json()["content"][0]["attachment"]["url"], Accept="*/*").content == PDF


def test_a_replacement_of_an_unknown_document_is_refused(dupond: Any, inaya: Any) -> None:
    answer = dupond.post(for_(inaya, replaces=f"DocumentReference/{uuid4()}"))
    assert 400 <= answer.status_code < 500
    assert total(dupond, inaya) == 0


@pytest.mark.feature("S060")
def test_another_depositor_may_not_replace(dupond: Any, inaya: Any, software: Any, people: Any) -> None:
    first = dupond.post(for_(inaya)).json()["entry"][1]["response"]["location"]
    other = software(people.professional("Moreau"))
    answer = other.post(for_(inaya, PDF + b"v2", replaces=f"DocumentReference/{id_of(first)}"))
    assert 400 <= answer.status_code < 500
    assert dupond.get(f"DocumentReference/{id_of(first)}").json()["status"] == "current"


# -- what is refused whole -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("lie", ["size", "hash"])
def test_a_size_or_hash_that_lies_is_refused_and_nothing_is_left(dupond: Any, inaya: Any, lie: str) -> None:
    bundle = for_(inaya)
    value: Any = 7 if lie == "size" else base64.b64encode(hashlib.sha1(b"?", usedforsecurity=False).digest()).decode()
    bundle["entry"][1]["resource"]["content"][0]["attachment"][lie] = value
    assert 400 <= dupond.post(bundle).status_code < 500
    assert total(dupond, inaya) == 0


def test_one_bad_document_refuses_the_whole_bundle(dupond: Any, inaya: Any) -> None:
    bundle = for_(inaya, PDF, PDF + b"2")
    bundle["entry"][2]["resource"]["content"][0]["attachment"]["size"] = 3
    assert 400 <= dupond.post(bundle).status_code < 500
    assert total(dupond, inaya) == 0


@pytest.mark.feature("S037")
def test_a_bundle_that_contains_another_patient_is_refused(dupond: Any, inaya: Any, people: Any) -> None:
    bundle = for_(inaya)
    other = people.usager(first_names="CAMILLE")
    bundle["entry"][1]["resource"]["contained"][0]["identifier"][0]["value"] = other.matricule
    answer = dupond.post(bundle)
    assert answer.status_code == 422
    assert code_of(answer) == "patient_different"
    assert total(dupond, inaya) == 0


def test_the_id_of_one_usager_and_the_ins_of_another_are_refused(dupond: Any, inaya: Any, people: Any) -> None:
    bundle = for_(inaya)
    other = people.usager(first_names="CAMILLE")
    bundle["entry"][1]["resource"]["subject"] = {"reference": f"Patient/{other.usager_id}"}
    assert code_of(dupond.post(bundle)) == "patient_different"


@pytest.mark.parametrize("state", ["opposed", "closed", "noticed", "unknown", "nobody", "other_oid"])
@pytest.mark.feature("S037")
def test_no_space_answers_alike_whatever_the_reason(dupond: Any, people: Any, state: str, inaya: Any) -> None:
    from tests.factories import matricule

    if state == "nobody":
        person = copy.copy(inaya)
        person.matricule = matricule()
    elif state == "other_oid":
        person = copy.copy(inaya)
        person.oid = "1.2.250.1.213.1.4.8"
    else:
        person = people.usager(state=state, first_names="CAMILLE")
    answer = dupond.post(for_(person))
    assert answer.status_code == 404
    assert answer.json() == {
        "resourceType": "OperationOutcome",
        "issue": [
            {
                "severity": "error",
                "code": "not-found",
                "details": {"coding": [{"system": "urn:ens:codes", "code": "boite_absente"}]},
                "diagnostics": "Aucun espace santé n'est ouvert sous cette identité.",
            }
        ],
    }
    for kind in ("DocumentReference", "List"):
        found = dupond.get(f"{kind}?{who(person)}")
        assert found.status_code == 200
        assert "entry" not in found.json()
    assert total(dupond, person) == 0
    patient = dupond.get(f"Patient?identifier=urn:oid:{person.oid}|{person.matricule}").json()
    assert patient["total"] == 0
    assert "entry" not in patient


def test_a_lie_does_not_tell_whether_there_is_a_space(dupond: Any, people: Any, inaya: Any) -> None:
    from tests.factories import matricule

    nobody = copy.copy(inaya)
    nobody.matricule = matricule()
    answers = set()
    for person in (inaya, nobody, people.usager(state="opposed"), people.usager(state="closed")):
        bundle = for_(person)
        bundle["entry"][1]["resource"]["content"][0]["attachment"]["size"] = 7
        answer = dupond.post(bundle)
        answers.add((answer.status_code, answer.content))
    assert len(answers) == 1


# -- patients ------------------------------------------------------------------------------------------------------
def test_a_patient_is_found_by_ins_then_by_id(dupond: Any, inaya: Any) -> None:
    found = dupond.get(f"Patient?identifier=urn:oid:{inaya.oid}|{inaya.matricule}").json()
    patient = found["entry"][0]["resource"]
    assert patient["id"] == str(inaya.usager_id)
    assert patient["active"] is True
    assert "name" not in patient
    assert dupond.get(f"Patient/{patient['id']}").json()["identifier"] == patient["identifier"]
    assert any(line.event == "patient_recherche" for line in history(inaya))


def test_the_id_of_a_document_is_not_a_patient(dupond: Any, inaya: Any) -> None:
    document = id_of(dupond.post(for_(inaya)).json()["entry"][1]["response"]["location"])
    assert dupond.get(f"Patient/{document}").status_code == 404
    assert "entry" not in dupond.get(f"DocumentReference?patient=Patient/{document}").json()
