"""The list of conversations, the one shown beside it, and the trash."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.usager.conftest import text_of


@pytest.fixture
def mail(doctor_writes: Any) -> Any:
    """A message of the doctor's mailbox; gives the id of its thread."""
    return doctor_writes


@pytest.mark.feature("S093")
def test_a_thread_is_listed_with_sender_subject_first_attachment_and_unread_state(page: Any, mail: Any) -> None:
    thread_id = mail("Vos résultats", files=("analyses.txt", "courbe.txt"))
    said = text_of(page.get("/messages/"))
    assert "Non lu : Docteur Virginie Dupond" in said
    assert "Vos résultats" in said
    assert "analyses.txt + 1" in said
    page.get(f"/messages/{thread_id}/")
    assert "Non lu :" not in text_of(page.get("/messages/"))


@pytest.mark.feature("S094")
def test_a_thread_is_shown_with_its_messages_and_the_list_beside(page: Any, mail: Any) -> None:
    mail("Premier échange")
    thread_id = mail("Second échange", "Votre hémoglobine est bonne.")
    answer = page.get(f"/messages/{thread_id}/")
    said = text_of(answer)
    assert "Votre hémoglobine est bonne." in said
    assert "Premier échange" in said
    assert 'aria-current="true"' in answer.content.decode()


@pytest.mark.feature("S094")
def test_a_search_keeps_the_threads_that_hold_the_word(page: Any, mail: Any) -> None:
    mail("Vos résultats d’analyses")
    mail("Votre rendez-vous")
    said = text_of(page.get("/messages/?q=RÉSULTATS"))
    assert "1 échange trouvé" in said
    assert "Votre rendez-vous" not in said
    assert "Aucun message ne correspond" in text_of(page.get("/messages/?q=introuvable"))


def rows(answer: Any) -> int:
    return int(answer.content.decode().count('<h2 class="ens-ligne__titre ens-une-ligne">'))


def test_fifty_threads_a_page_and_twenty_beside_the_one_shown(page: Any, mail: Any) -> None:
    ids = [mail(f"Échange {number}") for number in range(53)]
    assert rows(page.get("/messages/")) == 50
    said = text_of(page.get("/messages/"))
    assert "Page 1 sur 2 Plus anciens" in said
    assert "Échange 52" in said
    assert "Échange 1 " not in said
    assert rows(page.get("/messages/?page=2")) == 3
    assert page.get("/messages/?page=3").status_code == 404
    assert page.get("/messages/?page=zero").status_code == 404
    beside = page.get(f"/messages/{ids[0]}/")
    assert rows(beside) == 20
    assert "Voir les 33 autres échanges" in text_of(beside)
    assert "53 échanges trouvés pour « échange »." in text_of(page.get("/messages/?q=échange"))
    assert 'href="?q=%C3%A9change&amp;page=2"' in page.get("/messages/?q=échange").content.decode()


def test_a_mailbox_of_many_threads_costs_no_more_queries_than_one_of_one(page: Any, mail: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert page.get("/messages/").status_code == 200
        return len(queries)

    mail("Premier", files=("analyses.txt",))
    page.get("/messages/")
    alone = cost()
    for number in range(6):
        mail(f"Échange {number}", files=("analyses.txt",))
    assert cost() <= alone


def test_the_trash_offers_to_come_back_and_the_copy_is_a_file(page: Any, mail: Any) -> None:
    thread = mail("Vos résultats")
    said = text_of(page.post(f"/messages/{thread}/corbeille/", follow=True))
    assert "Conversation mise à la corbeille." in said
    assert "Annuler" in said
    assert "Vos résultats" not in said
    assert "30 jours" in text_of(page.get("/messages/?boite=corbeille"))
    shown = text_of(page.get(f"/messages/{thread}/"))
    assert "Cette conversation est dans la corbeille" in shown
    assert "Envoyer" not in shown
    assert "reprise de la corbeille" in text_of(page.post(f"/messages/{thread}/reprendre/", follow=True))
    copy = page.get(f"/messages/{thread}/exporter/")
    assert copy.headers["Content-Disposition"].startswith("attachment")
    assert copy.content.startswith(b"From ")
    page.post(f"/messages/{thread}/corbeille/")
    assert "supprimée définitivement" in text_of(page.post(f"/messages/{thread}/supprimer/", follow=True))
    assert page.get(f"/messages/{thread}/").status_code == 404


def test_an_unknown_box_shows_everything_and_a_search_stays_in_its_box(page: Any, mail: Any) -> None:
    mail("Vos résultats")
    assert "Vos résultats" in text_of(page.get("/messages/?boite=nulle-part"))
    assert "boite=non-lus&amp;q=r" in page.get("/messages/?q=r").content.decode()
