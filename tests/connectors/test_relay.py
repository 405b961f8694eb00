"""What usagers write, handed to an operator: mutual TLS, and each answer given its meaning."""

from __future__ import annotations

import socket

import pytest
import trustme

from ens.connectors.relay.client import OperatorRelay
from ens.messaging import delivery
from ens.messaging.ports import PermanentFailure
from ens.messaging.types import OperatorRef
from ens.persistence.outbox import TryLater
from tests.connectors.servers import Heard, listening, server_context

MAIL = b"Subject: x\r\n\r\nBonjour\r\n"
OURS, THEIRS = "279035121518989@patient.mssante.fr", "labo@operateur.example"


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def relay(authority, tmp_path_factory):
    folder = tmp_path_factory.mktemp("relay")
    certificate = authority.issue_cert("patient.mssante.fr")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for part in certificate.cert_chain_pems:
        part.write_to_path(folder / "cert.pem", append=True)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    return OperatorRelay(str(folder / "cert.pem"), str(folder / "key.pem"), str(folder / "ca.pem"))


def send(relay, port):
    operator = OperatorRef("operateur.example", "Opérateur", "127.0.0.1", port)
    relay.send(operator, OURS, THEIRS, MAIL)


@pytest.mark.feature("S078", "S090")
def test_a_message_is_handed_under_our_certificate(relay, authority):
    with listening(Heard(), server_context(authority, "127.0.0.1")) as heard:
        send(relay, heard.port)
    assert heard.mails == [(OURS, [THEIRS], MAIL)]
    assert heard.client_names == ["patient.mssante.fr"]


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_permanent_refusal_is_final_and_explained(relay, authority, command):
    heard = Heard({command: "550 5.1.1 <labo@operateur.example> inconnu"})
    with listening(heard, server_context(authority, "127.0.0.1")), pytest.raises(PermanentFailure) as refusal:
        send(relay, heard.port)
    assert str(refusal.value) == delivery.ADDRESS


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_passing_refusal_is_tried_again(relay, authority, command):
    heard = Heard({command: "451 4.3.0 plus tard"})
    with listening(heard, server_context(authority, "127.0.0.1")), pytest.raises(TryLater):
        send(relay, heard.port)


def test_nobody_listening_is_tried_again(relay):
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        with pytest.raises(TryLater):
            send(relay, free.getsockname()[1])


@pytest.mark.feature("S090")
def test_nothing_leaves_without_tls_nor_to_a_server_of_another_authority(relay, authority):
    for context in (None, server_context(trustme.CA(), "127.0.0.1"), server_context(authority, "ailleurs.example")):
        with listening(Heard(), context) as heard, pytest.raises(TryLater):
            send(relay, heard.port)
        assert heard.mails == []
