"""A document of the record sent to a professional who wrote: once, whole, traced; to nobody else."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

from ens.kernel.actor import Actor, ActorKind
from ens.messaging import services
from tests.messaging.mails import mail
from tests.record.builders import deposit, document, history

OPERATOR = Actor(ActorKind.OPERATEUR, "operateur.example", "Opérateur d'essai")


@pytest.fixture
def inaya(people):
    return people.usager()


@pytest.fixture
def dupond(people):
    return people.actor(people.professional())


@pytest.fixture
def radio(inaya, dupond):
    return deposit(inaya, document(title="Radio du genou"), by=dupond).document_id


def hear_from(person, sender="labo@operateur.example", **more):
    from ens.messaging.services import receive
    from ens.messaging.types import IncomingMail

    receive(IncomingMail(sender, person.address, mail(person.address, **more)), by=OPERATOR)


def addressees(person, document_id):
    from ens.journeys import sendable

    return sendable(document_id, by=person.actor).addressees


def send(person, document_id, thread_id, token="une-fois"):
    from ens.journeys import send_document

    return send_document(document_id, thread_id, "Voici ma radio.", token, by=person.actor)


def leaving(person, message_id):
    """The message as it waits for its operator."""
    from ens.coffre import store
    from ens.coffre.services import CONTENT, sealer
    from ens.messaging.models import Message
    from ens.persistence.unit import unit_of_work

    def act(unit):
        unit.untraced("lecture d'un test")
        raw = Message.objects.get(usager_id=person.usager_id, id=message_id).raw_id
        return sealer(unit).open(CONTENT, raw, store.get(raw))

    return message_from_bytes(unit_of_work(person.usager_id, act, by=person.actor), policy=policy.default)


def test_the_document_leaves_whole_in_the_conversation_and_the_history_says_to_whom(inaya, radio):
    from ens.record.services import open_content

    hear_from(inaya)
    (one,) = addressees(inaya, radio)
    services.save_draft(one.thread_id, "Autre chose", by=inaya.actor)
    sent = leaving(inaya, send(inaya, radio, one.thread_id))
    assert services.open_thread(one.thread_id, by=inaya.actor).draft == "Autre chose"  # was not what left
    (joined,) = sent.iter_attachments()
    content = open_content(radio, by=inaya.actor)
    assert joined.get_content() == content.data
    assert joined.get_filename() == content.filename
    assert sent["To"] == "labo@operateur.example"
    assert sent.get_body().get_content().strip() == "Voici ma radio."
    assert f"a envoyé « Radio du genou » à {one.label}." in [line.sentence for line in history(inaya)]


def test_the_same_form_twice_sends_once(inaya, radio):
    hear_from(inaya)
    (one,) = addressees(inaya, radio)
    assert send(inaya, radio, one.thread_id) == send(inaya, radio, one.thread_id)
    told = [line for line in history(inaya) if "a envoyé « Radio du genou »" in line.sentence]
    assert len(told) == 1


def test_only_who_wrote_and_has_not_ended_the_exchange_is_offered_or_reached(inaya, radio):
    from ens.messaging.errors import ReplyNotAllowed
    from ens.messaging.services import list_threads

    assert addressees(inaya, radio) == []
    hear_from(inaya, headers={"X-MSS-MES": "FIN"})
    assert addressees(inaya, radio) == []
    ended = list_threads(inaya.usager_id, by=inaya.actor)[0].id
    with pytest.raises(ReplyNotAllowed):
        send(inaya, radio, ended)
    hear_from(inaya, sender="cabinet@operateur.example", subject="Bonjour", message_id="<b@operateur.example>")
    assert [one.subject for one in addressees(inaya, radio)] == ["Bonjour"]


def test_nobody_sends_from_the_space_of_another_nor_into_it(inaya, people, radio, dupond):
    from ens.journeys import send_document, sendable
    from ens.messaging.errors import ThreadNotFound
    from ens.messaging.services import list_threads
    from ens.record.errors import DocumentNotFound

    other = people.usager(first_names="ROSE")
    hear_from(inaya)
    hear_from(other)
    own, foreign = (list_threads(one.usager_id, by=one.actor)[0].id for one in (inaya, other))
    with pytest.raises(ThreadNotFound):
        send(inaya, radio, foreign)
    for by in (other.actor, dupond):
        with pytest.raises(DocumentNotFound):
            sendable(radio, by=by)
        with pytest.raises(DocumentNotFound):
            send_document(radio, own, "Bonjour", "", by=by)


@pytest.mark.feature("S083")
def test_whose_software_reads_archives_receives_one_that_reads_back_as_what_was_filed(inaya, dupond):
    """A CDA that carries its PDF: the archive holds the CDA and its metadata, the PDF lies beside for people."""
    from base64 import b64encode

    from ens.standards.xdm import read_xdm
    from tests.messaging.archives import NAME, archive
    from tests.record.builders import cda_document
    from tests.record.files import small_pdf

    shown = small_pdf()
    text = f"<text mediaType='application/pdf' representation='B64'>{b64encode(shown).decode()}</text>"
    report = cda_document(inaya, title="Compte rendu du genou", body=text)
    filed = deposit(inaya, report, by=dupond).document_id
    hear_from(inaya, files=((NAME, "application/zip", archive(inaya.matricule, b"%PDF-1.4 venu d'elle")),))
    (one,) = addressees(inaya, filed)
    sent = leaving(inaya, send(inaya, filed, one.thread_id))
    zipped, beside = sent.iter_attachments()
    (document,) = read_xdm(zipped.get_content()).documents
    assert zipped.get_filename() == NAME
    assert document.data == report.data
    assert (document.entry.unique_id, document.entry.type_code) == (report.unique_id[8:], report.type_code)
    assert inaya.matricule in document.entry.patient_id
    assert (beside.get_content_type(), beside.get_content()) == ("application/pdf", shown)
    assert beside.get_filename().startswith("20260304_11488-4_")
    assert sent["Subject"].startswith("XDM/1.0/DDM+")
    assert sent["X-MSS-CODECDA"] == "11488-4"
    assert sent["In-Reply-To"]


# -- from the conversation ------------------------------------------------------------------------------------------
def test_several_documents_leave_together_each_with_its_line_and_the_same_form_sends_once(inaya, dupond, radio):
    from ens.audit.models import AuditLine
    from ens.journeys import joinable, send_documents
    from ens.messaging.services import list_threads
    from ens.persistence.unit import unit_of_work

    other = deposit(inaya, document(title="Bilan sanguin"), by=dupond).document_id
    hear_from(inaya)
    (thread,) = list_threads(inaya.usager_id, by=inaya.actor)
    shown = joinable(thread.id, by=inaya.actor)
    assert {card.title for card, size in shown.documents if size > 0} == {"Radio du genou", "Bilan sanguin"}
    assert (shown.total, shown.recipients_label) == (2, "Labo BioPCR Orly")
    first, again = (
        send_documents(thread.id, (radio, other), "Les deux.", "une-fois", by=inaya.actor) for _ in range(2)
    )
    assert first == again
    assert len(list(leaving(inaya, first).iter_attachments())) == 2

    def lines(unit):
        unit.untraced("lecture d'un test")
        return AuditLine.objects.filter(usager_id=inaya.usager_id, event="document_envoye", outcome="fait").count()

    assert unit_of_work(inaya.usager_id, lines, by=inaya.actor) == 2


def test_another_s_document_nor_an_ended_exchange_let_nothing_leave(inaya, dupond, radio, people):
    from ens.journeys import joinable, send_documents
    from ens.messaging.errors import ReplyNotAllowed
    from ens.messaging.services import list_threads
    from ens.record.errors import DocumentNotFound

    stranger = people.usager()
    theirs = deposit(stranger, document(title="Le sien"), by=dupond).document_id
    hear_from(inaya)
    (thread,) = list_threads(inaya.usager_id, by=inaya.actor)
    with pytest.raises(DocumentNotFound):
        send_documents(thread.id, (radio, theirs), "Les deux.", "", by=inaya.actor)
    hear_from(inaya, subject="[FIN]")
    with pytest.raises(ReplyNotAllowed):
        joinable(thread.id, by=inaya.actor)
    with pytest.raises(ReplyNotAllowed):
        send_documents(thread.id, (radio,), "Trop tard.", "", by=inaya.actor)


def test_a_new_message_leaves_with_documents_of_the_record_once_and_only_one_s_own(inaya, radio, people):
    from ens.journeys import begin, beginnable
    from ens.messaging.types import Beginning, File, Reply
    from ens.record.errors import DocumentNotFound
    from ens.record.services import open_content

    hear_from(inaya)
    shown = beginnable(inaya.usager_id, by=inaya.actor)
    assert [card.id for card, _ in shown.documents] == [radio]
    (contact,) = shown.contacts.wrote
    said = Beginning(contact.id, Reply("Voici.", (File("un.txt", b"un"),), "jeton", subject="Ma radio"))
    thread = begin(inaya.usager_id, said, (radio,), by=inaya.actor)
    assert begin(inaya.usager_id, said, (radio,), by=inaya.actor) == thread
    (message,) = services.open_thread(thread, by=inaya.actor).messages
    content = open_content(radio, by=inaya.actor)
    assert [one.name for one in message.attachments] == [content.filename, "un.txt"]
    assert services.open_attachment(message.attachments[0].id, by=inaya.actor).data == content.data
    assert len([line for line in history(inaya) if "a envoyé « Radio du genou »" in line.sentence]) == 1
    other = people.usager()
    hear_from(other)
    (theirs,) = beginnable(other.usager_id, by=other.actor).contacts.wrote
    with pytest.raises(DocumentNotFound):  # another's document, whoever is written to
        begin(other.usager_id, Beginning(theirs.id, Reply("Voici.", subject="x")), (radio,), by=other.actor)
    assert len(services.list_threads(other.usager_id, by=other.actor)) == 1
