"""Answering in a conversation: to whom, with which files, from what was begun; and ending it."""

from __future__ import annotations

import re
from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ens.kernel.ids import new_id
from tests.web.usager.conftest import OPERATOR, file, said_beside, text_of


@pytest.fixture
def mail(doctor_writes: Any) -> Any:
    """A message of the doctor's mailbox; gives the id of its thread."""
    return doctor_writes


@pytest.mark.feature("S080")
def test_an_answer_is_sent_in_the_thread_with_its_attachment(page: Any, mail: Any) -> None:
    thread_id = mail("Votre rendez-vous")
    form = {"corps": "Merci, à lundi.", "fichiers": [SimpleUploadedFile("question.txt", b"Une question.")]}
    answer = page.post(f"/messages/{thread_id}/repondre/", form, follow=True)
    said = text_of(answer)
    assert "Réponse envoyée." in said
    assert "Merci, à lundi." in said
    assert "question.txt" in said


@pytest.mark.feature("N073", "N074")
def test_of_two_who_wrote_the_page_offers_each_alone(page: Any, inaya: Any, mail: Any, people: Any) -> None:
    from ens.messaging import services as messaging
    from ens.messaging.types import IncomingMail

    first_id = f"<{new_id()}@operateur.example>"
    thread = mail("Vos résultats", message_id=first_id)
    first = messaging.open_thread(thread, by=inaya.actor).messages[0]
    other = people.mailbox(people.professional())
    message = EmailMessage(policy=SMTP)
    message["From"], message["To"], message["Subject"] = other, inaya.address, "Vos résultats"
    message["In-Reply-To"] = message["References"] = first_id
    message.set_content("Bonjour")
    messaging.receive(IncomingMail(other, inaya.address, message.as_bytes()), by=OPERATOR)
    shown = page.get(f"/messages/{thread}/")
    contacts = messaging.open_thread(thread, by=inaya.actor).reply.contacts
    assert "À tous" in text_of(shown)
    assert first.from_label in text_of(shown)
    for who, status in ((contacts[0].id, 302), (new_id(), 422), ("personne", 422)):
        sent = page.post(f"/messages/{thread}/repondre/", {"corps": "Merci", "destinataire": str(who)})
        assert sent.status_code == status
    whole = text_of(page.get(f"/messages/{thread}/"))
    assert f", à {contacts[0].label}. Envoi en cours" in whole  # of two, the page says whom it was for
    assert "Aller au dernier" not in whole
    page.post(f"/messages/{thread}/repondre/", {"corps": "Merci encore"})
    assert "4 messages, du plus ancien au plus récent. Aller au dernier" in text_of(page.get(f"/messages/{thread}/"))


def test_an_empty_answer_is_refused_and_a_heavy_file_too_with_the_text_kept(page: Any, mail: Any) -> None:
    thread_id = mail("Votre rendez-vous")
    address = f"/messages/{thread_id}/repondre/"
    empty = page.post(address, {"corps": " "})
    assert empty.status_code == 422
    assert "Écrivez quelques mots avant d’envoyer." in text_of(empty)
    heavy = page.post(address, {"corps": "Voici.", "fichiers": [SimpleUploadedFile("film.txt", b"a" * 6_000_000)]})
    assert heavy.status_code == 422
    assert "« film.txt » pèse 6 Mo" in text_of(heavy)
    assert "Voici." in text_of(heavy)


@pytest.mark.feature("N078")
def test_the_files_of_a_message_are_bounded_together_and_at_the_bound_they_leave(page: Any, mail: Any) -> None:
    from ens.messaging.types import FILES_MAX_BYTES

    thread_id = mail("Votre rendez-vous")
    assert f'data-ens-total="{FILES_MAX_BYTES}"' in page.get(f"/messages/{thread_id}/").content.decode()

    def sent(more: int) -> Any:
        weights = [5_000_000, 5_000_000, 5_000_000, FILES_MAX_BYTES - 15_000_000 + more]
        files = [SimpleUploadedFile(f"{rank}.txt", b"a" * weight) for rank, weight in enumerate(weights)]
        return page.post(f"/messages/{thread_id}/repondre/", {"corps": "Voici.", "fichiers": files}, follow=True)

    over = sent(1)
    assert over.status_code == 422
    assert "18 Mo au plus par message. Retirez-en." in text_of(over)
    assert "Réponse envoyée." in text_of(sent(0))


@pytest.mark.feature("S080", "B12")
def test_ending_an_exchange_is_explained_confirmed_shown_and_taken_back(page: Any, mail: Any) -> None:
    thread = mail("Votre rendez-vous")
    address = f"/messages/{thread}/"
    assert f"{address}fin/" in page.get(address).content.decode()
    asked = page.get(address + "fin/")
    assert "ne pourra plus vous écrire" in text_of(asked)
    (who,) = re.findall(r'name="qui" value="([^"]+)"', asked.content.decode())
    assert page.post(address + "fin/", {"qui": str(new_id())}).status_code == 422
    assert "Choisissez avec qui" in text_of(page.post(address + "fin/", {}))
    done = text_of(page.post(address + "fin/", {"qui": who}, follow=True))
    assert "Échange terminé." in done
    assert "Vous avez mis fin à l’échange avec Docteur Virginie Dupond" in done
    assert "Rouvrir l’échange" in text_of(page.get(address + "fin/"))
    assert "échange que vous avez terminé" in text_of(page.get("/messages/nouveau/"))
    assert "Lui écrire rouvre l’échange." in text_of(page.get(address))
    assert "Échange rouvert." in text_of(page.post(address + "rouvrir/", follow=True))
    assert "Vous avez mis fin" not in text_of(page.get(address))


@pytest.mark.feature("S080", "S081")
def test_an_ended_exchange_offers_no_answer_and_refuses_one_sent_all_the_same(page: Any, mail: Any) -> None:
    thread_id = mail("Échange terminé", ends=True)
    answer = page.get(f"/messages/{thread_id}/")
    assert "<textarea" not in answer.content.decode()
    forced = page.post(f"/messages/{thread_id}/repondre/", {"corps": "Encore un mot."})
    assert forced.status_code in (404, 422)
    assert "Réponse envoyée" not in text_of(forced)


@pytest.mark.feature("S081")
def test_nobody_answers_in_the_thread_of_someone_else(mail: Any, people: Any, sign_in: Any) -> None:
    thread_id = mail("Votre rendez-vous")
    stranger = sign_in(people.usager().compte)
    assert stranger.get(f"/messages/{thread_id}/").status_code == 404
    assert stranger.post(f"/messages/{thread_id}/repondre/", {"corps": "Bonjour"}).status_code == 404


@pytest.mark.feature("N077")
def test_a_draft_is_kept_by_the_page_or_by_its_button_and_is_there_again(page: Any, mail: Any) -> None:
    thread = mail("Vos résultats")
    address = f"/messages/{thread}/brouillon/"
    assert page.post(address, {"corps": "Bonj", "acte": "seul"}).status_code == 204
    assert "Brouillon enregistré." in text_of(page.post(address, {"corps": "Bonjour, une"}, follow=True))
    assert "Bonjour, une</textarea>" in page.get(f"/messages/{thread}/").content.decode()
    assert "Brouillon · Vos résultats" in text_of(page.get("/messages/?boite=brouillons"))
    assert "Brouillon supprimé." in text_of(page.post(address, {"acte": "jeter"}, follow=True))
    assert "Aucune conversation ici" in text_of(page.get("/messages/?boite=brouillons"))


@pytest.mark.feature("N077")
def test_of_two_windows_that_write_in_one_draft_none_is_replaced_before_it_was_seen(page: Any, mail: Any) -> None:
    thread = mail("Vos résultats")
    address, shown = f"/messages/{thread}/brouillon/", f"/messages/{thread}/"

    def seen(answer: Any) -> str:
        return re.search(r'name="vu" value="([0-9a-f]{16})"', answer.content.decode())[1]

    first = second = seen(page.get(shown))
    kept = page.post(address, {"corps": "Bonjour", "acte": "seul", "vu": first})
    first = kept.headers["X-Ens-Brouillon"]  # goes on from there
    assert page.post(address, {"corps": "Bonjour docteur", "acte": "seul", "vu": first}).status_code == 204
    stale = page.post(address, {"corps": "Autre chose", "acte": "seul", "vu": second})
    assert (stale.status_code, "dans une autre fenêtre" in stale.content.decode()) == (422, True)
    asked = page.post(address, {"corps": "Autre chose", "vu": second})
    assert asked.status_code == 422
    assert "Autre chose</textarea>" in asked.content.decode()
    assert "Bonjour docteur" in text_of(asked)  # both are there: who writes chooses
    assert "Bonjour docteur</textarea>" in page.get(shown).content.decode()
    assert page.post(address, {"corps": "Autre chose", "vu": seen(asked)}).status_code == 302
    assert "Autre chose</textarea>" in page.get(shown).content.decode()


def test_a_draft_too_long_is_said_beside_its_text_and_all_of_it_is_there_to_be_cut(page: Any, mail: Any) -> None:
    thread, long = mail("Vos résultats"), "a" * 19_999 + "fin"
    refused = page.post(f"/messages/{thread}/brouillon/", {"corps": long})
    assert refused.status_code == 422
    assert said_beside(refused, "corps").startswith("C’est trop long")
    assert '<li><a href="#id_corps">C’est trop long' in refused.content.decode()
    assert f"{long}</textarea>" in refused.content.decode()
    assert "Votre brouillon est là" not in text_of(refused)
    alone = page.post(f"/messages/{thread}/brouillon/", {"corps": long, "acte": "seul"})
    assert (alone.status_code, alone.content.decode()[:15]) == (422, "C’est trop long")
    assert "a</textarea>" not in page.get(f"/messages/{thread}/").content.decode()  # nothing was kept


def test_a_file_a_draft_may_not_keep_is_said_beside_the_files_with_all_that_was_typed(page: Any, mail: Any) -> None:
    thread = mail("Vos résultats")
    for files, said in (([file("lourd.pdf", bytes(5_000_001))], "dépasse"), ([file("jeu.exe")], "est un programme")):
        refused = page.post(f"/messages/{thread}/brouillon/", {"corps": "Voici", "fichiers": files})
        assert refused.status_code == 422
        assert said in said_beside(refused, "fichiers")
        assert '<li><a href="#id_fichiers">' in refused.content.decode()
        assert "Voici</textarea>" in refused.content.decode()


@pytest.mark.feature("N077")
def test_what_saves_itself_as_the_answer_leaves_makes_no_draft_of_it(page: Any, mail: Any) -> None:
    thread = mail("Vos résultats")
    form = {"corps": "Merci", "jeton": "c" * 32}
    assert page.post(f"/messages/{thread}/repondre/", form).status_code == 302
    late = page.post(f"/messages/{thread}/brouillon/", form | {"acte": "seul"})
    assert late.status_code == 204
    assert "Aucune conversation ici" in text_of(page.get("/messages/?boite=brouillons"))


@pytest.mark.feature("N077", "N078", "S082")
def test_a_draft_keeps_its_files_and_sends_those_the_page_shows(page: Any, mail: Any) -> None:
    thread = mail("Vos résultats")
    address, shown = f"/messages/{thread}/brouillon/", f"/messages/{thread}/"
    by_itself = page.post(address, {"corps": "Voici", "acte": "seul", "fichiers": [file("un.pdf"), file("deux.pdf")]})
    assert by_itself.status_code == 200
    assert by_itself.content.decode().count('name="pieces"') == 2
    assert "Il reste 18 Mo pour ce message." in by_itself.content.decode().replace("\u00a0", " ")
    saved = page.post(address, {"corps": "Voici", "fichiers": [file("trois.pdf")]}, follow=True)
    assert "3 documents joints" in text_of(saved)
    assert "Voici</textarea>" in saved.content.decode()
    kept = re.findall(r'name="pieces" value="([^"]+)"', saved.content.decode())
    left = text_of(page.post(address, {"corps": "Voici", "retirer": kept[1]}, follow=True))
    assert "2 documents joints" in left and "deux.pdf" not in left
    refused = page.post(shown + "repondre/", {"corps": "Voici", "jeton": "a" * 32, "pieces": kept})
    assert (refused.status_code, "retiré dans une autre fenêtre" in text_of(refused)) == (422, True)
    heavy = {"corps": "", "fichiers": [file("lourd.pdf", bytes(5_000_001))]}
    assert "lourd.pdf » dépasse 5 Mo." in text_of(page.post(address, heavy))
    assert "est un programme" in text_of(page.post(address, {"corps": "", "fichiers": [file("jeu.exe")]}))
    assert page.post(address, heavy | {"acte": "seul"}).headers["Content-Type"].startswith("text/plain")
    assert "Documents joints" not in text_of(page.get(f"/messages/{thread}/joindre/"))
    form = {"corps": "Voici", "jeton": "b" * 32, "pieces": [kept[0], kept[2]]}
    said = text_of(page.post(shown + "repondre/", form, follow=True))
    assert "Réponse envoyée." in said and "un.pdf" in said and "trois.pdf" in said
    assert "documents joints Il reste" not in said
