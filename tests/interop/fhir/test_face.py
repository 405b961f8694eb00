"""The FHIR face through HTTP, on a real database: filed, found, read, refused, traced."""

from __future__ import annotations

import base64
import copy
import hashlib
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.interop.fhir.builders import PDF, document_reference, provide_bundle
from tests.interop.fhir.conftest import id_of


def code_of(answer: Any) -> str:
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    code: str = outcome["issue"][0]["details"]["coding"][0]["code"]
    return code


@pytest.fixture
def inaya(people: Any) -> Any:
    return people.usager()


@pytest.fixture
def doctor(people: Any) -> Any:
    return people.professional("Dupond")


@pytest.fixture
def dupond(software: Any, doctor: Any, inaya: Any, authorise: Any) -> Any:
    authorise(inaya, doctor)
    return software(doctor)


def for_(usager: Any, *contents: bytes, **facts: Any) -> dict[str, Any]:
    return provide_bundle(*contents, matricule=usager.matricule, oid=usager.oid, **facts)


def who(usager: Any) -> str:
    return f"patient.identifier=urn:oid:{usager.oid}|{usager.matricule}"


def total(software: Any, usager: Any) -> int:
    found: int = software.get(f"DocumentReference?{who(usager)}&status=current&_summary=count").json()["total"]
    return found


def history(usager: Any) -> list[Any]:
    from ens.audit.queries import history as read_history
    from ens.audit.types import HistoryFilter

    found: list[Any] = read_history(usager.usager_id, HistoryFilter(limit=200), by=usager.actor).lines
    return found


# -- filing ---------------------------------------------------------------------------------------------------
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


# -- what is refused whole ------------------------------------------------------------------------------------
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


# -- patients -------------------------------------------------------------------------------------------------
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


# -- searching ------------------------------------------------------------------------------------------------
@pytest.mark.feature("S056", "S061", "S062")
def test_documents_are_found_by_type_category_identifier_and_date(dupond: Any, inaya: Any) -> None:
    for type_code in ("11488-4", "11502-2", "18748-4", "11490-0"):
        assert dupond.post(for_(inaya, PDF + type_code.encode(), type_code=type_code)).status_code == 200

    def found(query: str) -> list[str]:
        page = dupond.get(f"DocumentReference?patient=Patient/{inaya.usager_id}&{query}").json()
        return [one["resource"]["type"]["coding"][0]["code"] for one in page.get("entry", [])]

    assert found("type=http://loinc.org|11502-2") == ["11502-2"]
    assert sorted(found("type=11502-2,18748-4")) == ["11502-2", "18748-4"]
    assert found("type=http://ailleurs.example|11502-2") == []
    assert len(found("date=ge2026-03-01&date=lt2026-04-01")) == 4
    assert found("date=lt2026-03-01") == []
    assert len(found("creation=2026-03-04")) == 4
    assert len(found("status=current,superseded")) == 4
    assert found("status=superseded") == []
    assert len(found("period=ge2026-03-04")) == 4
    assert len(found("period-start=2026-03-04")) == 4
    assert found("period-end=2026-03-04") == []
    assert len(found("setting=http://snomed.info/sct|394802001")) == 4
    assert found("setting=394800000") == []
    assert len(found("format=urn:ihe:iti:xds:2017:mimeTypeSufficient")) == 4
    assert len(found("security-label=N")) == 4
    assert len(found("author.identifier=urn:oid:1.2.250.1.71.4.2.1|899700218896")) == 4


def test_paging_gives_each_document_once(dupond: Any, inaya: Any) -> None:
    for number in range(5):
        assert dupond.post(for_(inaya, PDF + bytes([number]))).status_code == 200
    seen: list[str] = []
    address = f"DocumentReference?{who(inaya)}&_count=2&_sort=-date&_total=accurate"
    pages = 0
    while address:
        page = dupond.get(address).json()
        pages += 1
        assert page["total"] == 5
        seen += [one["resource"]["id"] for one in page["entry"]]
        links = {link["relation"]: link["url"] for link in page["link"]}
        address = links.get("next", "").partition("/fhir/")[2]
    assert (len(seen), len(set(seen)), pages) == (5, 5, 3)


@pytest.mark.parametrize("criterion", ["date=2026", "setting=http://snomed.info/sct|394802001&type=11488-4"])
@pytest.mark.parametrize("order", ["", "&_sort=date", "&_total=accurate"])
def test_paging_through_what_the_index_cannot_decide(dupond: Any, inaya: Any, criterion: str, order: str) -> None:
    wanted = set()
    for number in range(7):
        type_code = "11488-4" if number % 2 == 0 else "11502-2"
        bundle = for_(inaya, PDF + bytes([number]), type_code=type_code)
        filed = dupond.post(bundle).json()["entry"][1]["response"]["location"]
        if number % 2 == 0 or criterion.startswith("date"):
            wanted.add(str(id_of(filed)))
    seen: list[str] = []
    address = f"DocumentReference?{who(inaya)}&_count=2&{criterion}{order}"
    while address:
        page = dupond.get(address).json()
        seen += [one["resource"]["id"] for one in page.get("entry", [])]
        assert page.get("total", len(wanted)) == len(wanted)
        links = {link["relation"]: link["url"] for link in page["link"]}
        address = links.get("next", "").partition("/fhir/")[2]
    assert sorted(seen) == sorted(wanted)
    count = dupond.get(f"DocumentReference?{who(inaya)}&{criterion}&_summary=count").json()
    assert count["total"] == len(wanted)
    assert "entry" not in count


def test_a_cursor_that_is_not_ours_is_refused(dupond: Any, inaya: Any) -> None:
    answer = dupond.get(f"DocumentReference?{who(inaya)}&_cursor=nimportequoi")
    assert answer.status_code == 400
    assert code_of(answer) == "curseur_invalide"


def test_the_set_of_a_deposit_is_found_and_read(dupond: Any, inaya: Any) -> None:
    entries = dupond.post(for_(inaya)).json()["entry"]
    set_id, document_id = (id_of(entry["response"]["location"]) for entry in entries[:2])
    found = dupond.get(f"List?{who(inaya)}&code=submissionset&status=current").json()
    assert [UUID(one["resource"]["id"]) for one in found["entry"]] == [set_id]
    resource = dupond.get(f"List/{set_id}").json()
    assert resource["entry"][0]["item"]["reference"] == f"DocumentReference/{document_id}"
    assert "entry" not in dupond.get(f"List?{who(inaya)}&code=folder").json()


def test_a_search_may_be_posted(dupond: Any, inaya: Any) -> None:
    dupond.post(for_(inaya))
    form = {"content_type": "application/x-www-form-urlencoded"}
    found = dupond.post(f"patient=Patient%2F{inaya.usager_id}&_count=1".encode(), "DocumentReference/_search", **form)
    assert len(found.json()["entry"]) == 1


def test_a_document_already_known_is_not_sent_again(dupond: Any, inaya: Any) -> None:
    location = dupond.post(for_(inaya)).json()["entry"][1]["response"]["location"]
    first = dupond.get(location)
    assert first.status_code == 200
    second = dupond.get(location, **{"If-None-Match": first["ETag"]})
    assert (second.status_code, second.content) == (304, b"")
    assert dupond.get(location, **{"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    assert dupond.get(f"{location}/_history/1").status_code == 200
    assert dupond.get(f"{location}/_history/9").status_code == 404


# -- who may, and what is kept of it -----------------------------------------------------------------------------
@pytest.mark.feature("S107")
def test_an_establishment_files_under_its_name_but_names_who_reads(
    software: Any, people: Any, inaya: Any, authorise: Any
) -> None:
    hospital = people.establishment()
    doctor = people.professional("Moreau", site=hospital)
    authorise(inaya, doctor)
    robot = software(hospital)
    location = robot.post(for_(inaya)).json()["entry"][1]["response"]["location"]
    for path in (location, f"DocumentReference?{who(inaya)}", f"List?{who(inaya)}"):
        answer = robot.get(path)
        assert answer.status_code == 403, path
        assert code_of(answer) == "personne_requise"
    assert any(line.is_refusal and line.code == "personne_requise" for line in history(inaya))
    named = {"X-Ens-Personne": f"urn:oid:1.2.250.1.71.4.2.1|8{doctor.rpps}"}
    assert robot.get(location, **named).status_code == 200
    assert robot.get(location, **{"X-Ens-Personne": doctor.rpps}).status_code == 200
    readers = {line.actor_name for line in history(inaya) if line.event == "document_lu" and not line.is_refusal}
    assert readers == {doctor.name}


@pytest.mark.feature("S107")
def test_without_a_name_the_answer_is_the_same_for_a_space_and_for_none(software: Any, people: Any, inaya: Any) -> None:
    from tests.factories import matricule

    robot = software(people.establishment())
    nobody = copy.copy(inaya)
    nobody.matricule = matricule()
    closed = people.usager(state="closed")
    filed = robot.post(for_(inaya)).json()["entry"][1]["response"]["location"]
    paths = [f"DocumentReference?{who(person)}" for person in (inaya, nobody, closed)]
    paths += [filed, f"DocumentReference/{uuid4()}", "DocumentReference/x"]
    answers = {(answer.status_code, answer.content) for answer in map(robot.get, paths)}
    assert len(answers) == 1
    assert next(iter(answers))[0] == 403


@pytest.mark.feature("S107")
@pytest.mark.parametrize("person", ["10000000000", "Docteur Dupond", "urn:oid:1.2.3|810000000000"])
def test_a_person_who_is_not_in_the_directory_is_refused(software: Any, people: Any, inaya: Any, person: str) -> None:
    robot = software(people.establishment())
    answer = robot.get(f"DocumentReference?{who(inaya)}", **{"X-Ens-Personne": person})
    assert answer.status_code == 403
    assert code_of(answer) == "personne_inconnue"


@pytest.mark.feature("S107")
def test_a_professional_may_not_speak_under_another_name(dupond: Any, people: Any, inaya: Any) -> None:
    other = people.professional("Moreau")
    answer = dupond.get(f"DocumentReference?{who(inaya)}", **{"X-Ens-Personne": other.rpps})
    assert code_of(answer) == "personne_inconnue"


@pytest.mark.feature("S107")
@pytest.mark.parametrize("path", ["", "DocumentReference", "Binary/x", "Patient", "nimportequoi"])
def test_nothing_is_answered_without_a_token(static_folder: None, path: str) -> None:
    from django.test import Client

    for header in ({}, {"Authorization": "Bearer faux"}, {"Authorization": "Basic eDp5"}):
        answer = Client().get(f"/fhir/{path}", headers=header)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"].startswith("Bearer")


def test_a_stranger_finds_nothing_and_reads_nothing(dupond: Any, inaya: Any, software: Any, people: Any) -> None:
    entries = dupond.post(for_(inaya)).json()["entry"]
    stranger = software(people.professional("Étienne"))
    for location in (entry["response"]["location"] for entry in entries):
        answer = stranger.get(location)
        assert answer.status_code == 404
    assert "entry" not in stranger.get(f"DocumentReference?{who(inaya)}").json()
    assert any(line.is_refusal for line in history(inaya))


@pytest.mark.feature("S046")
def test_filing_and_reading_are_in_the_usagers_history(dupond: Any, doctor: Any, inaya: Any) -> None:
    location = dupond.post(for_(inaya)).json()["entry"][1]["response"]["location"]
    dupond.get(location)
    dupond.get(f"DocumentReference?{who(inaya)}")
    lines = [line for line in history(inaya) if line.actor_name == doctor.name]
    assert {"document_depose", "document_lu", "documents_cherches"} <= {line.event for line in lines}


# -- HTTP -------------------------------------------------------------------------------------------------------
def test_metadata_is_public_with_and_without_a_final_slash(static_folder: None) -> None:
    from django.test import Client

    for path in ("/fhir/metadata", "/fhir/metadata/", "/fhir/metadata?_format=json"):
        answer = Client().get(path)
        assert answer.status_code == 200
        assert answer.json()["fhirVersion"] == "4.0.1"


def test_the_base_answers_with_and_without_a_final_slash(dupond: Any, inaya: Any) -> None:
    from tests.interop.fhir.builders import body

    for path in ("/fhir", "/fhir/"):
        data = body(for_(inaya))
        answer = dupond.client.post(path, data=data, content_type="application/fhir+json", headers=dupond.headers({}))
        assert answer.status_code == 200


@pytest.mark.parametrize("method", ["delete", "put", "patch"])
def test_what_is_not_offered_is_said_so(dupond: Any, inaya: Any, method: str) -> None:
    location = dupond.post(for_(inaya)).json()["entry"][1]["response"]["location"]
    answer = getattr(dupond.client, method)(f"/fhir/{location}", headers=dupond.headers({}))
    assert answer.status_code == 405
    assert answer["Allow"] == "GET"
    assert code_of(answer) == "methode_non_offerte"


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"{not json", "json_illisible"), (b'{"resourceType":"Patient"}', "structure_invalide"), (b" ", "json_illisible")],
)
def test_a_body_that_is_not_a_bundle_is_refused(dupond: Any, raw: bytes, code: str) -> None:
    answer = dupond.post(raw)
    assert answer.status_code == 400
    assert code_of(answer) == code


def test_head_gives_the_headers_alone(dupond: Any, inaya: Any) -> None:
    location = dupond.post(for_(inaya)).json()["entry"][1]["response"]["location"]
    answer = dupond.client.head(f"/fhir/{location}", headers=dupond.headers({}))
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["ETag"] == 'W/"1"'


def test_formats_not_offered_are_refused(dupond: Any, inaya: Any) -> None:
    assert dupond.get("metadata", Accept="application/fhir+xml").status_code == 406
    assert dupond.get(f"DocumentReference?{who(inaya)}&_format=xml").status_code == 406
    assert dupond.post(b"<Bundle/>", content_type="application/fhir+xml").status_code == 415


@pytest.mark.parametrize(
    ("length", "extra", "expected"),
    [
        (30_000_000, {}, 30_000_000),  # read without being kept, so that who still writes hears the reason
        (30_000_000, {"HTTP_EXPECT": "100-continue"}, 0),
        (900_000_000, {}, 0),
    ],
)
def test_a_body_too_large_is_never_kept(length: int, extra: dict[str, str], expected: int) -> None:
    from types import SimpleNamespace

    from ens.interop.fhir.errors import BodyTooLarge
    from ens.interop.fhir.views import read_body

    read = 0

    def give(size: int) -> bytes:
        nonlocal read
        given = min(size, length - read)
        read += given
        return b" " * given

    request: Any = SimpleNamespace(META={"CONTENT_LENGTH": str(length), **extra}, read=give)
    with pytest.raises(BodyTooLarge):
        read_body(request)
    assert read == expected


def test_an_unannounced_body_is_read_up_to_the_limit() -> None:
    from io import BytesIO
    from types import SimpleNamespace

    from ens.interop.fhir.errors import BodyTooLarge
    from ens.interop.fhir.views import read_body

    meta: dict[str, Any] = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input": BytesIO(b"{}")}
    request: Any = SimpleNamespace(META=meta, read=lambda size: b"")
    assert read_body(request) == b"{}"
    meta["wsgi.input"] = BytesIO(b" " * 28_000_001)
    with pytest.raises(BodyTooLarge):
        read_body(request)


def test_a_body_too_large_is_answered(dupond: Any) -> None:
    answer = dupond.post(b" " * 28_000_001)
    assert answer.status_code == 413
    assert code_of(answer) == "corps_trop_volumineux"


def test_a_document_over_twenty_million_bytes_is_too_large(dupond: Any, inaya: Any) -> None:
    answer = dupond.post(for_(inaya, PDF + b"x" * 20_000_000))
    assert answer.status_code == 413


@pytest.mark.parametrize("path", ["DocumentReference/x", "Binary/x", "List/x", "Patient/x"])
def test_an_unknown_id_is_absent(dupond: Any, path: str) -> None:
    for name in (path, path.replace("x", str(uuid4()))):
        answer = dupond.get(name)
        assert answer.status_code == 404
        assert answer.json()["resourceType"] == "OperationOutcome"


def test_an_unknown_type_is_absent(dupond: Any) -> None:
    assert code_of(dupond.get("Observation?patient=x")) == "adresse_inconnue"
