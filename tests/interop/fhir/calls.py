"""What the tests of the face say often: whose search, which code, what the usager reads in their history."""

from __future__ import annotations

import re
from typing import Any

from tests.interop.fhir.builders import provide_bundle


def code_of(answer: Any) -> str:
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    code: str = outcome["issue"][0]["details"]["coding"][0]["code"]
    return code


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


def assert_refused(answer: Any, status: int, code: str) -> None:
    """A clear refusal: status, stable code with its page, a French sentence, and nothing of anyone nor of ours."""
    from tests.consistency.codes import FOLDER

    assert answer.status_code == status, answer.content[:400]
    assert answer["Content-Type"] == "application/fhir+json; charset=utf-8"
    assert answer["Cache-Control"] == "no-store"
    outcome = answer.json()
    assert outcome["resourceType"] == "OperationOutcome"
    assert outcome["issue"]
    for issue in outcome["issue"]:
        assert issue["severity"] == "error"
        assert issue["details"]["coding"] == [{"system": "urn:ens:codes", "code": code}]
        assert len(issue["diagnostics"]) > 20
    assert (FOLDER / f"{code}.md").exists()
    said = answer.content.decode()
    assert not PERSONAL.search(said), said
    assert "Traceback" not in said and ".py" not in said


PERSONAL = re.compile(r"\d{13}|INAYA|MICHEL|Inaya", re.ASCII)
