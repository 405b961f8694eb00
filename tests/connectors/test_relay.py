"""What usagers write, handed to an operator: mutual TLS, and each answer given its meaning."""

from __future__ import annotations

import socket
import ssl
import threading
from contextlib import nullcontext
from datetime import UTC, datetime

import dns.message
import dns.rcode
import dns.rrset
import pytest
import trustme
from cryptography import x509
from django.conf import settings

from ens.connectors.relay.client import OperatorRelay
from ens.connectors.relay.routes import places
from ens.messaging import delivery
from ens.messaging.ports import PermanentFailure
from ens.messaging.types import OperatorRef
from ens.persistence.outbox import TryLater
from ens.standards.certificates import name, presented
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


def send(relay, port, *subjects):
    operator = OperatorRef("operateur.example", "Opérateur", "127.0.0.1", port, subjects=subjects)
    relay.send(operator, OURS, THEIRS, MAIL)


@pytest.fixture(autouse=True)
def revocations(db):
    """The last ones known: none."""
    from ens.messaging.models import RevokedCertificate

    RevokedCertificate.objects.all().delete()


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
def test_nothing_leaves_without_tls_nor_to_a_server_that_does_not_prove_itself(relay, authority):
    ended = server_context(authority, "127.0.0.1", not_after=datetime(2020, 1, 1, tzinfo=UTC))
    elsewhere, misnamed = server_context(trustme.CA(), "127.0.0.1"), server_context(authority, "ailleurs.example")
    for context in (None, elsewhere, misnamed, ended):
        with listening(Heard(), context) as heard, pytest.raises(TryLater):
            send(relay, heard.port)
        assert heard.mails == []


@pytest.mark.feature("S090")
def test_an_authority_given_without_its_root_is_believed_and_its_sisters_are_not(relay, authority, tmp_path):
    subordinate, sister = authority.create_child_ca(), authority.create_child_ca()
    subordinate.cert_pem.write_to_path(tmp_path / "ca.pem")
    strict = OperatorRelay(relay._certificate, relay._key, str(tmp_path / "ca.pem"))
    for source, taken in ((subordinate, 1), (sister, 0)):
        context = server_context(source, "127.0.0.1")
        authority.configure_trust(context)
        with listening(Heard(), context) as heard, nullcontext() if taken else pytest.raises(TryLater):
            send(strict, heard.port)
        assert len(heard.mails) == taken


def serving(authority, *names):
    """A server, and whose certificate it shows."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    issued = authority.issue_cert(*names)
    issued.configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    return context, presented(x509.load_pem_x509_certificate(issued.cert_chain_pems[0].bytes()))


@pytest.mark.feature("S090")
def test_a_server_is_known_by_the_certificates_of_the_list_whatever_its_host_is_called(relay, authority):
    context, certificate = serving(authority, "smtp.ailleurs.example")
    with listening(Heard(), context) as heard:
        send(relay, heard.port, certificate.subject)
        with pytest.raises(TryLater, match="operateur_inconnu"):
            send(relay, heard.port, name("CN=un autre"))
    assert len(heard.mails) == 1


@pytest.mark.feature("S090")
def test_nothing_is_said_to_a_server_whose_certificate_was_revoked(relay, authority):
    from ens.messaging.models import RevokedCertificate

    context, certificate = serving(authority, "127.0.0.1")
    with listening(Heard(), context) as heard:
        send(relay, heard.port)
        RevokedCertificate.objects.create(issuer=certificate.issuer, serial=certificate.serial)
        with pytest.raises(TryLater, match="certificat_revoque"):
            send(relay, heard.port)
    assert len(heard.mails) == 1


# -- where mail goes --------------------------------------------------------------------------------------------------
@pytest.fixture
def name_server(monkeypatch):
    """A real name server: the answers of a zone, by domain."""
    zone = {}
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as wire:
        wire.bind(("127.0.0.1", 0))
        wire.settimeout(0.1)
        over = threading.Event()

        def serve():
            while not over.is_set():
                try:
                    data, client = wire.recvfrom(4096)
                except TimeoutError:
                    continue
                asked = dns.message.from_wire(data)
                answer = dns.message.make_response(asked)
                records = zone.get(asked.question[0].name.to_text().rstrip("."))
                if records is None:
                    answer.set_rcode(dns.rcode.NXDOMAIN)
                elif records:
                    answer.answer.append(dns.rrset.from_text(asked.question[0].name, 60, "IN", "MX", *records))
                wire.sendto(answer.to_wire(), client)

        thread = threading.Thread(target=serve)
        thread.start()
        monkeypatch.setattr(settings, "ENS_MAIL_DNS", f"127.0.0.1:{wire.getsockname()[1]}")
        yield zone
        over.set()
        thread.join()


LISTED = OperatorRef("operateur.example", "Opérateur", "", 25)


def test_mail_goes_where_the_domain_s_mx_say_the_preferred_one_first(name_server):
    name_server["operateur.example"] = ["20 secours.example.", "10 premier.example."]
    assert places(LISTED, "operateur.example") == [("premier.example", 25), ("secours.example", 25)]
    name_server["sans-mx.example"] = []
    assert places(LISTED, "sans-mx.example") == [("sans-mx.example", 25)]


def test_a_domain_that_takes_no_mail_is_final_and_one_that_nobody_names_is_tried_again(name_server):
    name_server["operateur.example"] = ["0 ."]
    with pytest.raises(PermanentFailure):
        places(LISTED, "operateur.example")
    with pytest.raises(TryLater):
        places(LISTED, "inconnu.example")


def test_when_the_first_server_does_not_answer_the_second_takes_it(relay, authority, monkeypatch):
    with listening(Heard(), server_context(authority, "127.0.0.1")) as heard, socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        both = [("127.0.0.1", closed.getsockname()[1]), ("127.0.0.1", heard.port)]
        monkeypatch.setattr("ens.connectors.relay.client.places", lambda operator, domain: both)
        relay.send(LISTED, OURS, THEIRS, MAIL)
    assert len(heard.mails) == 1
