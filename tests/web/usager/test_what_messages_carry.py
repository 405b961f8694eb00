"""What a message brings beside its words: files, invitations, a receipt that is asked."""

from __future__ import annotations

from email.message import EmailMessage
from email.policy import SMTP
from typing import Any

import pytest

from tests.web.usager.conftest import OPERATOR, text_of


@pytest.fixture
def mail(doctor_writes: Any) -> Any:
    """A message of the doctor's mailbox; gives the id of its thread."""
    return doctor_writes


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
