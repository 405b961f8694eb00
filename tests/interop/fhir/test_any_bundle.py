"""Any deposit that is right is filed and read back the same; any single change of it is meaningful or refused."""

from __future__ import annotations

import base64
import re
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.interop.fhir.builders import document_reference
from tests.interop.fhir.calls import assert_refused, code_of, total
from tests.strategies.fhir import bundles, mutations, sheets
from tests.strategies.ins import mistypings, spellings

pytestmark = pytest.mark.slow
OURS = ("id", "meta", "status", "subject", "securityLabel", "relatesTo")  # of a sheet as given back
OF_ATTACHMENT = ("data", "url", "size", "hash", "contentType")
# Not shrunk: each attempt files for good, and what was drawn is told. The same draws at each run.
BOUNDED = settings(
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)


@pytest.fixture
def camille(people: Any, authorise: Any, doctor: Any) -> Any:
    found = people.usager(first_names="CAMILLE")
    authorise(found, doctor)
    return found


def who_is(person: Any) -> dict[str, str]:
    return {"matricule": person.matricule, "oid": person.oid, "usager_id": str(person.usager_id)}


def sent_documents(bundle: dict[str, Any]) -> dict[int, tuple[dict[str, Any], bytes]]:
    """The sheets of a bundle and their bytes, by position."""
    binaries = {
        entry.get("fullUrl"): entry["resource"]
        for entry in bundle["entry"]
        if entry["resource"]["resourceType"] == "Binary"
    }
    found = {}
    for position, entry in enumerate(bundle["entry"]):
        sheet = entry["resource"]
        if sheet["resourceType"] == "DocumentReference":
            attachment = sheet["content"][0]["attachment"]
            text = attachment["data"] if "data" in attachment else binaries[attachment["url"]]["data"]
            found[position] = (sheet, base64.b64decode(re.sub(r"\s", "", text)))
    return found


def kept(sheet: dict[str, Any]) -> dict[str, Any]:
    """What is given back as it was sent, an attachment's own part apart."""
    found = {name: value for name, value in sheet.items() if name not in OURS}
    content = found["content"][0]
    attachment = {name: value for name, value in content["attachment"].items() if name not in OF_ATTACHMENT}
    found["content"] = [{**content, "attachment": attachment}]
    return found


def assert_read_back(software: Any, bundle: dict[str, Any], answer: Any) -> None:
    """Each document filed is found, whole, where the answer says."""
    responses = [entry["response"] for entry in answer.json()["entry"]]
    assert [one["location"].split("/")[0] for one in responses] == [
        entry["resource"]["resourceType"] for entry in bundle["entry"]
    ]
    for position, (sheet, data) in sent_documents(bundle).items():
        given_back = software.get(responses[position]["location"]).json()
        sent, read = kept(sheet), kept(given_back)
        for name in ("creation", "language"):  # completed when they are not sent
            if name not in sent["content"][0]["attachment"]:
                read["content"][0]["attachment"].pop(name, None)
        if "lastModified" in responses[position]:  # else it was there before, under the same identifier
            assert read == sent
        assert given_back["status"] == "current"
        assert software.get(given_back["content"][0]["attachment"]["url"], Accept="*/*").content == data


@pytest.mark.feature("S037")
def test_any_right_bundle_is_filed_once_and_read_back_the_same(dupond: Any, inaya: Any) -> None:
    filed = 0

    @settings(BOUNDED, max_examples=12)
    @given(bundle=bundles(**who_is(inaya)))
    def act(bundle: dict[str, Any]) -> None:
        nonlocal filed
        answer = dupond.post(bundle)
        assert answer.status_code == 200, answer.content
        filed += len(sent_documents(bundle))
        assert_read_back(dupond, bundle, answer)
        again = dupond.post(bundle).json()
        assert [one["response"]["location"] for one in again["entry"]] == [
            one["response"]["location"] for one in answer.json()["entry"]
        ]
        for sheet, _ in sent_documents(bundle).values():
            asked = f"patient=Patient/{inaya.usager_id}&identifier={sheet['masterIdentifier']['value']}&_summary=count"
            assert dupond.get(f"DocumentReference?{asked}").json()["total"] == 1

    act()
    assert total(dupond, inaya) == filed


@pytest.mark.feature("S037")
def test_any_right_sheet_alone_is_filed_once(dupond: Any, inaya: Any) -> None:
    @settings(BOUNDED, max_examples=8)
    @given(sheet=sheets(**who_is(inaya), data=b"%PDF-1.4 seul"))
    def act(sheet: dict[str, Any]) -> None:
        answers = [dupond.post(sheet, "DocumentReference") for _ in range(2)]
        assert [answer.status_code for answer in answers] == [201, 200], answers[0].content
        assert answers[0]["Location"] == answers[1]["Location"]
        read = dupond.get(answers[0]["Location"].partition("/fhir/")[2]).json()
        assert kept(read)["author"] == sheet["author"]

    act()


@pytest.mark.feature("S037")
def test_any_single_change_is_filed_as_it_says_or_refused_and_never_for_another(
    dupond: Any, inaya: Any, camille: Any
) -> None:
    met: dict[int, int] = {}
    theirs = [
        camille.matricule,
        str(camille.usager_id),
        f"Patient/{camille.usager_id}",
        f"Patient?identifier=urn:oid:{camille.oid}|{camille.matricule}",
        {"reference": f"Patient/{camille.usager_id}"},
        {"identifier": {"system": f"urn:oid:{camille.oid}", "value": camille.matricule}},
        {"system": f"urn:oid:{camille.oid}", "value": camille.matricule},
    ]

    @settings(BOUNDED, max_examples=80)
    @given(data=st.data(), bundle=bundles(**who_is(inaya), most=2))
    def act(data: st.DataObject, bundle: dict[str, Any]) -> None:
        changed, how = data.draw(mutations(bundle, theirs))
        before = total(dupond, inaya)
        answer = dupond.post(changed)
        met[answer.status_code] = met.get(answer.status_code, 0) + 1
        if answer.status_code == 200:
            assert_read_back(dupond, changed, answer)
            assert before <= total(dupond, inaya) <= before + len(sent_documents(changed)), how
        else:
            assert_refused(answer, answer.status_code, code_of(answer))
            assert answer.status_code < 500, how
            assert total(dupond, inaya) == before, how

    act()
    assert total(dupond, camille) == 0
    assert met.get(200) and met.get(400)  # the changes drawn do say something


@pytest.mark.feature("S037")
def test_any_spelling_of_ones_matricule_is_ones_own_and_any_mistyping_is_nobodys(dupond: Any, inaya: Any) -> None:
    def post(number: str) -> Any:
        return dupond.post(document_reference(matricule=number, oid=inaya.oid), "DocumentReference")

    @settings(BOUNDED, max_examples=8)
    @given(spelt=spellings(inaya.matricule).map(lambda text: text.replace("\u00a0", " ").replace("\t", " ").strip()))
    def spelt_otherwise(spelt: str) -> None:
        assert post(spelt).status_code == 201

    @settings(BOUNDED, max_examples=20)
    @given(mistyped=mistypings(inaya.matricule))
    def mistyped_otherwise(mistyped: str) -> None:
        answer = post(mistyped)
        if "".join(mistyped.split()).upper() == inaya.matricule:
            assert answer.status_code == 201
        else:
            assert code_of(answer) in (
                "boite_absente",
                "reference_non_resolue",
                "patient_absent_du_depot",
                "structure_invalide",
            )
            assert_refused(answer, answer.status_code, code_of(answer))

    spelt_otherwise()
    mistyped_otherwise()
