"""Searches as a careless or a hostile software writes them, and pages that are nobody else's."""

from __future__ import annotations

from base64 import urlsafe_b64decode, urlsafe_b64encode
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode, urlsplit
from uuid import uuid4

import pytest

from ens.interop.fhir.search import PARAMETERS
from tests.interop.fhir.builders import PDF
from tests.interop.fhir.calls import assert_refused, for_, who
from tests.interop.fhir.conftest import AtTheDoor

FORM = "application/x-www-form-urlencoded"
KINDS = ("DocumentReference", "List")


# -- names and values --------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "name",
    ["couleur", "Type", "type:exact", "type:missing", "author:Practitioner.name", "_include", "_revinclude", "_has:x",
     "_filter", "_query", "_elements", "_contained", "__class__", "%00", "%C3%A9", "INAYA%20MICHEL", "2890456789012"],
)  # fmt: skip
@pytest.mark.parametrize("kind", [*KINDS, "Patient"])
def test_a_parameter_not_offered_is_refused_by_its_name_if_it_has_the_shape_of_one(
    outside: AtTheDoor, inaya: Any, kind: str, name: str
) -> None:
    asked = f"identifier=urn:oid:{inaya.oid}|{inaya.matricule}" if kind == "Patient" else who(inaya)
    answer = outside.get(f"{kind}?{asked}&{name}=x")
    assert_refused(answer, 400, "parametre_inconnu")
    says = answer.json()["issue"][0]["diagnostics"]
    assert (f"« {name} »" in says) == (name.replace(":", "").replace(".", "").replace("_", "").isalpha())


def test_a_lenient_search_ignores_what_is_not_offered_and_says_so(outside: AtTheDoor, inaya: Any) -> None:
    outside.post(for_(inaya))
    lenient = {"Prefer": "handling=lenient"}
    for kind in KINDS:
        found = outside.get(f"{kind}?{who(inaya)}&couleur=bleu&2890456789012=x", **lenient).json()
        entries = [(one["search"]["mode"], one["resource"]["resourceType"]) for one in found["entry"]]
        assert entries == [("match", kind), ("outcome", "OperationOutcome")]
        issue = found["entry"][1]["resource"]["issue"][0]
        assert (issue["severity"], issue["code"]) == ("warning", "not-supported")
        assert "couleur" in issue["diagnostics"] and "289" not in issue["diagnostics"]
        assert "couleur" not in found["link"][0]["url"]
    patient = outside.get(f"Patient?identifier=urn:oid:{inaya.oid}|{inaya.matricule}&couleur=bleu", **lenient).json()
    assert (patient["total"], len(patient["entry"])) == (1, 2)
    for prefer in ("handling=strict", "return=minimal", "handling=LENIENT-ISH", "lenient"):
        assert_refused(
            outside.get(f"DocumentReference?{who(inaya)}&couleur=x", Prefer=prefer), 400, "parametre_inconnu"
        )


def test_lenience_never_makes_a_search_without_a_patient_nor_reads_a_bad_value(outside: AtTheDoor, inaya: Any) -> None:
    lenient = {"Prefer": "handling=lenient"}
    assert_refused(outside.get("DocumentReference?couleur=bleu", **lenient), 400, "patient_requis")
    assert_refused(outside.get(f"DocumentReference?{who(inaya)}&date=hier", **lenient), 400, "parametre_invalide")


BAD = {
    "date": ["hier", "2026-13", "2026-02-30", "ge", "2026-3-4", "10000", "INAYA", "2026-01-01T25:00:00Z", "1/2/2026"],
    "control": ["-1", "1.5", "0x10", "²", "x", "--date", "oui"],
}


@pytest.mark.parametrize(
    ("kind", "name", "sort"),
    [(kind, name, parameter.kind) for kind in KINDS for name, parameter in PARAMETERS[kind].items()],
)
def test_a_bad_value_of_any_parameter_is_refused_or_finds_nothing(
    outside: AtTheDoor, inaya: Any, kind: str, name: str, sort: str
) -> None:
    """What cannot be a value of its kind is refused; what could be one, but is nobody's, finds nothing."""
    outside.post(for_(inaya))
    for value in ("", "\x00", *BAD.get(sort, ())):
        if name in ("_format", "_pretty") and value:
            continue
        answer = outside.get(f"{kind}?{who(inaya)}&{name}={quote(value)}")
        code = "curseur_invalide" if name == "_cursor" and value not in ("", "\x00") else "parametre_invalide"
        assert_refused(answer, 400, code)
    if sort in ("date", "control"):
        return
    for value in ("|", "||", ",", "\\,", "a|b|c", "'; DROP TABLE record_document; --", "%", "é" * 500, "x" * 4000):
        answer = outside.get(f"{kind}?{who(inaya)}&{name}={quote(value)}&_summary=count")
        if answer.status_code == 200:
            assert answer.json()["total"] in (0, 1), value
        else:
            assert_refused(answer, 400, "parametre_invalide")


def test_a_value_in_bytes_that_are_no_text_is_refused(outside: AtTheDoor, inaya: Any) -> None:
    for query in (f"{who(inaya)}&type=%ff", f"{who(inaya)}&%ff=x", f"{who(inaya)}&_cursor=%ed%a0%80", "%", "&&&", "a"):
        answer = outside.get(f"DocumentReference?{query}")
        assert answer.status_code == 400
        assert_refused(answer, 400, answer.json()["issue"][0]["details"]["coding"][0]["code"])


@pytest.mark.parametrize(
    ("count", "given"), [("0", 0), ("1", 1), ("00002", 2), ("200", 3), ("201", 3), ("9" * 5000, 3)]
)
def test_a_count_is_kept_within_two_hundred(outside: AtTheDoor, inaya: Any, count: str, given: int) -> None:
    outside.post(for_(inaya, PDF, PDF + b"2", PDF + b"3"))
    found = outside.get(f"DocumentReference?{who(inaya)}&_count={count}").json()
    assert len(found.get("entry", [])) == given
    assert found["total"] == 3


def test_two_hundred_values_and_no_more_are_read_together(outside: AtTheDoor, inaya: Any) -> None:
    location = outside.post(for_(inaya)).json()["entry"][1]["response"]["location"]
    ids = [location.split("/")[1], *(str(uuid4()) for _ in range(200))]
    form = {"patient.identifier": f"urn:oid:{inaya.oid}|{inaya.matricule}", "_id": ",".join(ids[:200])}
    ask = {"content_type": FORM, "path": "DocumentReference/_search"}
    assert outside.post(urlencode(form).encode(), **ask).json()["total"] == 1
    form["_id"] = ",".join(ids)
    assert_refused(outside.post(urlencode(form).encode(), **ask), 400, "parametre_invalide")


def test_many_parameters_and_long_forms_are_refused(outside: AtTheDoor, inaya: Any) -> None:
    many = who(inaya) + "&status=current" * 120
    assert_refused(outside.get(f"DocumentReference?{many}"), 400, "parametre_invalide")
    ask = {"content_type": FORM, "path": "DocumentReference/_search"}
    for raw in (b"a" * 200_000, b"type=" + b"x," * 100_000, "type=é".encode(), b"\xff=1"):
        assert_refused(outside.post(raw, **ask), 400, "parametre_invalide")
    assert_refused(outside.post(b" " * 30_000_000, **ask), 413, "corps_trop_volumineux")
    assert_refused(outside.post(b"{}", path="List/_search"), 415, "type_de_corps_non_pris_en_charge")


def test_two_patients_at_once_are_nobody(
    outside: AtTheDoor, inaya: Any, people: Any, doctor: Any, authorise: Any
) -> None:
    other = people.usager(first_names="CAMILLE")
    authorise(other, doctor)
    outside.post(for_(inaya))
    outside.post(for_(other))
    for query in (
        f"{who(inaya)}&{who(other)}",
        f"{who(inaya)}&patient=Patient/{other.usager_id}",
        f"patient=Patient/{inaya.usager_id},Patient/{other.usager_id}",
        f"{who(inaya)},urn:oid:{other.oid}|{other.matricule}",
    ):
        found = outside.get(f"DocumentReference?{query}")
        assert found.status_code == 200
        assert "entry" not in found.json()
    twice = f"identifier=urn:oid:{inaya.oid}|{inaya.matricule}&identifier=urn:oid:{other.oid}|{other.matricule}"
    assert_refused(outside.get(f"Patient?{twice}"), 400, "parametre_invalide")


def test_what_was_filed_out_of_shape_never_breaks_a_search(outside: AtTheDoor, inaya: Any) -> None:
    """An extension known by its address, of another kind than expected, is kept and compared with nothing."""
    bundle = for_(inaya)
    known = bundle["entry"][0]["resource"]["extension"][0]["url"].removesuffix("designationType")
    names = ("designationType", "sourceId", "authorOrg", "isArchived")
    bundle["entry"][0]["resource"]["extension"] = [{"url": known + name, "valueString": "mot"} for name in names]
    assert outside.post(bundle).status_code == 200
    for criterion in ("designationType=x", "sourceId=x", "authorOrg=x", "source.identifier=x", "isArchived=true"):
        assert outside.get(f"List?{who(inaya)}&{criterion}").status_code == 200, criterion


# -- pages ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def second_page(outside: AtTheDoor, inaya: Any) -> str:
    """The address of the second page of three documents, one a page."""
    outside.post(for_(inaya, PDF, PDF + b"2", PDF + b"3"))
    first = outside.get(f"DocumentReference?{who(inaya)}&_count=1").json()
    return next(link["url"] for link in first["link"] if link["relation"] == "next").partition("/fhir/")[2]


def changed(address: str, **values: str) -> str:
    parts = urlsplit(address)
    return f"{parts.path}?{urlencode({**dict(parse_qsl(parts.query)), **values})}"


def test_a_page_is_followed_as_given(outside: AtTheDoor, second_page: str) -> None:
    assert len(outside.get(second_page).json()["entry"]) == 1
    assert len(outside.get(changed(second_page, _count="2")).json()["entry"]) == 2  # how many may change on the way


def test_a_page_is_of_one_search_of_one_patient_by_one_software(
    outside: AtTheDoor, inaya: Any, second_page: str, software: Any, people: Any, authorise: Any, doctor: Any
) -> None:
    cursor = dict(parse_qsl(urlsplit(second_page).query))["_cursor"]
    camille, colleague = people.usager(first_names="CAMILLE"), people.professional("Moreau")
    authorise(camille, doctor)
    authorise(inaya, colleague)
    others = [
        outside.get(f"DocumentReference?{who(camille)}&_count=1&_cursor={cursor}"),
        outside.get(f"DocumentReference?{who(inaya)}&_count=1&status=current&_cursor={cursor}"),
        outside.get(f"DocumentReference?{who(inaya)}&_count=1&_sort=date&_cursor={cursor}"),
        outside.get(f"List?{who(inaya)}&_count=1&_cursor={cursor}"),
        AtTheDoor(outside.client, software(colleague).token).get(second_page),
        AtTheDoor(outside.client, software(doctor).token).get(second_page),  # another software of the same doctor
    ]
    for answer in others:
        assert_refused(answer, 400, "curseur_invalide")


def test_a_page_made_up_is_refused_whoever_the_patient(outside: AtTheDoor, inaya: Any, second_page: str) -> None:
    cursor = dict(parse_qsl(urlsplit(second_page).query))["_cursor"]
    raw = urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
    tampered = [bytearray(raw) for _ in range(3)]
    tampered[0][0] ^= 1
    tampered[1][-1] ^= 1
    tampered[2] += b"x"
    made_up = [urlsafe_b64encode(bytes(one)).decode().rstrip("=") for one in tampered]
    made_up += ["x", "=", "é", "A" * 10_000, urlsafe_b64encode(b"2026-01-01T00:00:00+00:00//").decode(), cursor[:-3]]
    nobody = "patient.identifier=urn:oid:1.2.250.1.213.1.4.10|199999999999999"
    for one in made_up:
        answers = [
            outside.get(f"DocumentReference?{patient}&_count=1&_cursor={quote(one)}")
            for patient in (who(inaya), nobody)
        ]
        for answer in answers:
            assert_refused(answer, 400, "curseur_invalide")
        assert answers[0].content == answers[1].content
