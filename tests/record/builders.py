"""Deposits of the tests of the record, and short ways to its services."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from ens.kernel.ids import new_id
from ens.record.types import Deposited, DocumentDeposit, DocumentFilter, DocumentList, SubmissionDeposit
from tests.record.files import cda, small_pdf


def document(**changes: Any) -> DocumentDeposit:
    given = {
        "unique_id": f"urn:oid:2.25.{new_id().int}",
        "data": small_pdf(),
        "media_type": "application/pdf",
        "type_code": "11488-4",
        "title": "Compte rendu de consultation",
        "act_at": datetime(2026, 3, 4, 10, tzinfo=UTC),
        "author_label": "Docteur Dupond",
    }
    return DocumentDeposit(**{**given, **changes})


def cda_document(person: Any, *, metadata: dict[str, Any] | None = None, **changes: Any) -> DocumentDeposit:
    """A CDA of this person, and metadata that agree with it unless told otherwise."""
    number = f"2.25.{new_id().int}"
    data = cda(person.matricule, person.oid, **{"unique_id": number, **changes})
    given = {"unique_id": f"urn:oid:{number}", "data": data, "media_type": "text/xml", **(metadata or {})}
    return document(**given)


def deposit(person: Any, *documents: DocumentDeposit, by: Any, **changes: Any) -> Deposited:
    from ens.record.services import deposit as file

    return file(person.usager_id, SubmissionDeposit(documents, **changes), by=by)


def listed(person: Any, *, by: Any = None, **which: Any) -> DocumentList:
    from ens.record.services import list_documents

    return list_documents(person.usager_id, DocumentFilter(**which), by=by or person.actor)


def history(person: Any) -> list[Any]:
    from ens.audit.queries import history as read
    from ens.audit.types import HistoryFilter

    return read(person.usager_id, HistoryFilter(), by=person.actor).lines


def stored_contents() -> int:
    """How many sealed contents the store holds."""
    from pathlib import Path

    from django.conf import settings

    return sum(path.is_file() for path in Path(settings.ENS_STORE).rglob("*"))
