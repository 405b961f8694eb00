"""An attachment kept in the record: once, with what its sender said of it."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ens.kernel.actor import Actor, ActorKind
from tests.messaging.mails import mail

PDF = b"%PDF-1.4 contenu"


@pytest.fixture
def inaya(people):
    return people.usager()


def received(person, *files, **headers):
    """The attachments of a message just received."""
    from ens.messaging.services import list_threads, open_thread, receive
    from ens.messaging.types import IncomingMail

    operator = Actor(ActorKind.OPERATEUR, "operateur.example", "Opérateur d'essai")
    data = mail(person.address, files=files, headers={name.replace("_", "-"): value for name, value in headers.items()})
    receive(IncomingMail("labo@operateur.example", person.address, data), by=operator)
    thread = open_thread(list_threads(person.usager_id, by=person.actor)[0].id, by=person.actor)
    return thread.messages[-1].attachments


def saved(person, attachment):
    from ens.journeys import save_attachment
    from ens.record.services import open_document

    return open_document(save_attachment(attachment.id, by=person.actor), by=person.actor).card


def archive(person, data=PDF, mime_type="application/pdf"):
    from ens.standards.ins import Ins
    from ens.standards.xdm import OutgoingDocument, XdmPatient, write_xdm

    document = OutgoingDocument(
        data=data,
        unique_id="2.25.123456789",
        type_code="11502-2",
        format_code="urn:ihe:iti:xds:2017:mimeTypeSufficient",
        title="Analyses du 11 octobre",
        created_at=datetime(2021, 10, 12, 8, tzinfo=UTC),
        service_start=datetime(2021, 10, 11, 8, tzinfo=UTC),
        authors=(),
        mime_type=mime_type,
    )
    patient = XdmPatient(Ins.parse(person.matricule, person.oid), "MICHEL", "Inaya")
    return ("IHE_XDM.zip", "application/zip", write_xdm([document], patient, sent_at=datetime(2026, 3, 16, tzinfo=UTC)))


@pytest.mark.feature("S084")
def test_a_document_of_an_archive_keeps_its_type_and_date(inaya):
    (piece,) = received(inaya, archive(inaya))
    card = saved(inaya, piece)
    assert (card.type_code, card.act_date, card.title) == ("11502-2", date(2021, 10, 11), "Analyses du 11 octobre")
    assert (card.source_label, card.by_message) == ("Labo BioPCR Orly", True)


def test_the_code_of_the_message_types_its_file(inaya):
    (piece,) = received(inaya, ("analyses.pdf", "application/pdf", PDF), X_MSS_CODECDA="11502-2")
    assert saved(inaya, piece).type_code == "11502-2"


@pytest.mark.feature("S134")
@pytest.mark.parametrize("operator", ["operateur.example", "autre.example"])
def test_a_prescription_sent_through_any_operator_is_filed_as_one_and_may_be_answered(inaya, db, operator):
    from ens.messaging.services import allow_operator, list_threads, open_thread, receive
    from ens.messaging.types import IncomingMail, OperatorRef, ReplyMode

    allow_operator(OperatorRef(operator, "Opérateur d'essai", "127.0.0.1", 1))
    sender, file = f"dupond@{operator}", ("ordonnance.pdf", "application/pdf", PDF)
    data = mail(inaya.address, sender=sender, files=(file,), headers={"X-MSS-CODECDA": "57833-6"})
    by = Actor(ActorKind.OPERATEUR, operator, "Opérateur d'essai")
    receive(IncomingMail(sender, inaya.address, data), by=by)
    thread = open_thread(list_threads(inaya.usager_id, by=inaya.actor)[0].id, by=inaya.actor)
    card = saved(inaya, thread.messages[-1].attachments[0])
    assert (card.type_code, card.category) == ("57833-6", "ORD_SOIN")
    assert thread.reply.mode is ReplyMode.REPLY


@pytest.mark.parametrize("codes", ["11502-2, 34112-3", "inconnu", ""])
def test_several_codes_or_none_known_leave_the_type_open(inaya, codes):
    (piece,) = received(inaya, ("analyses.pdf", "application/pdf", PDF), X_MSS_CODECDA=codes)
    assert saved(inaya, piece).type_code == "EXPPAT_2"


@pytest.mark.feature("S084")
def test_saved_twice_or_received_twice_it_is_one_document(inaya):
    from ens.record.services import list_documents
    from ens.record.types import DocumentFilter

    first = saved(inaya, received(inaya, archive(inaya))[0])
    second = saved(inaya, received(inaya, archive(inaya))[0])
    assert first.id == second.id
    assert list_documents(inaya.usager_id, DocumentFilter(), by=inaya.actor).total == 1


def test_a_file_that_is_not_what_it_announces_is_not_offered(inaya):
    (piece,) = received(inaya, ("facture.pdf", "application/pdf", b"MZ\x90\x00"))
    assert not piece.can_save
    assert piece.why_not


def test_nobody_else_saves_it(people, inaya):
    from ens.journeys import save_attachment
    from ens.kernel.errors import Absent

    (piece,) = received(inaya, ("analyses.pdf", "application/pdf", PDF))
    for other in (people.usager().actor, people.actor(people.professional())):
        with pytest.raises(Absent):
            save_attachment(piece.id, by=other)


def test_the_home_counts_the_threads_that_wait(inaya):
    from ens.journeys import home
    from ens.messaging.services import list_threads, open_thread

    for _ in range(2):
        received(inaya)
    assert home(inaya.usager_id, by=inaya.actor).unread == 0
    from ens.messaging.services import receive
    from ens.messaging.types import IncomingMail

    operator = Actor(ActorKind.OPERATEUR, "operateur.example", "Opérateur d'essai")
    receive(IncomingMail("labo@operateur.example", inaya.address, mail(inaya.address, subject="Neuf")), by=operator)
    page = home(inaya.usager_id, by=inaya.actor)
    assert (page.unread, page.next_action.title) == (1, "Neuf")
    open_thread(list_threads(inaya.usager_id, by=inaya.actor)[0].id, by=inaya.actor)
    assert home(inaya.usager_id, by=inaya.actor).unread == 0


@pytest.mark.feature("S084")
def test_what_the_record_already_has_is_shown_as_such_and_filed_no_second_time(inaya, people):
    """The laboratory files it by its software, and sends it by message, under no identifier they share."""
    from ens.journeys import save_attachment
    from ens.kernel.ids import new_id
    from ens.record.services import deposit
    from ens.record.types import DocumentDeposit, SubmissionDeposit

    data = PDF + new_id().bytes
    document = DocumentDeposit(f"2.25.{new_id().int}", data, "application/pdf", "11502-2", act_at=datetime.now(UTC))
    filed = deposit(
        inaya.usager_id, SubmissionDeposit((document,)), by=people.actor(people.establishment())
    ).document_id
    (piece,) = received(inaya, ("bilan.pdf", "application/pdf", data))
    assert piece.saved_document_id == filed
    assert save_attachment(piece.id, by=inaya.actor) == filed


@pytest.mark.feature("S083", "S084")
def test_the_pdf_that_a_cda_of_the_archive_carries_is_not_offered_a_second_time(inaya):
    """ECO.2.1.1 joins the same document twice: in the archive, and as a PDF for who has no software."""
    from base64 import b64encode

    from ens.kernel.ids import new_id
    from tests.record.files import cda, small_pdf

    shown = small_pdf()
    text = f"<text mediaType='application/pdf' representation='B64'>{b64encode(shown).decode()}</text>"
    document = cda(inaya.matricule, inaya.oid, unique_id=f"2.25.{new_id().int}", body=text, type_code="11502-2")
    beside = (("bilan.pdf", "application/pdf", shown), ("note.pdf", "application/pdf", PDF))
    inside, same, other = received(inaya, archive(inaya, document, "text/xml"), *beside)
    assert (inside.can_save, same.can_save, other.can_save) == (True, False, True)
    assert "enregistrez ce document" in same.why_not


@pytest.mark.feature("S084")
@pytest.mark.parametrize("is_masked", [False, True])
def test_a_corrected_report_that_comes_by_mail_is_kept_beside_the_one_its_author_filed(people, inaya, is_masked):
    """Only who filed a document replaces it; what the message brought is the usager's to keep all the same."""
    from ens.journeys import save_attachment
    from ens.kernel.ids import new_id
    from ens.record.services import mask, open_document
    from ens.record.services.replacement import REPLACED_KEPT
    from tests.record.builders import cda_document, deposit, listed
    from tests.record.files import cda

    first = cda_document(inaya)
    (filed,) = deposit(inaya, first, by=people.actor(people.establishment())).documents
    if is_masked:
        mask(filed.document_id, by=inaya.actor)
    number, replaced = f"2.25.{new_id().int}", first.unique_id.removeprefix("urn:oid:")
    body = "<text mediaType='text/plain'>Corrigé</text>"
    corrected = cda(inaya.matricule, inaya.oid, unique_id=number, replaces=replaced, type_code="11502-2", body=body)
    (piece,) = received(inaya, archive(inaya, corrected, "text/xml"))
    assert piece.can_save
    kept = open_document(save_attachment(piece.id, by=inaya.actor), by=inaya.actor)
    assert kept.differences == [REPLACED_KEPT]
    shown = {card.id: card.is_masked for card in listed(inaya).cards}
    assert shown == {filed.document_id: is_masked, kept.card.id: is_masked}  # it shows nothing that was masked


@pytest.mark.feature("S083", "S084")
@pytest.mark.parametrize("name", ["2021-10-11_Bilan_MICHEL_Inaya_A12.pdf", "20211011_CR_d'examens_LE GALL_Ève_7_b.PDF"])
def test_the_pdf_drawn_from_a_structured_cda_is_not_offered_a_second_time(inaya, name):
    """ECO.2.1.5 and 2.1.6: its bytes are nowhere in the CDA, its name says what it is."""
    from ens.kernel.ids import new_id
    from tests.record.files import cda, small_pdf

    body = "<component><structuredBody/></component>"
    document = cda(inaya.matricule, inaya.oid, unique_id=f"2.25.{new_id().int}", body=body, type_code="11502-2")
    made, drawn = archive(inaya, document, "text/xml"), small_pdf()
    inside, same, note = received(inaya, made, (name, "application/pdf", drawn), ("note.pdf", "application/pdf", PDF))
    assert (inside.can_save, same.can_save, note.can_save) == (True, False, True)
    assert "enregistrez l'autre" in same.why_not
    # two of that name for one document: which is drawn from it is not known
    again = cda(inaya.matricule, inaya.oid, unique_id=f"2.25.{new_id().int}", body=body, type_code="11502-2")
    beside = ((name, "application/pdf", drawn + b"%1"), (name, "application/pdf", drawn + b"%2"))
    assert [one.can_save for one in received(inaya, archive(inaya, again, "text/xml"), *beside)] == [True, True, True]
