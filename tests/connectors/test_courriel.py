"""Notices handed to the relay of personal addresses."""

from __future__ import annotations

import ssl
from email import message_from_bytes, policy

import pytest
import trustme

from ens.connectors.courriel.client import RelayOfNotices
from ens.notifications.types import Email
from ens.persistence.outbox import TryLater
from tests.connectors.servers import Heard, listening

NOTICE = Email("inaya@exemple.fr", "Vous avez un nouveau message", "Un message vous attend.", "<avis-1@espace.fr>")


def send(port):
    relay = RelayOfNotices(f"127.0.0.1:{port}", "ne-pas-repondre@espace.fr", "Mon espace santé")
    relay.send(NOTICE)


def test_a_notice_is_handed_as_an_automatic_message():
    with listening(Heard()) as heard:
        send(heard.port)
    ((sender, recipients, data),) = heard.mails
    message = message_from_bytes(data, policy=policy.default)
    assert (sender, recipients) == ("ne-pas-repondre@espace.fr", ["inaya@exemple.fr"])
    assert (message["Subject"], message["Message-ID"]) == (NOTICE.subject, NOTICE.message_id)
    assert message["Auto-Submitted"] == "auto-generated"
    assert message.get_content().strip() == NOTICE.body


@pytest.mark.parametrize("answers", [{"RCPT": "451 4.2.0 plus tard"}, {"DATA": "554 5.7.1 non"}])
def test_a_relay_that_does_not_take_it_is_tried_again(answers):
    with listening(Heard(answers)) as heard, pytest.raises(TryLater):
        send(heard.port)


def under_tls(authority, monkeypatch, tmp_path):
    """A relay that asks for TLS and no certificate of ours; the machine trusts this authority alone."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    trusted = tmp_path / "autorites.pem"
    TRUSTED.cert_pem.write_to_path(str(trusted))
    monkeypatch.setenv("SSL_CERT_FILE", str(trusted))
    monkeypatch.setenv("SSL_CERT_DIR", str(tmp_path))
    return context


TRUSTED = trustme.CA()


def test_under_tls_the_authorities_of_the_machine_are_read_once_for_many_notices(monkeypatch, tmp_path):
    made = []
    with listening(Heard(), under_tls(TRUSTED, monkeypatch, tmp_path)) as heard:
        read = ssl.create_default_context
        monkeypatch.setattr(ssl, "create_default_context", lambda: made.append(1) or read())
        relay = RelayOfNotices(f"127.0.0.1:{heard.port}", "ne-pas-repondre@espace.fr", "Mon espace santé")
        for _ in range(3):
            relay.send(NOTICE)
    assert len(heard.mails) == 3
    assert made == [1]


def test_a_relay_whose_certificate_is_not_recognised_is_told_nothing(monkeypatch, tmp_path):
    with listening(Heard(), under_tls(trustme.CA(), monkeypatch, tmp_path)) as heard, pytest.raises(TryLater):
        send(heard.port)
    assert heard.mails == []
