"""The synthesis of the medical profile, joined to a message."""

from __future__ import annotations

from typing import Any

import pypdfium2
import pytest

from ens.kernel.actor import Actor, ActorKind
from ens.messaging import services as messaging
from ens.messaging.types import IncomingMail
from tests.messaging.mails import mail
from tests.web.usager.conftest import text_of

OPERATOR = Actor(ActorKind.OPERATEUR, "operateur.example", "operateur.example")
TICK = "La synthèse de mon profil médical"


@pytest.fixture
def thread(inaya: Any, people: Any, doctor: Any) -> Any:
    """The doctor wrote; the id of the conversation."""
    sender = people.mailbox(doctor)
    message = mail(inaya.address, sender=sender, subject="Avant votre rendez-vous")
    messaging.receive(IncomingMail(sender, inaya.address, message), by=OPERATOR)
    return messaging.list_threads(inaya.usager_id, by=inaya.actor)[0].id


@pytest.fixture
def told(page: Any) -> None:
    page.post("/profil/allergies/ajouter/", {"allergene": "Pénicilline"})


def sent(inaya: Any, thread_id: Any) -> Any:
    return messaging.open_thread(thread_id, by=inaya.actor).messages[-1]


def text_of_pdf(inaya: Any, attachment: Any) -> str:
    data = messaging.open_attachment(attachment.id, by=inaya.actor).data
    with pypdfium2.PdfDocument(data) as pdf:
        return " ".join(pdf[0].get_textpage().get_text_range().split())


@pytest.mark.feature("N081")
def test_an_answer_leaves_with_the_synthesis_as_it_is_now(page: Any, inaya: Any, thread: Any, told: None) -> None:
    address = f"/messages/{thread}/documents/"
    assert TICK in text_of(page.get(address))  # whose record is empty: the profile is enough
    form = {"corps": "Voici mes allergies.", "profil": "on", "jeton": "une-fois"}
    for _ in range(2):
        assert page.post(address, form).headers["Location"] == f"/messages/{thread}/"
    message = sent(inaya, thread)
    (joined,) = message.attachments
    assert joined.name == "synthese-profil-medical.pdf"
    assert "Allergies Pénicilline" in text_of_pdf(inaya, joined)
    assert len(messaging.open_thread(thread, by=inaya.actor).messages) == 2  # sent once
    history = text_of(page.get("/historique/?qui=tout"))
    assert history.count("envoyé la synthèse du profil médical à Docteur Virginie Dupond") == 1


@pytest.mark.feature("N081")
def test_a_new_message_leaves_with_a_document_and_the_synthesis(
    page: Any, inaya: Any, thread: Any, told: None, deposit: Any
) -> None:
    document = deposit("Analyses de sang")
    answer = page.get("/messages/nouveau/")
    assert TICK in text_of(answer)
    (contact,) = answer.context["offerts"].wrote
    form = {"destinataire": contact.id, "objet": "Dossier", "corps": "Voici.", "profil": "on", "documents": document}
    begun = page.post("/messages/nouveau/", form)
    assert begun.status_code == 302, text_of(begun)
    message = sent(inaya, begun.headers["Location"].split("/")[2])
    assert [one.name for one in message.attachments][-1] == "synthese-profil-medical.pdf"
    assert len(message.attachments) == 2


@pytest.mark.feature("N081")
def test_a_profile_with_nothing_in_it_is_not_offered_nor_sent(page: Any, inaya: Any, thread: Any, deposit: Any) -> None:
    deposit("Analyses de sang")
    address = f"/messages/{thread}/documents/"
    assert TICK not in text_of(page.get(address))
    answer = page.post(address, {"corps": "Voici.", "profil": "on"})
    assert answer.status_code == 422
    assert "complétez d’abord une des rubriques" in text_of(answer)
    assert len(messaging.open_thread(thread, by=inaya.actor).messages) == 1


def test_nothing_chosen_is_said(page: Any, thread: Any, told: None) -> None:
    answer = page.post(f"/messages/{thread}/documents/", {"corps": "Voici."})
    assert answer.status_code == 422
    assert "Choisissez au moins un document." in text_of(answer)
