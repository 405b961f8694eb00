"""The face called as its own OpenAPI description says, and otherwise: what it answers is what it describes."""

from __future__ import annotations

import json
from typing import Any

import hypothesis
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given
from schemathesis.checks import CHECKS
from schemathesis.core.failures import FailureGroup
from schemathesis.generation import GenerationMode

from ens.interop.fhir import outcome
from ens.interop.fhir.capability import capability_statement
from ens.interop.fhir.offer import OF_ANY_ADDRESS, OFFER, codes_of
from ens.interop.fhir.openapi import description
from ens.interop.fhir.schemas import SCHEMAS
from ens.interop.fhir.structure import KINDS, PRIMITIVES
from tests.consistency.codes import FOLDER
from tests.interop.fhir.calls import for_
from tests.interop.fhir.conftest import AtTheDoor
from tests.interop.fhir.door import Door

OPERATIONS = [(shape, method) for shape, address in OFFER.items() for method in address.methods]
HELD = (
    "not_a_server_error",
    "status_code_conformance",
    "content_type_conformance",
    "response_headers_conformance",
    "response_schema_conformance",
    "ignored_auth",
)
EXAMPLES = 12
DEPTH, OPTIONAL = 6, 4  # of the bodies drawn: beyond, drawing takes minutes; strategies of our own go further


# -- one table ---------------------------------------------------------------------------------------------------
def test_every_code_of_the_table_has_its_answer_and_its_page() -> None:
    told = {code for shape, method in OPERATIONS for code in codes_of(shape, method)} | set(OF_ANY_ADDRESS)
    for code in told:
        assert 400 <= outcome.answer_of(code)[0] < 600
        assert (FOLDER / f"{code}.md").exists()
    assert set(outcome.CODES) - told == set()  # what the face alone answers is in its table


def test_the_two_descriptions_say_the_same() -> None:
    stated = json.loads(capability_statement("https://e.example"))["rest"][0]["resource"]
    paths = json.loads(description("https://e.example"))["paths"]
    for resource in stated:
        codes = {one["code"] for one in resource["interaction"]}
        mine = {path: set(operations) for path, operations in paths.items() if path.split("/")[1] == resource["type"]}
        assert ("read" in codes) == (f"/{resource['type']}/{{id}}" in mine)
        assert ("vread" in codes) == (f"/{resource['type']}/{{id}}/_history/{{version}}" in mine)
        assert ("search-type" in codes) == ("get" in mine.get(f"/{resource['type']}", set()))
        assert ("create" in codes) == ("post" in mine.get(f"/{resource['type']}", set()))
        if "search-type" in codes:
            asked = {one["name"] for one in paths[f"/{resource['type']}"]["get"]["parameters"] if one["in"] == "query"}
            assert {one["name"] for one in resource["searchParam"]} <= asked


def test_every_reference_of_the_description_leads_somewhere() -> None:
    whole = json.loads(description("https://e.example"))
    found: list[str] = []

    def walk(value: Any) -> None:
        if isinstance(value, dict):
            found.extend([value["$ref"]] if "$ref" in value else [])
            for child in value.values():
                walk(child)
        elif isinstance(value, list):
            for child in value:
                walk(child)

    walk(whole)
    assert {one.rsplit("/", 1)[1] for one in found} <= set(whole["components"]["schemas"])
    assert set(SCHEMAS) == set(PRIMITIVES)
    assert set(KINDS) <= set(whole["components"]["schemas"])


def test_the_description_is_served_to_anyone(door: Door) -> None:
    answer = door.call("GET", "/fhir/openapi.json")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert answer.json()["servers"] == [{"url": f"http://127.0.0.1:{door.port}/fhir"}]


# -- called by the description ------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def described(door: Door) -> Any:
    """The served description; bodies are drawn from its schemas down to a depth that drawing can bear."""
    whole = door.call("GET", "/fhir/openapi.json").json()
    for operations in whole["paths"].values():
        for operation in operations.values():
            content = operation.get("requestBody", {}).get("content", {}) if isinstance(operation, dict) else {}
            for one in content.values():
                one["schema"] = shallow(one["schema"], whole["components"]["schemas"], DEPTH)
    return schemathesis.openapi.from_dict(whole)


def shallow(schema: Any, known: dict[str, Any], depth: int) -> Any:
    """The schema with its references written out down to a depth, what is required kept and a little of the rest."""
    if isinstance(schema, list):
        return [shallow(one, known, depth) for one in schema]
    if not isinstance(schema, dict):
        return schema
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return shallow(known[name], known, depth - 1) if depth else {"type": "object", "maxProperties": 1}
    if schema == SCHEMAS["string"]:
        return {"type": "string", "minLength": 1, "maxLength": 20}
    found = {key: value for key, value in schema.items() if key != "patternProperties"}
    if "properties" in found:
        needed = found.get("required", [])
        rest = [name for name in found["properties"] if name not in needed and name not in ("contained", "extension")]
        kept = [*needed, *rest[-OPTIONAL:]]
        found["properties"] = {name: found["properties"][name] for name in kept}
    if found.get("type") == "array":
        found["maxItems"] = 2
    return {key: shallow(value, known, depth) for key, value in found.items()}


WAYS = [
    pytest.param(shape, method, mode, id=f"{method} /{'/'.join(shape)} {mode.value}")
    for shape, method in OPERATIONS
    for mode in GenerationMode
    if mode is GenerationMode.POSITIVE or not OFFER[shape].public  # what takes nothing cannot be given anything wrong
]


@pytest.mark.slow
@pytest.mark.parametrize(("shape", "method", "mode"), WAYS)
def test_an_operation_answers_what_it_describes(
    described: Any, outside: AtTheDoor, inaya: Any, shape: tuple[str, ...], method: str, mode: GenerationMode
) -> None:
    operation = described["/" + "/".join(shape)][method]
    known = {one["response"]["location"].split("/")[0]: one["response"]["location"].split("/")[1] for one in
             outside.post(for_(inaya)).json()["entry"]} | {"Patient": str(inaya.usager_id)}  # fmt: skip
    ins = f"urn:oid:{inaya.oid}|{inaya.matricule}"
    checks = [CHECKS.get_one(name) for name in HELD]
    headers = {"Authorization": f"Bearer {outside.token}"}
    drawn = 0

    @hypothesis.settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def call(case: Any) -> None:
        nonlocal drawn
        drawn += 1
        if drawn % 2:  # as drawn, then about someone who is there
            if "id" in (case.path_parameters or {}):
                case.path_parameters["id"] = known[shape[0]]
            if method == "GET" and len(shape) == 1 and isinstance(case.query, dict):
                case.query["identifier" if shape[0] == "Patient" else "patient.identifier"] = ins
        base = f"http://127.0.0.1:{outside.client.port}/fhir"
        case.call_and_validate(base_url=base, headers=headers, checks=checks)
        if drawn == 1:  # and by nobody
            answer = case.call(base_url=base)
            assert (answer.status_code == 401) is not OFFER[shape].public
            case.validate_response(answer, checks=checks[:-1])

    call()
    assert drawn


def test_these_checks_do_fail_when_a_description_lies(door: Door) -> None:
    whole = door.call("GET", "/fhir/openapi.json").json()
    refusals = whole["paths"]["/List"]["get"]["responses"]
    refusals["401"]["content"]["application/fhir+json"]["schema"]["allOf"][1] = {"required": ["absent"]}
    operation = schemathesis.openapi.from_dict(whole)["/List"]["get"]
    case = operation.Case(query={"status": "current"})
    answer = case.call(base_url=f"http://127.0.0.1:{door.port}/fhir")
    with pytest.raises(FailureGroup):
        case.validate_response(answer, checks=[CHECKS.get_one("response_schema_conformance")])
    del refusals["401"]
    case = schemathesis.openapi.from_dict(whole)["/List"]["get"].Case(query={"status": "current"})
    with pytest.raises(FailureGroup):
        case.validate_response(answer, checks=[CHECKS.get_one("status_code_conformance")])
