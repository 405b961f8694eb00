"""The test address: who writes TEST twice is answered, through the door, the outbox and the relay."""

from __future__ import annotations

import email
import email.utils
import smtplib
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from tests.connectors.servers import Heard, listening, server_context
from tests.factories import before_all_due
from tests.messaging.mails import mail, report
from tests.outbox import EVERYTHING

ADDRESS = "reponse.automatique-test@patient.mssante.fr"


@pytest.fixture
def operator_server(authority, listed, tmp_path):
    """The operator's own server, where our answers arrive, and our relay to it."""
    from ens.connectors.relay.client import OperatorRelay
    from ens.messaging import ports
    from ens.messaging.services import allow_operator
    from ens.messaging.types import OperatorRef

    ours = authority.issue_cert("patient.mssante.fr")
    ours.private_key_and_cert_chain_pem.write_to_path(tmp_path / "ours.pem")
    authority.cert_pem.write_to_path(tmp_path / "authority.pem")
    before = ports.mail_relay()
    pem = str(tmp_path / "ours.pem")
    ports.use_mail_relay(OperatorRelay(pem, pem, str(tmp_path / "authority.pem")))
    with listening(Heard(), server_context(authority, "127.0.0.1")) as heard:
        allow_operator(OperatorRef("operateur.example", "Opérateur d'essai", "127.0.0.1", heard.port))
        yield heard
    ports.use_mail_relay(before)


@pytest.fixture
def due(db):
    from ens.messaging.services.answering import OUTBOX_KIND
    from ens.persistence import outbox
    from ens.persistence.models import OutboxRow

    OutboxRow.objects.filter(kind=OUTBOX_KIND).delete()

    def run():
        later = datetime.now(UTC) + timedelta(days=1)
        OutboxRow.objects.exclude(kind=OUTBOX_KIND).update(due_at=later)  # what other tests left is not of this one
        OutboxRow.objects.filter(kind=OUTBOX_KIND).update(due_at=before_all_due())
        outbox.run_due(EVERYTHING)

    return run


def write(session, sender="labo@operateur.example", subject="TEST", text="Un test.", **more):
    return session().sendmail(sender, [ADDRESS], mail(ADDRESS, sender=sender, subject=subject, text=text, **more))


@pytest.mark.feature("S088", "S089")
def test_a_test_message_is_answered_at_its_operator_once(session, operator_server, due):
    for _ in range(2):
        write(session, text="Ceci est un TEST.", message_id="<essai-1@operateur.example>")
    due()
    due()
    ((sender, recipients, data),) = operator_server.mails
    answer = email.message_from_bytes(data)
    assert (sender, recipients) == ("<>", ["labo@operateur.example"])  # nobody to report to: no loop
    assert answer["Auto-Submitted"] == "auto-replied"
    assert answer["In-Reply-To"] == "<essai-1@operateur.example>"
    words = answer.get_payload(decode=True).decode()
    assert "bien arrivé" in words
    assert "was received" in words


def test_an_answer_is_dated_by_the_clock_of_now_whatever_its_process_did_before(listed, due):
    from ens.kernel import clock
    from ens.kernel.actor import Actor, ActorKind
    from ens.messaging.models import ServiceMail
    from ens.messaging.services import receive
    from ens.messaging.types import IncomingMail

    sender, told = "labo@operateur.example", clock.offset()
    data = mail(ADDRESS, sender=sender, subject="TEST", text="Un TEST.", message_id="<essai-date@operateur.example>")
    clock.set_offset(timedelta(days=-400))
    try:
        kept = receive(IncomingMail(sender, ADDRESS, data), by=Actor(ActorKind.OPERATEUR, "operateur.example", "Essai"))
        dated = email.utils.parsedate_to_datetime(
            email.message_from_bytes(bytes(ServiceMail.objects.get(id=kept.message_id).data))["Date"]
        )
        assert dated > datetime.now(UTC) - timedelta(days=300)
    finally:
        clock.set_offset(told)


@pytest.mark.feature("S088", "S089")
def test_an_operator_under_test_is_answered(session, operator_server, due):
    from ens.messaging.services import allow_operator
    from ens.messaging.trustspace import operator_of

    listed = operator_of("operateur.example")
    allow_operator(replace(listed, is_test=True))
    try:
        write(session, text="Ceci est un TEST.", message_id="<essai-en-test@operateur.example>")
        due()
    finally:
        allow_operator(listed)
    assert [recipients for _, recipients, _ in operator_server.mails] == [["labo@operateur.example"]]


@pytest.mark.feature("S088")
@pytest.mark.parametrize(
    ("subject", "text"),
    [("TEST", "Bonjour."), ("Bonjour", "Un TEST."), ("Testament", "Un TEST."), ("TEST", "contestation")],
)
def test_both_the_subject_and_the_body_must_say_test(session, operator_server, due, subject, text):
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        write(session, subject=subject, text=text)
    assert refusal.value.smtp_code == 554
    assert b"test_non_reconnu" in refusal.value.smtp_error
    due()
    assert operator_server.mails == []


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto-Submitted": "auto-replied"},
        {"Auto-Submitted": "auto-generated; owner=x"},
        {"Precedence": "bulk"},
        {"List-Id": "<essais.operateur.example>"},
        {"X-Auto-Response-Suppress": "All"},
    ],
)
def test_a_machine_is_taken_and_never_answered(session, operator_server, due, headers):
    assert write(session, headers=headers) == {}
    due()
    assert operator_server.mails == []


def test_a_report_about_an_answer_ends_there(session, operator_server, due):
    assert session().sendmail("", [ADDRESS], report("<TEST@patient.mssante.fr>", text="TEST")) == {}
    assert session().sendmail("", [ADDRESS], mail(ADDRESS, subject="TEST", text="TEST")) == {}
    due()
    assert operator_server.mails == []


def test_a_mailbox_that_asks_too_often_waits(session, operator_server, due, monkeypatch):
    monkeypatch.setattr("django.conf.settings.ENS_MAIL_TESTS", 2)
    sender = f"cabinet.{datetime.now(UTC):%H%M%S%f}@operateur.example"
    for _ in range(2):
        write(session, sender=sender)
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        write(session, sender=sender)
    assert refusal.value.smtp_code == 450
    assert b"trop_de_tests" in refusal.value.smtp_error
    due()
    assert len(operator_server.mails) == 2


def test_an_operator_that_refuses_the_answer_is_not_told_again(session, operator_server, due):
    operator_server.answers["RCPT"] = "550 5.1.1 inconnu"
    write(session)
    due()
    operator_server.answers.clear()
    due()
    assert operator_server.mails == []
