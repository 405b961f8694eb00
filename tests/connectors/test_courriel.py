"""Notices handed to the relay of personal addresses."""

from __future__ import annotations

from email import message_from_bytes, policy

import pytest

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
