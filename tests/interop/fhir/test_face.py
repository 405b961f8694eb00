"""Who may, what is kept of it, and the manners of HTTP."""

from __future__ import annotations

import copy
from typing import Any
from uuid import uuid4

import pytest

from tests.interop.fhir.builders import PDF
from tests.interop.fhir.calls import code_of, for_, history, who


# -- who may, and what is kept of it -------------------------------------------------------------------------------
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


# -- HTTP ----------------------------------------------------------------------------------------------------------
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
    assert answer["Allow"] == "GET, HEAD"
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

    from ens.interop.fhir.body import read_body
    from ens.interop.fhir.errors import BodyTooLarge

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

    from ens.interop.fhir.body import read_body
    from ens.interop.fhir.errors import BodyTooLarge

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
