"""The page of a document whose content cannot be had: what is known of it, calmly, and what to do."""

from __future__ import annotations

from typing import Any

from ens.audit.queries import history
from ens.audit.types import Event, HistoryFilter
from tests.web.usager.conftest import text_of


def lines_of(person: Any) -> list[tuple[Event, str, str]]:
    kinds = (Event.DOCUMENT_READ, Event.DOCUMENT_DESCRIBED)
    found = history(person.usager_id, HistoryFilter(events=kinds), by=person.actor).lines
    return [(line.event, line.outcome, line.title) for line in reversed(found)]


def test_its_facts_are_shown_and_what_to_do(page: Any, deposit: Any, withheld: Any) -> None:
    document_id = deposit("Analyses de sang")
    address = f"/documents/{document_id}/"
    with withheld(document_id):
        answer = page.get(address)
    shown = text_of(answer)
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")
    assert "Analyses de sang" in shown and "Docteur Virginie Dupond" in shown
    assert withheld.title in shown
    if withheld.may_come_back:
        assert "Il reste dans le dossier." in shown
        assert f'href="{address}">Réessayer</a>' in answer.content.decode()
    else:
        assert "Pour le signaler, appelez le 3422" in shown and "Réessayer" not in shown
        assert 'href="/aide/">Demander de l’aide</a>' in answer.content.decode()
    assert "Télécharger" not in shown and "Envoyer par message" not in shown
    again = page.get(address)
    assert again.status_code == 200 and "Tout va bien." in text_of(again)


def test_it_is_traced_as_described_and_never_as_read(
    page: Any, inaya: Any, deposit: Any, withheld: Any
) -> None:
    document_id = deposit("Analyses de sang")

    def is_opened() -> bool:
        return "Nouveau" not in text_of(page.get("/documents/"))

    with withheld(document_id):
        page.get(f"/documents/{document_id}/")
    assert lines_of(inaya) == [(Event.DOCUMENT_DESCRIBED, "fait", "Analyses de sang")]
    assert not is_opened()
    page.get(f"/documents/{document_id}/")
    assert lines_of(inaya)[1:] == [(Event.DOCUMENT_READ, "fait", "Analyses de sang")]
    assert is_opened()


def test_its_file_is_not_given_and_leaves_no_trace_of_a_download(
    page: Any, inaya: Any, deposit: Any, withheld: Any
) -> None:
    document_id = deposit("Analyses de sang")
    with withheld(document_id):
        assert page.get(f"/documents/{document_id}/telecharger/").status_code == 503
    found = history(inaya.usager_id, HistoryFilter(events=(Event.DOCUMENT_DOWNLOADED,)), by=inaya.actor)
    assert found.lines == []


def test_another_s_document_is_absent_as_ever(people: Any, sign_in: Any, deposit: Any, withheld: Any) -> None:
    stranger = sign_in(people.usager(birth_name="NOIR").compte)
    document_id = deposit("Analyses de sang")
    with withheld(document_id):
        assert stranger.get(f"/documents/{document_id}/").status_code == 404
