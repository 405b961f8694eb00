"""Another person in the deposit, every way there is to put one: nothing is filed, for the one or for the other."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from tests.factories import Person
from tests.interop.fhir.builders import PDF, document_reference, entry
from tests.interop.fhir.calls import assert_refused, code_of, for_, history, total
from tests.interop.fhir.conftest import AtTheDoor, id_of
from tests.record.files import cda

Put = Callable[[dict[str, Any], Person], None]


@pytest.fixture
def camille(people: Any, authorise: Any, doctor: Any) -> Any:
    """Someone else, who also lets Docteur Dupond read."""
    found = people.usager(first_names="CAMILLE")
    authorise(found, doctor)
    return found


def ins(person: Person) -> dict[str, str]:
    return {"system": f"urn:oid:{person.oid}", "value": person.matricule}


def conditional(person: Person) -> dict[str, str]:
    return {"reference": f"Patient?identifier=urn:oid:{person.oid}|{person.matricule}"}


def in_sheet(name: str, value: Callable[[Person], Any]) -> Put:
    def put(bundle: dict[str, Any], other: Person) -> None:
        bundle["entry"][1]["resource"][name] = value(other)

    return put


def in_set(name: str, value: Callable[[Person], Any]) -> Put:
    def put(bundle: dict[str, Any], other: Person) -> None:
        bundle["entry"][0]["resource"][name] = value(other)

    return put


def source(value: Callable[[Person], Any]) -> Put:
    def put(bundle: dict[str, Any], other: Person) -> None:
        bundle["entry"][1]["resource"]["context"]["sourcePatientInfo"] = value(other)

    return put


def contained(place: int, change: Callable[[list[Any], Person], None]) -> Put:
    def put(bundle: dict[str, Any], other: Person) -> None:
        change(bundle["entry"][place]["resource"]["contained"], other)

    return put


def rename(inside: list[Any], other: Person) -> None:
    inside[0]["identifier"][0]["value"] = other.matricule


def second_ins(inside: list[Any], other: Person) -> None:
    inside[0]["identifier"].append(ins(other))


def second_patient(inside: list[Any], other: Person) -> None:
    inside.append({"resourceType": "Patient", "id": "autre", "identifier": [ins(other)]})


def relative_of(inside: list[Any], other: Person) -> None:
    inside.append({"resourceType": "RelatedPerson", "id": "proche", "patient": conditional(other)})


def device_of(inside: list[Any], other: Person) -> None:
    inside.append({"resourceType": "Device", "id": "appareil", "patient": {"reference": f"Patient/{other.usager_id}"}})


def of_absolute_id(other: Person) -> dict[str, str]:
    return {"reference": f"BASE/Patient/{other.usager_id}"}


WAYS: dict[str, Put] = {
    "sujet de la fiche": in_sheet("subject", conditional),
    "sujet du lot": in_set("subject", conditional),
    "sujet du lot par identifiant logique": in_set("subject", lambda other: {"identifier": ins(other)}),
    "sujet contredit par son identifiant": in_sheet(
        "subject", lambda other: {"reference": "#patient-source", "identifier": ins(other)}
    ),
    "source par INS": source(conditional),
    "source par identifiant logique": source(lambda other: {"identifier": ins(other)}),
    "patient contenu dans la fiche": contained(1, rename),
    "patient contenu dans le lot": contained(0, rename),
    "patient contenu à deux INS": contained(1, second_ins),
    "second patient contenu": contained(1, second_patient),
    "proche d'un autre": contained(1, relative_of),
    "auteur": in_sheet("author", lambda other: [{**conditional(other), "display": "Le patient"}]),
    "valideur": in_sheet("authenticator", lambda other: {"identifier": ins(other), "display": "Le patient"}),
    "auteur du lot": in_set("source", lambda other: {**conditional(other), "display": "Le patient"}),
    "identifiant de la fiche": in_sheet("identifier", lambda other: [ins(other)]),
    "extension": in_sheet("extension", lambda other: [{"url": "urn:x", "valueReference": conditional(other)}]),
    "extension d'extension": in_sheet(
        "extension", lambda other: [{"url": "urn:x", "extension": [{"url": "urn:y", "valueIdentifier": ins(other)}]}]
    ),
    "membre du lot": lambda bundle, other: bundle["entry"][0]["resource"]["entry"][0]["item"].update(
        identifier=ins(other)
    ),
}
BY_ID: dict[str, Put] = {
    "sujet par notre identifiant": in_sheet("subject", lambda other: {"reference": f"Patient/{other.usager_id}"}),
    "source par notre identifiant": source(lambda other: {"reference": f"Patient/{other.usager_id}"}),
    "source par adresse entière": source(of_absolute_id),
    "appareil d'un autre": contained(1, device_of),
    "extension par notre identifiant": in_sheet(
        "extension", lambda other: [{"url": "urn:x", "valueReference": {"reference": f"Patient/{other.usager_id}"}}]
    ),
}


@pytest.mark.feature("S037")
@pytest.mark.parametrize("way", [*WAYS, *BY_ID])
def test_another_patient_anywhere_refuses_the_whole_deposit(
    outside: AtTheDoor, inaya: Any, camille: Any, way: str
) -> None:
    bundle = for_(inaya)
    {**WAYS, **BY_ID}[way](bundle, camille)
    _absolute(bundle, outside)
    assert_refused(outside.post(bundle), 422, "patient_different")
    assert (total(outside, inaya), total(outside, camille)) == (0, 0)


def _absolute(bundle: dict[str, Any], outside: AtTheDoor) -> None:
    reference = bundle["entry"][1]["resource"]["context"]["sourcePatientInfo"]
    if "reference" in reference:
        reference["reference"] = reference["reference"].replace("BASE", f"http://127.0.0.1:{outside.client.port}/fhir")


def test_a_relative_who_speaks_has_identifiers_of_their_own(outside: AtTheDoor, inaya: Any, camille: Any) -> None:
    bundle = for_(inaya)
    sheet = bundle["entry"][1]["resource"]
    sheet["contained"].append(
        {"resourceType": "RelatedPerson", "id": "mere", "identifier": [ins(camille)], "patient": conditional(inaya)}
    )
    sheet["author"] = [{"reference": "#mere", "display": "Sa mère"}]
    assert outside.post(bundle).status_code == 200
    assert (total(outside, inaya), total(outside, camille)) == (1, 0)


def test_two_documents_of_two_people_are_refused_together(outside: AtTheDoor, inaya: Any, camille: Any) -> None:
    bundle, other = for_(inaya, PDF, PDF + b"2"), for_(camille, PDF + b"2")
    bundle["entry"][2]["resource"] = other["entry"][1]["resource"] | {
        "content": bundle["entry"][2]["resource"]["content"]
    }
    assert_refused(outside.post(bundle), 422, "patient_different")
    assert (total(outside, inaya), total(outside, camille)) == (0, 0)


# -- what is another's, by its address -------------------------------------------------------------------------------
@pytest.fixture
def theirs(outside: AtTheDoor, camille: Any) -> list[str]:
    """The addresses of a document of Camille's: List, DocumentReference, Binary."""
    return [one["response"]["location"] for one in outside.post(for_(camille)).json()["entry"]]


def test_another_persons_content_is_no_content_of_the_bundle(outside: AtTheDoor, inaya: Any, theirs: list[str]) -> None:
    for address in (theirs[2], f"http://127.0.0.1:{outside.client.port}/fhir/{theirs[2]}"):
        bundle = for_(inaya)
        bundle["entry"][1]["resource"]["content"][0]["attachment"]["url"] = address
        assert_refused(outside.post(bundle), 400, "reference_non_resolue")
    assert total(outside, inaya) == 0


def test_another_persons_document_is_replaced_by_nobody_and_answers_like_none(
    outside: AtTheDoor, inaya: Any, camille: Any, theirs: list[str]
) -> None:
    target = outside.get(theirs[1]).json()["masterIdentifier"]["value"]
    answers = set()
    for reference in (
        theirs[1],
        f"DocumentReference/{uuid4()}",
        f"DocumentReference?identifier=urn:ietf:rfc:3986|{target}",
        f"DocumentReference?identifier=urn:ietf:rfc:3986|urn:oid:2.25.{uuid4().int}",
    ):
        answer = outside.post(for_(inaya, replaces=reference))
        assert_refused(answer, 422, "remplacement_sans_cible")
        answers.add(answer.content)
    assert len(answers) == 1
    assert (total(outside, inaya), total(outside, camille)) == (0, 1)
    assert outside.get(theirs[1]).json()["status"] == "current"


def test_another_persons_document_is_no_member_of_the_set(outside: AtTheDoor, inaya: Any, theirs: list[str]) -> None:
    bundle = for_(inaya)
    bundle["entry"][0]["resource"]["entry"].append({"item": {"reference": theirs[1]}})
    assert_refused(outside.post(bundle), 400, "reference_non_resolue")


def test_the_same_identifier_and_content_belong_to_each_apart(outside: AtTheDoor, inaya: Any, camille: Any) -> None:
    unique_id = f"urn:oid:2.25.{uuid4().int}"
    places = {outside.post(for_(one, unique_id=unique_id)).content for one in (inaya, camille)}
    assert len(places) == 2
    assert (total(outside, inaya), total(outside, camille)) == (1, 1)


def test_an_id_that_is_not_a_patients_names_nobody(outside: AtTheDoor, inaya: Any, theirs: list[str]) -> None:
    for identifier in (str(id_of(theirs[1])), str(uuid4())):
        resource = document_reference(matricule=inaya.matricule, oid=inaya.oid)
        resource["contained"] = resource["contained"][1:]
        resource["context"].pop("sourcePatientInfo")
        resource["subject"] = {"reference": f"Patient/{identifier}"}
        assert_refused(outside.post(resource, "DocumentReference"), 404, "boite_absente")


@pytest.mark.parametrize(
    "subject",
    [
        {},
        {"display": "INAYA MICHEL"},
        {"reference": "Patient/2890456789012"},
        {"reference": "Patient?identifier=urn:oid:1.2.250.1.213.1.4.10|2890456789012"},
        {"reference": "Patient?identifier=2890456789012"},
        {"reference": "Patient?name=MICHEL"},
        {"reference": "https://ailleurs.example/fhir/Patient/1"},
        {"reference": "#personne"},
        {"reference": "Group/1"},
        {"identifier": {"system": "urn:oid:1.2.3", "value": "IPP-77"}},
    ],
)
def test_a_subject_that_names_nobody_is_refused_without_being_repeated(
    outside: AtTheDoor, inaya: Any, subject: dict[str, Any]
) -> None:
    bundle = for_(inaya)
    for place in (0, 1):
        bundle["entry"][place]["resource"]["subject"] = subject
    answer = outside.post(bundle)
    assert code_of(answer) in ("reference_non_resolue", "patient_absent_du_depot", "structure_invalide")
    assert_refused(answer, 400, code_of(answer))


def test_a_cda_of_another_in_a_bundle_of_ones_own_is_refused(outside: AtTheDoor, inaya: Any, camille: Any) -> None:
    data = cda(camille.matricule, camille.oid, unique_id=f"2.25.{uuid4().int}")
    answer = outside.post(for_(inaya, data, media_type="text/xml"))
    assert_refused(answer, 422, "patient_different")
    assert any(line.is_refusal and line.code == "patient_different" for line in history(inaya))
    assert not any(line.event == "document_depose" for line in history(camille))


# -- many at once ------------------------------------------------------------------------------------------------
def at_once(act: Callable[[int], Any], times: int = 10) -> list[Any]:
    with ThreadPoolExecutor(times) as pool:
        return list(pool.map(act, range(times)))


@pytest.mark.feature("S037")
def test_ten_identical_bundles_at_once_are_one_document_and_one_answer(outside: AtTheDoor, inaya: Any) -> None:
    bundle = for_(inaya, PDF, PDF + b"2")
    answers = at_once(lambda _: outside.post(bundle))
    assert {answer.status_code for answer in answers} == {200}
    places = {tuple(one["response"]["location"] for one in answer.json()["entry"]) for answer in answers}
    assert len(places) == 1
    assert total(outside, inaya) == 2
    for place in next(iter(places)):
        assert outside.get(place).status_code == 200


def test_ten_contents_under_one_identifier_at_once_are_one_document_and_nine_conflicts(
    outside: AtTheDoor, inaya: Any
) -> None:
    unique_id = f"urn:oid:2.25.{uuid4().int}"

    def post(number: int) -> Any:
        resource = document_reference(
            PDF + str(number).encode(), matricule=inaya.matricule, oid=inaya.oid, unique_id=unique_id
        )
        return outside.post(resource, "DocumentReference")

    answers = at_once(post)
    assert sorted(answer.status_code for answer in answers) == [201] + [409] * 9
    for answer in answers:
        if answer.status_code == 409:
            assert_refused(answer, 409, "document_different")
    assert total(outside, inaya) == 1
    kept = next(number for number, answer in enumerate(answers) if answer.status_code == 201)
    sheet = outside.get(answers[kept]["Location"].partition("/fhir/")[2]).json()
    assert outside.get(sheet["content"][0]["attachment"]["url"], Accept="*/*").content == PDF + str(kept).encode()


def test_two_sets_under_one_identifier_with_other_documents_are_told_apart(outside: AtTheDoor, inaya: Any) -> None:
    first, second = for_(inaya), for_(inaya, PDF + b"2")
    second["entry"][0]["resource"]["identifier"] = first["entry"][0]["resource"]["identifier"]
    answers = at_once(lambda number: outside.post((first, second)[number % 2]), 8)
    told = {}
    for number, answer in enumerate(answers):
        told.setdefault(number % 2, set()).add(answer.status_code)
    assert sorted(map(sorted, told.values())) == [[200], [409]]
    assert total(outside, inaya) == 1


def test_the_same_document_twice_in_a_bundle_is_refused_or_filed_once(outside: AtTheDoor, inaya: Any) -> None:
    bundle = for_(inaya)
    twin = entry(f"urn:uuid:{uuid4()}", {**bundle["entry"][1]["resource"]})
    bundle["entry"].insert(2, twin)
    bundle["entry"][0]["resource"]["entry"].append({"item": {"reference": twin["fullUrl"]}})
    assert_refused(outside.post(bundle), 400, "lot_invalide")  # two sheets for one content
    twins = for_(inaya, PDF, PDF, inline=True)
    twins["entry"][2]["resource"]["masterIdentifier"] = twins["entry"][1]["resource"]["masterIdentifier"]
    answer = outside.post(twins)
    assert answer.status_code in (200, 400, 409), answer.content
    assert total(outside, inaya) <= 1
