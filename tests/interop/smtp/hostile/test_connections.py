"""Connections that are cut, fall silent, come too many, or go on past the end."""

from __future__ import annotations

import smtplib
import socket
import ssl
import threading
import time

import pytest

from tests.interop.smtp.hostile.conftest import HEAD, SENDER, begun, is_closed, said, until
from tests.messaging.mails import mail

pytestmark = pytest.mark.feature("B18")


@pytest.mark.feature("S087")
@pytest.mark.parametrize("end", [b"", b"\r\n", b"\r\n.", b"\r\n.\r"])
def test_cut_before_the_final_dot_nothing_is_kept(session, door, people, mailbox, end):
    person, client = people.usager(), session()
    begun(client, person, mail(person.address)[:-2] + end)
    client.close()
    until(lambda: not door.reception.under_way)
    assert (mailbox(person), door.reception.receiving.taken) == ([], 0)


def test_cut_after_the_final_dot_before_the_answer_it_is_kept_once(session, door, people, mailbox):
    person, data = people.usager(), mail(people.usager().address)
    for _ in range(3):
        client = session()
        begun(client, person, data + b".\r\n")
        client.close()
        until(lambda: not door.reception.under_way)
    until(lambda: door.reception.filing.taken == 0)
    assert session().sendmail(SENDER, [person.address], data) == {}
    assert len(mailbox(person)) == 1


def test_a_handshake_that_never_ends_leaves_no_session(door_with):
    with door_with(idle_s=0.3) as place:
        for _ in range(5):
            with socket.create_connection(("127.0.0.1", place.port), timeout=10) as client:
                client.recv(1000)
                client.sendall(b"EHLO x\r\nSTARTTLS\r\n")
                client.recv(1000)
                client.sendall(b"\x16\x03\x01")
                until(lambda: not place.reception.under_way)


def test_commands_sent_before_the_handshake_are_not_heard_after_it(door, people, authority, listed):
    """STARTTLS injection. Source: CVE-2024-34083."""
    client = smtplib.SMTP("localhost", door.port, timeout=20)
    client.ehlo()
    client.sock.sendall(b"STARTTLS\r\nNOOP\r\nNOOP\r\n")
    assert client.getreply()[0] == 220
    context = ssl.create_default_context()
    authority.configure_trust(context)
    authority.issue_cert("operateur.example").configure_cert(context)
    client.sock = context.wrap_socket(client.sock, server_hostname="localhost")
    client.file = None
    client.ehlo_resp = client.helo_resp = None
    assert client.ehlo()[0] == 250
    assert client.mail(SENDER)[0] == 250  # each answer is that of its command
    client.close()


def test_a_sender_that_says_nothing_is_told_and_hung_up_on(door_with, connect):
    with door_with(idle_s=0.3) as place:
        client = connect(place)
        assert said(*client.getreply()) == "421 4.4.2 envoi_trop_lent"
        assert is_closed(client)


def test_a_sender_that_never_ends_its_message_is_told_and_hung_up_on(door_with, connect, people, mailbox):
    person = people.usager()
    with door_with(message_s=0.5) as place:
        client = connect(place)
        begun(client, person, HEAD + b"\r\n")
        stop = threading.Event()

        def drip():
            while not stop.wait(0.05):
                try:
                    client.sock.send(b"x")
                except OSError:
                    return

        dripping = threading.Thread(target=drip)
        dripping.start()
        code, words = client.getreply()
        stop.set()
        dripping.join()
        assert said(code, words) == "421 4.4.2 envoi_trop_lent"
        until(lambda: not place.reception.under_way)
    assert mailbox(person) == []


def test_a_sender_that_never_reads_is_hung_up_on(door_with):
    with door_with(idle_s=0.5) as place:
        client = socket.create_connection(("127.0.0.1", place.port), timeout=1)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 1024)
        try:
            while True:
                client.sendall(b"EHLO " + b"x" * 400 + b"\r\n")
        except OSError:  # it no longer reads either, or hung up
            pass
        until(lambda: not place.reception.under_way)
        client.close()


def test_too_many_connections_are_told_so(door_with, listed):
    with door_with(sessions=6, sessions_per_address=5) as place:
        inside = [smtplib.SMTP("127.0.0.1", place.port, timeout=10) for _ in range(5)]
        for _ in range(20):
            with pytest.raises(smtplib.SMTPConnectError) as refusal:
                smtplib.SMTP("127.0.0.1", place.port, timeout=10)
            assert said(refusal.value.smtp_code, refusal.value.smtp_error) == "421 4.7.0 trop_de_connexions"
        assert inside[0].noop()[0] == 250
        for client in inside:
            client.close()
        until(lambda: not place.reception.under_way)
        smtplib.SMTP("127.0.0.1", place.port, timeout=10).close()


def test_one_address_does_not_take_the_place_of_the_others(door_with, listed):
    with door_with(sessions=6, sessions_per_address=5) as place:
        inside = [smtplib.SMTP("127.0.0.1", place.port, timeout=10) for _ in range(5)]
        elsewhere = smtplib.SMTP(
            "127.0.0.1", place.port, timeout=10, source_address=("127.0.0.2", 0), local_hostname="x"
        )
        assert elsewhere.noop()[0] == 250
        for client in (*inside, elsewhere):
            client.close()


def test_at_the_end_those_inside_are_told(door_with, listed):
    with door_with() as place:
        client = smtplib.SMTP("127.0.0.1", place.port, timeout=10)
    with client:
        assert said(*client.getreply()) == "421 4.3.2 service_en_arret"
        client.sock.close()
        client.sock = None


class TestAPlaceKeptForNothing:
    @pytest.mark.parametrize("said_meanwhile", ["NOOP", "RSET", "EHLO x", "MAIL FROM:<labo@operateur.example>"])
    def test_is_given_back_whatever_is_said_meanwhile(self, door_with, connect, said_meanwhile):
        with door_with(without_message_s=0.4) as place:
            client = connect(place)
            deadline, code = time.monotonic() + 10, 250
            while code == 250:
                assert time.monotonic() < deadline
                time.sleep(0.05)
                code, words = client.docmd(said_meanwhile)
                client.rset() if said_meanwhile.startswith("MAIL") and code == 250 else None
            assert said(code, words) == "421 4.4.2 session_sans_message"
            assert is_closed(client)
            until(lambda: not place.reception.under_way)

    def test_is_kept_by_who_goes_on_sending(self, door_with, connect, people, mailbox):
        person = people.usager()
        with door_with(without_message_s=1.5) as place:
            client, began = connect(place), time.monotonic()
            while time.monotonic() < began + 3:
                client.sendmail(SENDER, [person.address], mail(person.address))
                time.sleep(0.2)
            assert client.noop()[0] == 250
        assert mailbox(person)

    def test_a_goodbye_is_a_goodbye(self, door_with, connect):
        with door_with(without_message_s=0.1) as place:
            client = connect(place)
            time.sleep(0.2)
            assert client.quit()[0] == 221


def test_one_operator_does_not_take_the_place_of_the_others_wherever_it_comes_from(door_with, authority, listed):
    own = authority.issue_cert("operateur.example")

    def come(place, address: str, certificate=own) -> smtplib.SMTP:
        client = smtplib.SMTP("localhost", place.port, timeout=20, source_address=(address, 0), local_hostname="x")
        context = ssl.create_default_context()
        authority.configure_trust(context)
        certificate.configure_cert(context)
        client.starttls(context=context)
        return client

    with door_with(sessions=4, sessions_per_operator=2) as place:
        inside = [come(place, f"127.0.0.{number}") for number in (1, 2)]
        assert [client.ehlo()[0] for client in inside] == [250, 250]
        third = come(place, "127.0.0.3")
        assert said(*third.ehlo()) == "421 4.7.0 trop_de_connexions"
        assert is_closed(third)
        third.close()
        other = come(place, "127.0.0.1", authority.issue_cert("autre.example"))
        assert other.ehlo()[0] == 250 and other.mail("cabinet@autre.example")[0] == 250
        inside.pop().close()
        until(lambda: len(place.reception.under_way) == 2)
        again = come(place, "127.0.0.4")
        assert again.ehlo()[0] == 250
        for client in (*inside, other, again):
            client.close()
        until(lambda: not place.reception.under_way)
        assert not place.reception.by_operator and not place.reception.by_address
