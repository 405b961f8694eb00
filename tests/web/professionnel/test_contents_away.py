"""A patient's document whose content cannot be had: its facts are shown, and the patient sees which."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from ens.audit.queries import history
from ens.audit.types import Event, HistoryFilter
from tests.web.professionnel.conftest import said


@pytest.mark.parametrize("place", ["record", "own deposits"])
def test_its_facts_are_shown_and_traced_as_such(
    doctor: Any,
    dupond: Any,
    people: Any,
    page: Any,
    inaya: Any,
    request: Any,
    file: Callable[..., Any],
    withheld: Any,
    place: str,
) -> None:
    if place == "record":
        request.getfixturevalue("opened")
        document_id = file("Compte rendu d’analyses")
        address = f"/pro/dossiers/{inaya.usager_id}/documents/{document_id}/"
    else:
        document_id = file("Compte rendu d’analyses", by=people.actor(dupond), author_rpps=dupond.rpps)
        address = f"/pro/depots/{document_id}/"
    kinds = (Event.DOCUMENT_READ, Event.DOCUMENT_DESCRIBED)

    def lines() -> list[Event]:
        found = history(inaya.usager_id, HistoryFilter(events=kinds), by=inaya.actor).lines
        return [line.event for line in reversed(found)]

    with withheld(document_id):
        answer = doctor.get(address)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    shown = said(answer)
    assert "Compte rendu d’analyses" in shown and "12 janvier 2026" in shown.replace("\u00a0", " ")
    assert withheld.title in shown and withheld.action in shown and "Télécharger" not in shown
    assert "Glycémie" not in shown
    assert lines() == [Event.DOCUMENT_DESCRIBED]
    history_said = page.get("/historique/").content.decode().replace("\u00a0", " ")
    assert "a vu de quoi il s’agit pour « Compte rendu d’analyses », sans son contenu" in history_said
    assert "Aucun professionnel ne l’a consulté" in page.get(f"/documents/{document_id}/").content.decode()
    assert doctor.get(address).status_code == 200
    assert lines()[-1] == Event.DOCUMENT_READ
