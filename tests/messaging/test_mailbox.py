"""A message received once, threaded, read, answered; nobody answers who did not write."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from email import message_from_bytes, policy

import pytest

from tests.factories import before_all_due
from tests.messaging.mails import mail, report
from tests.outbox import EVERYTHING


def receive(person, data, operator, sender="labo@operateur.example"):
    from ens.messaging.services import receive as file
    from ens.messaging.types import IncomingMail

    return file(IncomingMail(sender, person.address, data), by=operator)


def threads(person):
    from ens.messaging.services import list_threads

    return list_threads(person.usager_id, by=person.actor)


def opened(person, card):
    from ens.messaging.services import open_thread

    return open_thread(card.id, by=person.actor)


def answer(person, thread_id, body="Merci", token=""):
    from ens.messaging.services import reply
    from ens.messaging.types import File, Reply
    from ens.persistence.models import OutboxRow

    sent = reply(thread_id, Reply(body, (File("photo.jpg", b"\xff\xd8\xff1"),), token), by=person.actor)
    # before what other tests left due: a round of the outbox does the oldest first
    OutboxRow.objects.filter(usager_id=person.usager_id).update(due_at=before_all_due())
    return sent


def test_a_message_is_listed_unread_then_read_with_its_attachment(inaya, operator):
    from ens.messaging.services import open_attachment, unread_count

    receive(inaya, mail(inaya.address, files=(("résultats été.pdf", "application/pdf", b"%PDF-1.4 x"),)), operator)
    (card,) = threads(inaya)
    assert (card.subject, card.correspondent_label, card.unread) == ("Vos résultats", "Labo BioPCR Orly", True)
    assert (card.first_attachment, card.attachment_count) == ("résultats été.pdf", 1)
    assert unread_count(inaya.usager_id, by=inaya.actor) == 1
    view = opened(inaya, card)
    assert view.messages[0].body_text == "Bonjour, vos résultats sont joints."
    assert unread_count(inaya.usager_id, by=inaya.actor) == 0
    assert open_attachment(view.messages[0].attachments[0].id, by=inaya.actor).data == b"%PDF-1.4 x"


def test_the_same_message_from_ten_connections_is_kept_once(inaya, operator):
    data, ids, failures = mail(inaya.address), [], []

    def send():
        from django.db import connections

        try:
            ids.append(receive(inaya, data, operator).message_id)
        except Exception as error:  # noqa: BLE001 - reported by the assertion below
            failures.append(error)
        finally:
            connections.close_all()

    workers = [threading.Thread(target=send) for _ in range(10)]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert not failures
    assert len(ids) == 10
    assert len(set(ids)) == 1
    assert len(threads(inaya)) == 1


def test_same_message_id_other_content_is_another_message_and_flagged(inaya, operator):
    for text in ("un", "deux"):
        receive(inaya, mail(inaya.address, text=text, message_id="<meme@operateur.example>"), operator)
    views = [opened(inaya, card).messages[0] for card in threads(inaya)]
    assert sorted(view.same_id_warning for view in views) == [False, True]


def test_threads_follow_references_and_not_subjects(inaya, operator):
    receive(inaya, mail(inaya.address, message_id="<un@operateur.example>"), operator)
    receive(inaya, mail(inaya.address, in_reply_to="<un@operateur.example>", subject="Autre objet"), operator)
    receive(inaya, mail(inaya.address), operator)
    assert sorted(len(opened(inaya, card).messages) for card in threads(inaya)) == [1, 2]


def test_an_answer_leaves_by_the_relay_and_threads(inaya, operator, relay):
    from ens.messaging.types import Delivery
    from ens.persistence import outbox

    receive(inaya, mail(inaya.address, message_id="<question@operateur.example>"), operator)
    (card,) = threads(inaya)
    first = answer(inaya, card.id, token="jeton")
    assert answer(inaya, card.id, token="jeton") == first
    outbox.run_due(EVERYTHING)
    ((_, recipient, data),) = [one for one in relay.sent if one[0] == inaya.address]
    assert recipient == "labo@operateur.example"
    parsed = message_from_bytes(data, policy=policy.default)
    assert parsed["In-Reply-To"] == "<question@operateur.example>"
    assert parsed["Subject"] == "Re: Vos résultats"
    assert [part.get_filename() for part in parsed.iter_attachments()] == ["photo.jpg"]
    assert opened(inaya, card).messages[-1].delivery_state is Delivery.SENT


@pytest.mark.parametrize("end", [{"headers": {"X-MSS-MES": "FIN"}}, {"subject": "[FIN]"}])
def test_an_ended_exchange_is_not_answered_until_the_professional_writes_again(inaya, operator, end):
    from ens.messaging.errors import ReplyNotAllowed
    from ens.messaging.types import ReplyMode

    receive(inaya, mail(inaya.address, **end), operator)
    (card,) = threads(inaya)
    view = opened(inaya, card)
    assert view.reply.mode is ReplyMode.REPLY_BLOCKED
    assert view.ended_by == "Labo BioPCR Orly"
    with pytest.raises(ReplyNotAllowed):
        answer(inaya, card.id)
    receive(inaya, mail(inaya.address), operator)
    answer(inaya, card.id)


def test_reply_to_outside_the_senders_domain_is_not_followed(inaya, operator, relay):
    from ens.persistence import outbox

    receive(inaya, mail(inaya.address, headers={"Reply-To": "espion@ailleurs.example"}), operator)
    answer(inaya, threads(inaya)[0].id)
    outbox.run_due(EVERYTHING)
    assert [one[1] for one in relay.sent if one[0] == inaya.address] == ["labo@operateur.example"]


def test_nobody_else_reads_or_answers(people, inaya, operator):
    from ens.kernel.errors import EnsError

    receive(inaya, mail(inaya.address), operator)
    (card,) = threads(inaya)
    noe, doctor = people.usager(first_names="NOE"), people.actor(people.professional())
    for other in (noe.actor, doctor):
        stranger = type("P", (), {"actor": other, "usager_id": inaya.usager_id})
        for attempt, *arguments in ((opened, card), (answer, card.id), (threads,)):
            with pytest.raises(EnsError) as refusal:
                attempt(stranger, *arguments)
            assert refusal.value.family == "absent"


def test_a_permanent_refusal_and_a_report_show_as_not_delivered(inaya, operator, relay):
    from ens.messaging.ports import PermanentFailure
    from ens.messaging.types import Delivery
    from ens.persistence import outbox

    receive(inaya, mail(inaya.address), operator)
    (card,) = threads(inaya)
    relay.fails = PermanentFailure("La boîte de votre correspondant n'existe plus.")
    answer(inaya, card.id)
    outbox.run_due(EVERYTHING)
    last = opened(inaya, card).messages[-1]
    assert last.delivery_state is Delivery.FAILED
    assert "n'existe plus" in last.delivery_reason

    relay.fails = None
    answer(inaya, card.id, body="Encore")
    outbox.run_due(EVERYTHING)
    sent = message_from_bytes(relay.sent[-1][2], policy=policy.default)
    receive(inaya, report(sent["Message-ID"]), operator, sender="")
    view = opened(inaya, card)
    assert [one.delivery_state for one in view.messages if one.from_usager] == [Delivery.FAILED, Delivery.FAILED]
    assert view.messages[-1].is_system


ADDRESSES = [
    ("12345@patient.mssante.fr", "adresse_invalide"),
    ("279035121518989@ailleurs.example", "adresse_invalide"),
    ("inaya.michel@patient.mssante.fr", "adresse_invalide"),
    ("185057512345674@patient.mssante.fr", "adresse_cle_invalide"),
    ("185057512345673@patient.mssante.fr", "boite_absente"),
]


@pytest.mark.parametrize(("address", "code"), ADDRESSES)
def test_a_wrong_address_says_what_is_wrong_with_it(db, operator, address, code):
    from ens.kernel.errors import EnsError
    from ens.messaging.services import check_recipient

    with pytest.raises(EnsError) as refusal:
        check_recipient(address, by=operator)
    assert refusal.value.code == code


@pytest.mark.parametrize("state", ["unknown", "noticed", "opposed", "closed"])
def test_a_mailbox_that_is_not_open_answers_as_nobody(people, operator, state):
    from ens.messaging.errors import MailboxAbsent
    from ens.messaging.services import check_recipient

    person = people.usager(state=state)
    with pytest.raises(MailboxAbsent) as refusal:
        check_recipient(person.address, by=operator)
    assert refusal.value.facts == {}
    with pytest.raises(MailboxAbsent):
        receive(person, mail(person.address), operator)


def test_an_attachment_is_saved_once_with_its_sender_as_source(inaya, operator):
    from ens.journeys import save_attachment
    from ens.record.services import open_content, open_document

    receive(inaya, mail(inaya.address, files=(("CR_biologie.pdf", "application/pdf", b"%PDF-1.4 y"),)), operator)
    piece = opened(inaya, threads(inaya)[0]).messages[0].attachments[0]
    saved = save_attachment(piece.id, by=inaya.actor)
    assert save_attachment(piece.id, by=inaya.actor) == saved
    document = open_document(saved, by=inaya.actor)
    assert (document.card.title, document.card.source_label, document.card.by_message) == (
        "CR biologie",
        "Labo BioPCR Orly",
        True,
    )
    assert open_content(saved, by=inaya.actor).data == b"%PDF-1.4 y"
    assert opened(inaya, threads(inaya)[0]).messages[0].attachments[0].saved_document_id == saved


def test_a_name_that_another_domain_vouches_for_is_not_shown(inaya, operator):
    data = mail(inaya.address, sender="dupond@autre-operateur.example", label="Docteur Dupond")
    receive(inaya, data, operator)
    assert threads(inaya)[0].correspondent_label == "labo@operateur.example"


def test_a_message_without_sender_has_no_name_of_its_own_and_no_answer(inaya, operator):
    from ens.messaging.errors import ReplyNotAllowed

    receive(inaya, mail(inaya.address, label="Docteur Dupond"), operator, sender="")
    (card,) = threads(inaya)
    assert (card.correspondent_label, card.is_organisation) == ("Service de messagerie", True)
    with pytest.raises(ReplyNotAllowed):
        answer(inaya, card.id)


def test_an_answer_to_a_domain_below_an_operators_leaves_by_that_operator(inaya, operator, relay):
    from ens.persistence import outbox

    receive(inaya, mail(inaya.address), operator, sender="labo@orly.operateur.example")
    answer(inaya, threads(inaya)[0].id)
    outbox.run_due(EVERYTHING)
    assert [one[1] for one in relay.sent if one[0] == inaya.address] == ["labo@orly.operateur.example"]


def test_a_message_that_arrives_while_its_thread_is_opened_stays_unread(inaya, operator, monkeypatch):
    from django.db import connections

    from ens.messaging.services import reading, unread_count

    receive(inaya, mail(inaya.address, message_id="<un@operateur.example>"), operator)
    views = reading._views

    def late():
        receive(inaya, mail(inaya.address, in_reply_to="<un@operateur.example>"), operator)
        connections.close_all()

    def while_it_is_read(unit, messages):
        monkeypatch.setattr(reading, "_views", views)
        worker = threading.Thread(target=late)
        worker.start()
        worker.join()
        return views(unit, messages)

    monkeypatch.setattr(reading, "_views", while_it_is_read)
    assert len(opened(inaya, threads(inaya)[0]).messages) == 1
    assert threads(inaya)[0].unread
    assert unread_count(inaya.usager_id, by=inaya.actor) == 1
    assert len(opened(inaya, threads(inaya)[0]).messages) == 2
    assert unread_count(inaya.usager_id, by=inaya.actor) == 0


def test_the_same_matricule_under_another_oid_is_another_patient(inaya, operator):
    from ens.messaging.errors import AttachmentOfAnother

    stranger = type("P", (), {"matricule": inaya.matricule, "oid": "1.2.250.1.213.1.4.8"})
    archive = ("IHE_XDM.zip", "application/zip", _archive(stranger))
    with pytest.raises(AttachmentOfAnother):
        receive(inaya, mail(inaya.address, files=(archive,)), operator)


def _archive(person):
    from ens.standards.ins import Ins
    from ens.standards.xdm import OutgoingDocument, XdmPatient, write_xdm

    document = OutgoingDocument(
        data=b"%PDF-1.4 contenu",
        mime_type="application/pdf",
        unique_id="2.25.99",
        type_code="11502-2",
        format_code="urn:ihe:iti:xds:2017:mimeTypeSufficient",
        title="Résultats du laboratoire",
        created_at=datetime(2026, 3, 16, tzinfo=UTC),
        authors=(),
    )
    patient = XdmPatient(Ins.parse(person.matricule, person.oid), "MICHEL", "Inaya")
    return write_xdm([document], patient, sent_at=datetime(2026, 3, 16, tzinfo=UTC))


def test_an_xdm_archive_is_opened_and_its_documents_offered(inaya, operator):
    archive = ("IHE_XDM.zip", "application/zip", _archive(inaya))
    receive(inaya, mail(inaya.address, subject="XDM/1.0/DDM+Résultats MICHEL Inaya", files=(archive,)), operator)
    (card,) = threads(inaya)
    assert card.subject == "Résultats MICHEL Inaya"
    (piece,) = opened(inaya, card).messages[0].attachments
    assert (piece.name, piece.can_save) == ("Résultats du laboratoire.pdf", True)


def test_an_archive_about_another_patient_or_damaged_refuses_the_message(people, inaya, operator):
    from ens.messaging.errors import AttachmentOfAnother, MessageMalformed

    other = people.usager()
    for data, error in ((_archive(other), AttachmentOfAnother), (b"PK\x03\x04zzz", MessageMalformed)):
        with pytest.raises(error):
            receive(inaya, mail(inaya.address, files=(("IHE_XDM.zip", "application/zip", data),)), operator)
    assert threads(inaya) == []


def test_a_subject_that_hides_an_encoded_word_in_another_is_answered(inaya, operator):
    """Once opened, it reads as one that nothing can read again: the standard library fails to write it back."""
    from base64 import b64encode

    from ens.messaging.services import reply
    from ens.messaging.types import Reply

    hidden = f"=?utf-8?b?{b64encode('é =?utf-8?q?=C3?='.encode()).decode()}?="
    data = mail(inaya.address, subject="OBJET").replace(b"OBJET", hidden.encode())
    receive(inaya, data, operator)
    (card,) = threads(inaya)
    assert card.subject == "é = ?utf-8?q?=C3?="
    assert reply(card.id, Reply("Merci"), by=inaya.actor)
