"""The pages of messages."""

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


@pytest.mark.feature("S084")
def test_an_attachment_is_kept_in_the_record_in_one_act_and_once(page: Any, mail: Any) -> None:
    thread_id = mail("Vos résultats", files=("analyses.txt",))
    shown = page.get(f"/messages/{thread_id}/").content.decode()
    address = shown.split('action="/messages/pieces/')[1].split('"')[0]
    for _ in range(2):
        answer = page.post(f"/messages/pieces/{address}", {"fil": str(thread_id)}, follow=True)
        assert "Enregistré dans votre dossier." in text_of(answer)
        assert "Dans votre dossier" in text_of(answer)
    assert "1 document" in text_of(page.get("/documents/"))


@pytest.mark.feature("S084", "N079")
def test_what_only_the_record_knows_of_an_attachment_is_told_in_its_thread(page: Any, inaya: Any, mail: Any) -> None:
    """Another content under the same identifier: nothing is filed, and the page says why."""
    from ens.messaging import services as messaging
    from ens.messaging.types import IncomingMail
    from tests.messaging.archives import NAME, archive

    mail("Vos résultats")  # the operator is known
    said = []
    for version in (b"un", b"deux"):
        message = EmailMessage(policy=SMTP)
        message["From"], message["To"], message["Subject"] = "labo@operateur.example", inaya.address, "Analyses"
        message.set_content("Bonjour")
        data = archive(inaya.matricule, b"%PDF-1.4" + b" " * 100 + version)  # the identifier is of what comes first
        message.add_attachment(data, maintype="application", subtype="zip", filename=NAME)
        messaging.receive(IncomingMail("labo@operateur.example", inaya.address, message.as_bytes()), by=OPERATOR)
        thread = messaging.list_threads(inaya.usager_id, by=inaya.actor)[0].id
        shown = page.get(f"/messages/{thread}/").content.decode()
        address = shown.split('action="/messages/pieces/')[1].split('"')[0]
        said.append(text_of(page.post(f"/messages/pieces/{address}", {"fil": str(thread)}, follow=True)))
    assert "Enregistré dans votre dossier." in said[0]
    assert "Votre dossier a déjà un autre document sous le même numéro" in said[1]
    assert "Enregistrer dans mon dossier" in said[1]


def test_an_attachment_is_opened_by_who_received_it_only(page: Any, mail: Any, people: Any, sign_in: Any) -> None:
    thread_id = mail("Vos résultats", files=("analyses.txt",))
    shown = page.get(f"/messages/{thread_id}/").content.decode()
    address = "/messages/pieces/" + shown.split('href="/messages/pieces/')[1].split('"')[0]
    answer = page.get(address)
    assert answer.content.strip() == b"Analyses."
    assert answer.headers["Content-Disposition"].startswith("attachment")
    assert sign_in(people.usager().compte).get(address).status_code == 404


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


@pytest.mark.feature("N076")
def test_a_read_receipt_is_asked_in_the_thread_and_its_answer_stays_there(page: Any, mail: Any) -> None:
    thread_id = mail("Votre ordonnance", asks=True)
    shown = page.get(f"/messages/{thread_id}/")
    assert "demande à savoir que vous avez lu ce message" in text_of(shown)
    message = shown.content.decode().split('name="message" value="')[1][:36]
    path = f"/messages/{thread_id}/accuse/"
    said = text_of(page.post(path, {"message": message, "reponse": "oui"}, follow=True))
    assert "Accusé de lecture envoyé." in said
    assert "Vous avez dit à ce correspondant que vous avez lu ce message." in said
    assert "Vous êtes libre" not in said
    assert page.post(path, {"message": "autre"}).status_code == 404


def test_an_invitation_is_a_card_that_says_when_and_whether_it_stands(page: Any, inaya: Any) -> None:
    from ens.messaging import services as messaging
    from ens.messaging.types import IncomingMail
    from tests.messaging.mails import mail
    from tests.messaging.test_calendars import invitation

    lines = ("SUMMARY:Consultation", "DTSTART:20260420T120000Z", "DTEND:20260420T123000Z", "LOCATION:12 rue du Port")
    files = tuple(
        (f"{method}.ics", "text/calendar", invitation(*lines, method=method)) for method in ("REQUEST", "CANCEL")
    )
    data = mail(inaya.address, files=files)
    messaging.receive(IncomingMail("labo@operateur.example", inaya.address, data), by=OPERATOR)
    (card,) = messaging.list_threads(inaya.usager_id, by=inaya.actor)
    said = text_of(page.get(f"/messages/{card.id}/"))
    assert "jusqu’à 14 h 30" in said.replace("\u00a0", " ")
    assert "12 rue du Port" in said
    assert said.count("Annulé") == 1


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
