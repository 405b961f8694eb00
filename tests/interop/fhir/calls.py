"""What the tests of the face say often: whose search, which code, what the usager reads in their history."""

from __future__ import annotations

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
