"""The spaces that measures are made on are like any other: searched, read, added to, and their history told."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from tests.cli.conftest import bare_environment
from tests.interop.fhir.builders import provide_bundle
from tests.scenarios.conftest import Software

pytestmark = [pytest.mark.space, pytest.mark.slow, pytest.mark.timeout(240)]
FILL = Path(__file__).resolve().parents[2] / "benchmarks" / "fill.py"
PDF = b"%PDF-1.4\n1 0 obj<</Type/Catalog>>endobj\ntrailer<</Root 1 0 R>>\n%%EOF\n"


def test_a_filled_usager_is_read_and_added_to_like_another(space, tmp_path):
    made = tmp_path / "usagers.jsonl"
    arguments = ("--data", str(space.data), "--usagers", "3", "--list", str(made), "--processes", "1")
    done = subprocess.run(
        [sys.executable, str(FILL), *arguments], env=bare_environment(), capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    filled = [json.loads(line) for line in made.read_text().splitlines()]
    assert len({one["usager"] for one in filled}) == len({one["ins"] for one in filled}) == 3
    oid, matricule = filled[1]["ins"].split("|")
    doctor = Software(space, "professionals", "dupond")

    _, found = doctor.call(f"DocumentReference?patient.identifier=urn:oid:{oid}|{matricule}&status=current&_count=50")
    resources = [one["resource"] for one in found["entry"]]
    assert [one["id"] for one in resources] == sorted(filled[1]["documents"], reverse=True)
    assert {one["subject"]["reference"] for one in resources} == {f"Patient/{filled[1]['usager']}"}
    assert len({one["masterIdentifier"]["value"] for one in resources}) == 50
    others = {one["masterIdentifier"]["value"] for one in _resources(doctor, filled[2]["ins"])}
    assert others.isdisjoint(one["masterIdentifier"]["value"] for one in resources)

    status, content = doctor.call(resources[0]["content"][0]["attachment"]["url"] + "?_format=json")
    assert (status, content["contentType"]) == (200, "application/pdf")

    sent = provide_bundle(PDF, matricule=matricule, oid=oid)
    first, again = doctor.call("", sent)[1], doctor.call("", sent)[1]
    assert [one["response"]["status"] for one in first["entry"]] == ["201 Created"] * 3
    assert [one["response"]["location"] for one in again["entry"]] == [
        one["response"]["location"] for one in first["entry"]
    ]


def _resources(software, ins):
    _, found = software.call(f"DocumentReference?patient.identifier=urn:oid:{ins}&status=current&_count=50")
    return [one["resource"] for one in found["entry"]]
