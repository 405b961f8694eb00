"""Read receipts the usager agrees to, and acknowledgements of integration, as their sender's software reads them."""

from __future__ import annotations

import email
from email.policy import default

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.messaging.archives import NAME, archive
from tests.messaging.mails import mail

SENDER = "labo@operateur.example"
ASKS = {"Disposition-Notification-To": f"<{SENDER}>"}


@pytest.fixture
def receives(inaya, operator):
    def act(*, to: str = f"<{SENDER}>", sender: str = SENDER, **more):
        from ens.messaging.services import list_threads, open_thread, receive
        from ens.messaging.types import IncomingMail

        headers = {"Disposition-Notification-To": to, **more.pop("headers", {})}
        data = mail(inaya.address, headers=headers, message_id="<1@operateur.example>", **more)
        receive(IncomingMail(sender, inaya.address, data), by=operator)
        (card,) = list_threads(inaya.usager_id, by=inaya.actor)
        return open_thread(card.id, by=inaya.actor)

    return act


@pytest.fixture
def leaves(inaya, relay):
    """What the outbox hands to the operator for this usager, as the operator reads it."""
    from ens.messaging.services import acknowledging
    from ens.persistence.models import OutboxRow

    def act():
        rows = OutboxRow.objects.filter(usager_id=inaya.usager_id, kind=acknowledging.OUTBOX_KIND)
        for row in rows:
            for _ in range(2):  # repeated, it leaves once
                acknowledging.send(row.usager_id, row.object_id)
        return [(sender, to, email.message_from_bytes(data, policy=default)) for sender, to, data in relay.sent]

    return act


def answer(person, thread, *, agrees):
    from ens.messaging.services import answer_receipt

    return answer_receipt(thread.id, thread.messages[0].id, agrees, by=person.actor)


def fields(report):
    assert report.get_content_type() == "multipart/report"
    assert report.get_param("report-type") == "disposition-notification"
    words, told, original = report.iter_parts()
    assert words.get_content_type() == "text/plain"
    assert original.get_content_type() == "message/rfc822"
    (inner,) = original.iter_parts()
    return words.get_content(), told.as_string().partition("\n\n")[2], inner


@pytest.mark.feature("N076")
def test_a_read_receipt_leaves_once_the_usager_agrees_and_only_then(inaya, receives, leaves):
    from ens.messaging.types import ReceiptState

    thread = receives()
    assert thread.messages[0].receipt.state is ReceiptState.ASKED
    assert leaves() == []
    answer(inaya, thread, agrees=True)
    answer(inaya, thread, agrees=False)  # the first answer stays
    ((sender, to, report),) = leaves()
    assert (sender, to, report["In-Reply-To"]) == ("", SENDER, "<1@operateur.example>")
    assert report["Auto-Submitted"] == "auto-replied"
    words, told, original = fields(report)
    assert "affiché" in words and "displayed" in words
    assert "Disposition: manual-action/MDN-sent-manually; displayed" in told
    assert f"Final-Recipient: rfc822;{inaya.address}" in told
    assert "Original-Message-ID: <1@operateur.example>" in told
    assert original["Subject"] == "Vos résultats"
    assert "résultats sont joints" not in report.as_string()  # the body is not sent back


@pytest.mark.feature("N031", "N076")
def test_who_agrees_for_the_usager_is_named_in_the_receipt(inaya, receives, leaves):
    from dataclasses import replace

    from ens.messaging.services import answer_receipt

    thread = receives()
    father = replace(inaya.actor, id="un-autre-compte", name="Paul Michel", role="représentant légal")
    answer_receipt(thread.id, thread.messages[0].id, True, by=father)
    ((_, _, report),) = leaves()
    assert "Paul Michel pour Inaya Michel" in str(report["From"])


def test_a_receipt_that_is_declined_never_leaves_and_stays_declined(inaya, receives, leaves):
    from ens.messaging.types import ReceiptState

    thread = receives()
    assert answer(inaya, thread, agrees=False) is ReceiptState.DECLINED
    assert answer(inaya, thread, agrees=True) is ReceiptState.DECLINED
    assert leaves() == []


@pytest.mark.parametrize(
    "asks",
    [
        {"to": "autre@ailleurs.example"},  # outside who wrote
        {"sender": ""},  # a report
        {"headers": {"Auto-Submitted": "auto-generated"}},
        {"to": "labo"},
        {"to": '"la bo"@operateur.example'},
    ],
)
def test_nothing_is_asked_for_a_machine_or_for_another_domain(receives, leaves, asks):
    assert receives(**asks).messages[0].receipt is None
    assert leaves() == []


def test_nobody_else_answers_for_the_usager(people, inaya, receives):
    from ens.kernel.errors import Absent
    from ens.messaging.services import answer_receipt

    thread = receives()
    for by in (people.actor(people.professional()), people.usager().actor):
        with pytest.raises(Absent):
            answer_receipt(thread.id, thread.messages[0].id, True, by=by)


@pytest.mark.feature("S083", "N079")
def test_an_archive_that_can_be_filed_is_acknowledged_by_itself(inaya, receives, leaves):
    files = ((NAME, "application/zip", archive(inaya.matricule)),)
    thread = receives(files=files, subject="XDM/1.0/DDM+Analyses MICHEL Inaya 01/01/1990")
    assert thread.messages[0].receipt is None  # one message, one acknowledgement
    assert [piece.can_save for piece in thread.messages[0].attachments] == [True]
    ((sender, to, report),) = leaves()
    assert (sender, to) == ("", SENDER)
    assert report["Subject"] == "[OK Intégration système !] XDM/1.0/DDM+Analyses MICHEL Inaya 01/01/1990"
    assert "Disposition: automatic-action/MDN-sent-automatically; processed\n" in fields(report)[1]


@pytest.mark.feature("N079")
def test_an_archive_with_a_document_that_cannot_be_filed_says_why_to_both(inaya, receives, leaves):
    files = ((NAME, "application/zip", archive(inaya.matricule, b"<?xml version='1.0'?><a/>", mime_type="text/xml")),)
    thread = receives(files=files, subject="XDM/1.0/DDM+Analyses")
    (piece,) = thread.messages[0].attachments
    assert (piece.can_save, piece.why_not) == (
        False,
        "Ce document est mal formé : demandez-en un autre à votre correspondant.",
    )
    ((_, _, report),) = leaves()
    assert report["Subject"] == "[KO Intégration système !][102] XDM/1.0/DDM+Analyses"
    words, told, _ = fields(report)
    assert "processed/error" in told and "Error: 102^cda_invalide" in told
    assert "102 (cda_invalide)" in words


def test_an_archive_is_not_acknowledged_to_another_mailbox_than_the_one_that_wrote(inaya, receives, leaves):
    files = ((NAME, "application/zip", archive(inaya.matricule)),)
    receives(files=files, to="archives@operateur.example")
    assert leaves() == []


WORDS = st.text(max_size=60) | st.sampled_from(["é" * 200, "a" * 900, "=?utf-8?q?=C3?=", "<", ",;:"])


@settings(deadline=None, max_examples=60)
@given(WORDS, WORDS, st.binary(max_size=200))
def test_whatever_the_message_says_of_itself_its_report_is_well_formed(subject, label, more):
    """In the characters that parsed words have, and headers of any bytes."""
    from datetime import UTC, datetime

    from ens.messaging import mdn
    from ens.messaging.mime import parse
    from ens.messaging.words import sound

    raw = b"".join(line for line in more.splitlines() if line and b":" in line)
    headers = mdn.headers_of(b"Subject: x\r\nX-Y: " + raw.replace(b"\r", b"").replace(b"\n", b"") + b"\r\n\r\ny")
    said, named = " ".join(sound(subject).split()), " ".join(sound(label).split())
    about = mdn.About(headers, "<a@x>", said, "1@patient.mssante.fr", named, "a@b.fr", datetime.now(UTC))
    wrong = [("cda_invalide", "mal formé")]
    for made in (
        mdn.displayed(about, "<1@x>"),
        mdn.not_integrated(about, "<1@x>", wrong),
        mdn.kept_aside(about, "<1@x>", [(said or "x", "piece_protegee")]),
    ):
        assert parse(made).is_automatic


def test_headers_of_any_character_set_are_kept_and_sent_back_as_they_came(inaya, operator, leaves):
    from ens.messaging.services import list_threads, open_thread, receive
    from ens.messaging.types import IncomingMail

    said = (f"From: {SENDER}", "Message-ID: <é@x>", "Subject: Résultats", f"Disposition-Notification-To: {SENDER}")
    data = "\r\n".join((*said, "", "Bonjour", "")).encode()
    receive(IncomingMail(SENDER, inaya.address, data), by=operator)
    (card,) = list_threads(inaya.usager_id, by=inaya.actor)
    answer(inaya, open_thread(card.id, by=inaya.actor), agrees=True)
    ((_, _, report),) = leaves()
    assert report["Subject"] == "Lu : Résultats"
    assert fields(report)[2]["Subject"] == "Résultats"
