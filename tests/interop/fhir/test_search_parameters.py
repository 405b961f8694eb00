"""Search parameters: forms understood, forms refused."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

import pytest

from ens.interop.fhir.errors import ParameterInvalid, ParameterUnknown, PatientRequired
from ens.interop.fhir.references import IdKey, InsKey
from ens.interop.fhir.search import Search, Token, read_moment, read_search

BASE = "https://espace.example/fhir"
ID = UUID("0192f0c0-0000-7000-8000-000000000001")
INS = InsKey("1.2.250.1.213.1.4.10", "289456789012325")
WHO = f"patient=Patient/{ID}"


def read(query: str, kind: str = "DocumentReference") -> Search:
    return read_search(kind, query, BASE)


@pytest.mark.parametrize(
    ("query", "patient"),
    [
        (f"patient=Patient/{ID}", IdKey(ID)),
        (f"patient={ID}", IdKey(ID)),
        (f"patient={BASE}/Patient/{ID}", IdKey(ID)),
        (f"subject=Patient/{ID}", IdKey(ID)),
        ("patient.identifier=urn:oid:1.2.250.1.213.1.4.10|289456789012325", INS),
        ("patient.identifier=urn%3Aoid%3A1.2.250.1.213.1.4.10%7C289456789012325", INS),
        ("patient:identifier=urn:oid:1.2.250.1.213.1.4.10|289456789012325", INS),
        ("subject:Patient.identifier=urn:oid:1.2.250.1.213.1.4.10|289456789012325", INS),
        ("patient=urn:oid:1.2.250.1.213.1.4.10|289456789012325", INS),
        # an identifier that is not an INS, or two patients: nobody
        ("patient.identifier=urn:oid:1.2.3|42", None),
        (f"patient=Patient/{ID}&patient.identifier=urn:oid:1.2.250.1.213.1.4.10|289456789012325", None),
    ],
)
def test_a_patient_is_understood_in_every_form(query: str, patient: object) -> None:
    assert read(query).patient == patient


@pytest.mark.parametrize("query", ["", "status=current", "type=http://loinc.org|11488-4"])
def test_a_search_without_a_patient_is_refused(query: str) -> None:
    with pytest.raises(PatientRequired):
        read(query)


@pytest.mark.parametrize("name", ["nosuchparam", "_include", "status:not", "_has:x", "patient:Group"])
def test_an_unknown_parameter_is_refused_by_its_name(name: str) -> None:
    with pytest.raises(ParameterUnknown):
        read(f"{WHO}&{name}=1")


def test_tokens_keep_their_system_and_their_alternatives() -> None:
    found = read(f"{WHO}&type=http://loinc.org|11488-4,34133-9&status=current,superseded&format=|x&category=urn:c|")
    assert found.tokens == [
        ("type", (Token("http://loinc.org", "11488-4"), Token(None, "34133-9"))),
        ("status", (Token(None, "current"), Token(None, "superseded"))),
        ("format", (Token("", "x"),)),
        ("category", (Token("urn:c", None),)),
    ]


def test_an_escaped_comma_is_part_of_the_value() -> None:
    assert read(f"{WHO}&identifier=a\\,b").tokens == [("identifier", (Token(None, "a,b"),))]


def test_names_of_the_french_guide_are_understood_like_their_codes() -> None:
    found = read(f"{WHO}&PDSm_isArchived=false&PDSm_DocumentReference_period-start=ge2026-01-01")
    assert [name for name, _ in found.tokens] == ["isArchived"]
    assert [name for name, _ in found.dates] == ["period-start"]


@pytest.mark.parametrize(
    ("text", "prefix", "start", "end"),
    [
        ("2026", "eq", datetime(2025, 12, 31, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ("ge2026-12", "ge", datetime(2026, 11, 30, 23, tzinfo=UTC), datetime(2026, 12, 31, 23, tzinfo=UTC)),
        ("lt2026-07-14", "lt", datetime(2026, 7, 13, 22, tzinfo=UTC), datetime(2026, 7, 14, 22, tzinfo=UTC)),
        (
            "gt2026-03-04T10:00:00Z",
            "gt",
            datetime(2026, 3, 4, 10, tzinfo=UTC),
            datetime(2026, 3, 4, 10, 0, 1, tzinfo=UTC),
        ),
        # a plus sign that arrives as a space; a time without seconds; a time without zone is Paris time
        (
            "2026-03-04T10:00:00 01:00",
            "eq",
            datetime(2026, 3, 4, 9, tzinfo=UTC),
            datetime(2026, 3, 4, 9, 0, 1, tzinfo=UTC),
        ),
        ("2026-03-04T10:00Z", "eq", datetime(2026, 3, 4, 10, tzinfo=UTC), datetime(2026, 3, 4, 10, 0, 1, tzinfo=UTC)),
        ("2026-03-04T10:00:00", "eq", datetime(2026, 3, 4, 9, tzinfo=UTC), datetime(2026, 3, 4, 9, 0, 1, tzinfo=UTC)),
    ],
)
def test_a_date_is_the_interval_it_stands_for(text: str, prefix: str, start: datetime, end: datetime) -> None:
    found = read_moment("date", text)
    assert (found.prefix, found.start, found.end) == (prefix, start, end)


@pytest.mark.parametrize("text", ["hier", "2026-13", "2026-02-30", "ge", "10000", "0000", "ap2026", "2026-3-4"])
def test_what_is_not_a_date_is_refused(text: str) -> None:
    with pytest.raises(ParameterInvalid):
        read_moment("date", text)


@pytest.mark.parametrize(
    "query",
    ["_count=x", "_count=-1", "_sort=title", "_summary=text", "_total=oui", "date=hier", "type=", "%FF=1", "type"],
)
def test_an_unreadable_value_is_refused(query: str) -> None:
    with pytest.raises((ParameterInvalid, ParameterUnknown)):
        read(f"{WHO}&{query}")


def test_paging_and_totals_are_understood() -> None:
    found = read(f"{WHO}&_count=1000&_sort=-date&_total=accurate&_cursor=abc")
    assert (found.count, found.sort, found.descending, found.with_total, found.cursor) == (
        200,
        "date",
        True,
        True,
        "abc",
    )
    assert ("_cursor", "abc") not in found.understood
    assert read(f"{WHO}&_summary=count").only_count
    assert read(f"{WHO}&_count=0").only_count


def test_submission_sets_have_parameters_of_their_own() -> None:
    found = read(f"{WHO}&code=submissionset&sourceId=urn:oid:1.2.3&DesignationType=10&title:contains=retour", "List")
    assert [name for name, _ in found.tokens] == ["code", "sourceId", "designationType"]
    assert found.strings == [("title", "contains", ("retour",))]
    with pytest.raises(ParameterUnknown):
        read(f"{WHO}&facility=x", "List")
