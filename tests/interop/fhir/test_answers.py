"""Formats, conditions, outcomes and bundles answered: pure parts of the face."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest

from ens.access.errors import PersonRequired
from ens.interop.fhir import bundles, negotiation, outcome
from ens.interop.fhir.capability import capability_statement
from ens.interop.fhir.errors import MediaTypeUnsupported, NotAcceptable, StructureInvalid
from ens.interop.fhir.search import PARAMETERS, read_search
from ens.kernel.errors import Absent, Conflict, EnsError, Malformed, Refused, Unavailable


@pytest.mark.parametrize(
    ("accept", "wanted"),
    [
        ("", ""),
        ("*/*", ""),
        ("application/fhir+json", ""),
        ("application/json;q=0.5, text/html", ""),
        ("application/fhir+json; fhirVersion=4.0", ""),
        ("text/html", "json"),
        ("text/html", "application/fhir json"),  # the plus sign of an address, not encoded
    ],
)
def test_json_is_given_to_who_takes_it(accept: str, wanted: str) -> None:
    negotiation.check_json_is_accepted(accept, wanted)


@pytest.mark.parametrize(
    ("accept", "wanted"), [("application/fhir+xml", ""), ("", "xml"), ("application/json;q=0", "")]
)
def test_another_format_is_refused(accept: str, wanted: str) -> None:
    with pytest.raises(NotAcceptable):
        negotiation.check_json_is_accepted(accept, wanted)


@pytest.mark.parametrize(
    ("content_type", "encoding"),
    [("", ""), ("text/plain", ""), ("application/fhir+json", "gzip"), ("application/json; charset=latin-1", "")],
)
def test_a_body_that_is_not_announced_as_json_is_refused(content_type: str, encoding: str) -> None:
    with pytest.raises(MediaTypeUnsupported):
        negotiation.check_body_is_json(content_type, encoding)


@pytest.mark.parametrize(
    ("accept", "as_resource"),
    [
        ("", False),
        ("*/*", False),
        ("application/pdf", False),
        ("application/fhir+json", True),
        ("text/xml, */*;q=0.1", False),
    ],
)
def test_a_binary_is_its_bytes_unless_fhir_is_asked_for(accept: str, as_resource: bool) -> None:
    assert negotiation.wants_fhir_binary(accept) is as_resource


def test_a_version_already_known_is_not_sent_again() -> None:
    at = datetime(2026, 3, 4, 10, tzinfo=UTC)
    later, sooner = negotiation.http_date(at), negotiation.http_date(at - timedelta(days=1))
    assert negotiation.is_unchanged('W/"2"', "", 2, at)
    assert negotiation.is_unchanged('W/"1", "2"', "", 2, at)
    assert negotiation.is_unchanged("*", "", 2, at)
    assert not negotiation.is_unchanged('W/"1"', later, 2, at)
    assert negotiation.is_unchanged("", later, 2, at)
    assert not negotiation.is_unchanged("", sooner, 2, at)
    assert not negotiation.is_unchanged("", "hier", 2, at)
    assert not negotiation.is_unchanged("", "", 2, at)


def _error(family: type[EnsError]) -> EnsError:
    return type("Named", (family,), {"code": "un_code", "message": "Une phrase."})()


@pytest.mark.parametrize(
    ("error", "status", "kind"),
    [
        (_error(Absent), 404, "not-found"),
        (_error(Refused), 403, "forbidden"),
        (_error(Conflict), 409, "conflict"),
        (_error(Malformed), 422, "processing"),
        (_error(Unavailable), 503, "transient"),
        (NotAcceptable(), 406, "not-supported"),
        (PersonRequired(), 403, "forbidden"),
    ],
)
def test_each_family_has_its_status_and_its_issue(error: EnsError, status: int, kind: str) -> None:
    assert outcome.status_of(error) == status
    issue = orjson.loads(outcome.operation_outcome(error))["issue"][0]
    assert issue["code"] == kind
    assert issue["details"]["coding"] == [{"system": outcome.CODE_SYSTEM, "code": error.code}]
    assert issue["diagnostics"].endswith((".", ")."))


def test_faults_of_structure_are_one_issue_each() -> None:
    error = StructureInvalid([("Bundle.type", "un code est attendu"), ("Bundle.entry", "une liste est attendue")])
    issues = orjson.loads(outcome.operation_outcome(error))["issue"]
    assert [issue["expression"] for issue in issues] == [["Bundle.type"], ["Bundle.entry"]]


def test_stored_bytes_are_joined_without_being_read() -> None:
    search = read_search(
        "DocumentReference", f"patient=Patient/{uuid4()}&_count=2&_format=json", "https://e.example/fhir"
    )
    raw = bundles.search_set(search, "https://e.example/fhir", [("a", b'{"id":"a"}'), ("b", b'{"id":"b"}')], 5, "suite")
    found = orjson.loads(raw)
    assert found["total"] == 5
    assert [one["resource"]["id"] for one in found["entry"]] == ["a", "b"]
    assert found["entry"][0]["fullUrl"] == "https://e.example/fhir/DocumentReference/a"
    links = {link["relation"]: link["url"] for link in found["link"]}
    assert links["next"].endswith("&_count=2&_cursor=suite")
    assert "_format" not in links["self"]


def test_an_empty_answer_has_no_entry() -> None:
    search = read_search("List", f"patient=Patient/{uuid4()}", "https://e.example/fhir")
    found = orjson.loads(bundles.search_set(search, "https://e.example/fhir", [], None, None))
    assert "entry" not in found
    assert "total" not in found


def test_the_capability_statement_lists_every_parameter_obeyed() -> None:
    statement = orjson.loads(capability_statement("https://e.example"))
    assert statement["fhirVersion"] == "4.0.1"
    by_type = {resource["type"]: resource for resource in statement["rest"][0]["resource"]}
    for kind, parameters in PARAMETERS.items():
        offered = {name for name, parameter in parameters.items() if parameter.kind != "control"}
        assert {parameter["name"] for parameter in by_type[kind]["searchParam"]} == offered
    assert {parameter["type"] for parameter in by_type["List"]["searchParam"]} <= {
        "token",
        "date",
        "reference",
        "string",
    }
    assert statement["rest"][0]["security"]["service"][0]["coding"][0]["code"] == "OAuth"
