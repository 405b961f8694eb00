"""The door itself: real sockets, real certificates, the replies operators' software reads."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
import threading

import pytest
import trustme

from tests.messaging.mails import mail, report


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture(scope="module")
def door(database, authority, tmp_path_factory):
    from ens.interop.smtp.server import serve, tls_context

    folder = tmp_path_factory.mktemp("tls")
    certificate = authority.issue_cert("localhost", "127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    for part in certificate.cert_chain_pems:
        part.write_to_path(folder / "cert.pem", append=True)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = tls_context(str(folder / "cert.pem"), str(folder / "key.pem"), str(folder / "ca.pem"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    started = threading.Event()
    running = {}

    async def run():
        running["stop"], ready = asyncio.Event(), asyncio.Event()
        running["loop"] = asyncio.get_running_loop()
        task = asyncio.create_task(
            serve("127.0.0.1", port, context, max_bytes=25_000_000, ready=ready, stop=running["stop"])
        )
        await ready.wait()
        started.set()
        await task

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert started.wait(10)
    yield port
    running["loop"].call_soon_threadsafe(running["stop"].set)
    thread.join(10)


@pytest.fixture
def listed(db):
    from ens.messaging.services import allow_operator
    from ens.messaging.types import OperatorRef

    allow_operator(OperatorRef("operateur.example", "Opérateur d'essai", "127.0.0.1", 1))


def client_context(authority, *names, with_certificate=True):
    context = ssl.create_default_context()
    authority.configure_trust(context)
    if with_certificate:
        authority.issue_cert(*names).configure_cert(context)
    return context


@pytest.fixture
def session(door, authority, listed):
    opened = []

    def connect(*names, with_certificate=True, source=authority):
        client = smtplib.SMTP("localhost", door, timeout=20)
        opened.append(client)
        client.ehlo()
        context = client_context(source, *(names or ("operateur.example",)), with_certificate=with_certificate)
        authority.configure_trust(context)
        client.starttls(context=context)
        client.ehlo()
        return client

    yield connect
    for client in opened:
        client.close()


@pytest.mark.feature("S078", "S089", "S090")
def test_an_operators_message_reaches_the_usager(session, people):
    from ens.messaging.services import list_threads

    person = people.usager()
    assert session().sendmail("labo@operateur.example", [person.address], mail(person.address)) == {}
    assert list_threads(person.usager_id, by=person.actor)[0].subject == "Vos résultats"


@pytest.mark.feature("S015")
def test_a_space_opened_and_never_activated_receives(session, people):
    person = people.usager(state="opened")
    assert session().sendmail("labo@operateur.example", [person.address], mail(person.address)) == {}


def test_without_starttls_nothing_is_heard(door, listed):
    with smtplib.SMTP("localhost", door, timeout=10) as client:
        client.ehlo()
        code, words = client.mail("labo@operateur.example")
        assert (code, words.split(b":")[0]) == (530, b"5.7.0 certificat_absent")


@pytest.mark.feature("S090")
def test_without_a_certificate_or_with_one_from_elsewhere_nothing_is_heard(session):
    for arguments in ({"with_certificate": False}, {"source": trustme.CA()}):
        with pytest.raises((ssl.SSLError, smtplib.SMTPServerDisconnected, OSError)):
            session(**arguments).mail("labo@operateur.example")


@pytest.mark.feature("S087", "S090")
def test_an_operator_off_the_list_and_a_foreign_domain_are_refused_with_their_code(session):
    code, words = session("inconnu.example").mail("labo@inconnu.example")
    assert (code, words[:24]) == (554, b"5.7.1 operateur_inconnu:")
    code, words = session().mail("labo@ailleurs.example")
    assert code == 550
    assert words.startswith(b"5.7.1 domaine_non_autorise")


@pytest.mark.feature("S087")
def test_each_refusal_at_rcpt_has_its_code(session, people):
    client = session()
    client.mail("labo@operateur.example")
    same = set()
    for state in ("unknown", "noticed", "opposed", "closed"):
        same.add(client.rcpt(people.usager(state=state).address))
    same.add(client.rcpt("185057512345673@patient.mssante.fr"))
    assert len(same) == 1
    code, words = same.pop()
    assert (code, words.split(b":")[0]) == (550, b"5.1.1 boite_absente")
    assert client.rcpt("123@patient.mssante.fr")[1].startswith(b"5.1.3 adresse_invalide")
    assert client.rcpt("185057512345674@patient.mssante.fr")[1].startswith(b"5.1.3 adresse_cle_invalide")
    first, second = people.usager(), people.usager()
    assert client.rcpt(first.address)[0] == 250
    code, words = client.rcpt(second.address)
    assert (code, words.split(b":")[0]) == (550, b"5.5.3 un_seul_usager")


def test_too_many_refusals_end_the_session(session):
    client = session()
    client.mail("labo@operateur.example")
    codes = [client.rcpt("123@patient.mssante.fr")[0] for _ in range(20)]
    assert codes[:19] == [550] * 19
    assert codes[-1] == 421
    with pytest.raises((smtplib.SMTPServerDisconnected, OSError)):
        client.noop()


def test_too_large_is_refused_before_and_after(session, people):
    person = people.usager()
    client = session()
    assert client.mail("labo@operateur.example", ["size=26000000"])[0] == 552
    client.rset()
    big = mail(person.address, files=(("gros.bin", "application/octet-stream", b"0" * 19_000_000),))
    with pytest.raises((smtplib.SMTPDataError, smtplib.SMTPSenderRefused)) as refusal:
        client.sendmail("labo@operateur.example", [person.address], big)
    assert refusal.value.smtp_code == 552
    assert refusal.value.smtp_error.startswith(b"5.3.4 message_trop_grand:")


@pytest.mark.feature("S087")
def test_a_line_too_long_is_refused_with_its_reason(session, people):
    person = people.usager()
    client = session()
    client.mail("labo@operateur.example")
    client.rcpt(person.address)
    code, words = client.data(b"Subject: x\r\n\r\n" + b"a" * 5000 + b"\r\n")
    assert (code, words.split(b":")[0]) == (554, b"5.6.0 message_illisible")


@pytest.mark.parametrize("address", ["a b@patient.mssante.fr", "@patient.mssante.fr", "<>", "é"])
def test_an_address_that_is_not_one_is_refused_and_the_session_goes_on(session, people, address):
    client = session()
    client.mail("labo@operateur.example")
    client.putcmd("rcpt", f"TO:<{address}>") if address.isascii() else client.send(f"RCPT TO:<{address}>\r\n".encode())
    assert client.getreply()[0] in (501, 550, 553)
    assert client.rcpt(people.usager().address)[0] == 250


@pytest.mark.feature("S087")
def test_a_non_delivery_report_without_sender_is_received_and_shown_with_its_message(session, people):
    from ens.messaging.services import list_threads, open_thread, reply
    from ens.messaging.types import Delivery, Reply

    person = people.usager()
    client = session()
    client.sendmail("labo@operateur.example", [person.address], mail(person.address))
    (card,) = list_threads(person.usager_id, by=person.actor)
    sent = reply(card.id, Reply("Merci"), by=person.actor)
    assert client.sendmail("", [person.address], report(f"<{sent.hex}@patient.mssante.fr>")) == {}
    view = open_thread(card.id, by=person.actor)
    assert [one.is_system for one in view.messages] == [False, False, True]
    assert view.messages[1].delivery_state is Delivery.FAILED
    assert "n'existe plus" in view.messages[1].delivery_reason


@pytest.mark.feature("S087")
def test_a_message_that_cannot_be_read_is_refused_and_leaves_nothing(session, people):
    from ens.messaging.services import list_threads

    person = people.usager()
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        session().sendmail("labo@operateur.example", [person.address], b"pas d'en-tete\r\n\r\n")
    assert refusal.value.smtp_code == 554
    assert b"message_illisible" in refusal.value.smtp_error
    assert list_threads(person.usager_id, by=person.actor) == []


def test_the_same_message_from_ten_connections_is_acknowledged_by_all_and_kept_once(session, people):
    from ens.messaging.services import list_threads

    person = people.usager()
    data, failures = mail(person.address), []

    def send(client):
        try:
            client.sendmail("labo@operateur.example", [person.address], data)
        except (smtplib.SMTPException, OSError) as error:
            failures.append(error)

    workers = [threading.Thread(target=send, args=(client,)) for client in [session() for _ in range(10)]]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    assert failures == []
    assert len(list_threads(person.usager_id, by=person.actor)) == 1


@pytest.mark.parametrize("down", ["store", "database"])
def test_when_nothing_can_be_kept_the_sender_is_asked_to_try_again(session, people, monkeypatch, down):
    from ens.coffre import store
    from ens.coffre.errors import StoreUnavailable
    from ens.messaging.services import list_threads, receiving
    from ens.persistence.errors import DatabaseUnavailable

    person = people.usager()

    def fails(*_arguments):
        raise StoreUnavailable() if down == "store" else DatabaseUnavailable()

    target, name = (store, "put") if down == "store" else (receiving, "tell")
    data = mail(person.address)
    with monkeypatch.context() as broken:
        broken.setattr(target, name, fails)
        with pytest.raises(smtplib.SMTPDataError) as refusal:
            session().sendmail("labo@operateur.example", [person.address], data)
    assert (refusal.value.smtp_code, refusal.value.smtp_error[:6]) == (451, b"4.3.0 ")
    assert list_threads(person.usager_id, by=person.actor) == []
    assert session().sendmail("labo@operateur.example", [person.address], data) == {}
    assert len(list_threads(person.usager_id, by=person.actor)) == 1


def test_a_fault_of_ours_is_not_an_acknowledgement(session, people, monkeypatch):
    from ens.interop.smtp import handler

    person = people.usager()

    def fails(*_arguments, **_named):
        raise RuntimeError("une faute")

    monkeypatch.setattr(handler.services, "receive", fails)
    with pytest.raises(smtplib.SMTPDataError) as refusal:
        session().sendmail("labo@operateur.example", [person.address], mail(person.address))
    assert refusal.value.smtp_code == 451
