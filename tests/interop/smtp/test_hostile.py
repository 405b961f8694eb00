"""What a hostile or broken sender does at the mail door, and what it is told; nothing of it is kept.

Each refusal has a stable code and its page in ``docs/interop/codes``.
"""

from __future__ import annotations

import base64
import smtplib
import socket
import ssl
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest
import trustme

from tests.messaging import archives
from tests.messaging.mails import mail

SENDER = "labo@operateur.example"
CODES = Path(__file__).resolve().parents[3] / "docs" / "interop" / "codes"
pytestmark = pytest.mark.feature("B18")


@pytest.fixture(autouse=True)
def in_haste(monkeypatch):
    """What only waits does not wait."""
    from ens.interop.smtp import session

    monkeypatch.setattr(session, "CLOSING_S", 0.3)
    monkeypatch.setattr(session, "TARPIT_S", 0.01)


def said(code: int, words: bytes) -> str:
    """« 550 5.1.1 boite_absente », whose page exists."""
    reply = f"{code} {words.split(b':')[0].decode()}"
    assert (CODES / f"{reply.split()[-1]}.md").is_file(), reply
    return reply


def until(found, seconds=20.0):
    deadline = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < deadline, "too late"
        time.sleep(0.02)


def is_closed(client: smtplib.SMTP) -> bool:
    """Whether the door hung up; what it said before is dropped."""
    try:
        while client.sock.recv(4096):
            pass
    except ssl.SSLError:
        return True
    except ConnectionError:
        return True
    return True


# -- who knocks ------------------------------------------------------------------------------------------------
def test_without_starttls_nothing_is_heard(door, listed):
    with smtplib.SMTP("localhost", door.port, timeout=10) as client:
        client.ehlo()
        assert said(*client.mail(SENDER)) == "530 5.7.0 certificat_absent"


@pytest.mark.feature("S090")
def test_without_a_client_certificate_nothing_is_heard(session):
    assert said(*session(with_certificate=False).mail(SENDER)) == "530 5.7.0 certificat_absent"


@pytest.mark.feature("S090")
@pytest.mark.parametrize(
    ("options", "alert"),
    [
        ({"source": trustme.CA()}, "unknown ca"),
        ({"not_after": datetime(2020, 1, 1, tzinfo=UTC)}, "certificate expired"),
    ],
    ids=["of another authority", "expired"],
)
def test_a_certificate_that_proves_nothing_ends_the_handshake(session, door, options, alert):
    with pytest.raises((ssl.SSLError, smtplib.SMTPServerDisconnected)) as refusal:
        session(**options).mail(SENDER)
    assert alert in str(refusal.value)
    until(lambda: not door.reception.under_way)


@pytest.mark.feature("S087", "S090")
def test_the_certificate_of_an_unlisted_operator(session):
    assert said(*session("inconnu.example").mail("labo@inconnu.example")) == "554 5.7.1 operateur_inconnu"


@pytest.mark.feature("S087", "S090")
@pytest.mark.parametrize("sender", ["labo@autre.example", "labo@operateur.example.net"])
def test_the_certificate_of_one_operator_under_the_domain_of_another(session, sender):
    assert said(*session().mail(sender)) == "550 5.7.1 domaine_non_autorise"


@pytest.mark.parametrize("sender", [b"\xff@operateur.example", b"a\x07@operateur.example", b"a@b@operateur.example <"])
def test_a_sender_that_is_no_address(session, people, sender):
    client = session()
    client.send(b"MAIL FROM:<" + sender + b">\r\n")
    assert said(*client.getreply()) in ("553 5.1.3 adresse_invalide", "501 5.5.4 commande_invalide")
    assert client.mail(SENDER)[0] == 250


# -- to whom ---------------------------------------------------------------------------------------------------
@pytest.mark.feature("S087")
def test_unknown_noticed_opposed_and_closed_are_one_answer_to_the_byte(session, people):
    client = session()
    client.mail(SENDER)
    same = {client.rcpt(people.usager(state=state).address) for state in ("unknown", "noticed", "opposed", "closed")}
    same.add(client.rcpt("185057512345673@patient.mssante.fr"))
    assert len(same) == 1
    assert said(*same.pop()) == "550 5.1.1 boite_absente"


@pytest.mark.feature("S087")
@pytest.mark.parametrize(
    ("address", "reply"),
    [
        ("123@patient.mssante.fr", "550 5.1.3 adresse_invalide"),
        ("1850575123456731@patient.mssante.fr", "550 5.1.3 adresse_invalide"),
        ("18505751234567'@patient.mssante.fr", "550 5.1.3 adresse_invalide"),
        ("185057512345673@ailleurs.example", "550 5.1.3 adresse_invalide"),
        ("185057512345674@patient.mssante.fr", "550 5.1.3 adresse_cle_invalide"),
        ("@patient.mssante.fr", "553 5.1.3 adresse_invalide"),
        ("a b@patient.mssante.fr", "550 5.1.3 adresse_invalide"),
        ("185057512345673@patient.mssante.fr> X=Y <", "501 5.5.4 commande_invalide"),
    ],
)
def test_an_address_that_no_usager_can_have(session, people, address, reply):
    client = session()
    client.mail(SENDER)
    client.send(f"RCPT TO:<{address}>\r\n".encode())
    assert said(*client.getreply()) == reply
    assert client.rcpt(people.usager().address)[0] == 250


@pytest.mark.parametrize("address", [b"\xc3\xa9", b"\xff", b"\xff" * 15 + b"@patient.mssante.fr", b"<>"])
def test_an_address_in_no_known_letters(session, people, address):
    client = session()
    client.mail(SENDER)
    client.send(b"RCPT TO:<" + address + b">\r\n")
    said(*client.getreply())
    assert client.rcpt(people.usager().address)[0] == 250


@pytest.mark.feature("S087")
def test_two_usagers_in_one_message(session, people, mailbox):
    first, second, client = people.usager(), people.usager(), session()
    client.mail(SENDER)
    assert client.rcpt(first.address)[0] == 250
    assert said(*client.rcpt(second.address)) == "550 5.5.3 un_seul_usager"
    assert client.data(mail(first.address))[0] == 250  # the first one's message goes on
    assert (len(mailbox(first)), mailbox(second)) == (1, [])


# -- messages --------------------------------------------------------------------------------------------------
HEAD = b"From: labo@operateur.example\r\nSubject: hostile\r\nMIME-Version: 1.0\r\n"
MIXED = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
TEXT = b"--b\r\nContent-Type: text/plain\r\n\r\nBonjour\r\n"


def folded(value: bytes) -> bytes:
    return b"\r\n ".join(value[place : place + 900] for place in range(0, len(value), 900))


def nested(levels: int) -> bytes:
    opening = b"".join(
        b"--b%d\r\nContent-Type: multipart/mixed; boundary=b%d\r\n\r\n" % (rank, rank + 1) for rank in range(levels)
    )
    return HEAD + b"Content-Type: multipart/mixed; boundary=b0\r\n\r\n" + opening + b"x\r\n--b0--\r\n"


def attached(kind: bytes, encoding: bytes, body: bytes, end: bytes = b"--b--\r\n") -> bytes:
    headers = b"Content-Type: " + kind + b"\r\nContent-Transfer-Encoding: " + encoding + b"\r\n\r\n"
    return MIXED + TEXT + b"--b\r\n" + headers + body + b"\r\n" + end


PDF = base64.encodebytes(b"%PDF-1.4 " + b"x" * 3000).replace(b"\n", b"\r\n")
UNREADABLE = {
    "no headers": lambda: b"pas d'en-tete\r\n\r\n",
    "nothing": lambda: b"",
    "only a line end": lambda: b"\r\n",
    "bare line feeds": lambda: b"Subject: x\n\nBonjour\n",
    "one bare line feed": lambda: HEAD + b"\r\nBonjour\nInaya\r\n",
    "bare carriage returns": lambda: HEAD + b"\r\nBonjour\rInaya\r\n",
    "a long line": lambda: HEAD + b"\r\n" + b"a" * 999 + b"\r\n",
    "a very long line": lambda: HEAD + b"\r\n" + b"a" * 5_000_000 + b"\r\n",
    "millions of lines": lambda: HEAD + b"\r\n" * 5_000_000,
    "a multipart that does not end": lambda: attached(b"application/pdf", b"base64", PDF, end=b""),
    "a multipart that does not begin": lambda: MIXED,
    "a multipart of no boundary": lambda: HEAD + b"Content-Type: multipart/mixed\r\n\r\n" + TEXT,
    "a base64 cut short": lambda: attached(b"application/pdf", b"base64", b"JVBERi0xL"),
    "a million headers": lambda: b"X: y\r\n" * 900_000 + b"\r\nx\r\n",
    "a million headers in a part": lambda: MIXED + b"--b\r\n" + b"X: y\r\n" * 900_000 + b"\r\nx\r\n--b--\r\n",
    "one enormous header": lambda: b"Subject: " + folded(b"x" * 5_000_000) + b"\r\n\r\nx\r\n",
    "one enormous list of references": lambda: b"References: " + folded(b"<a@b> " * 800_000) + b"\r\n\r\nx\r\n",
    "a hundred thousand parameters": lambda: (
        HEAD + b"Content-Type: text/plain; " + folded(b"a=b;" * 100_000) + b"\r\n\r\nx\r\n"
    ),
    "a part of many parameters": lambda: MIXED + b"--b\r\nContent-Type: text/plain" + b";a=b" * 150 + b"\r\n\r\n--b--",
    "thousands of parts": lambda: MIXED + b"--b\r\n\r\n\r\n" * 200_000 + b"--b--\r\n",
    "thousands of parts, their boundary written otherwise": lambda: (
        HEAD + b"Content-Type: multipart/mixed; boundary*0*=us-ascii''%62\r\n\r\n" + b"--b\r\n\r\n\r\n" * 200_000
    ),
    "thousands of nested multiparts": lambda: nested(5_000),
    "messages within messages": lambda: HEAD + b"Content-Type: message/rfc822\r\n\r\n" * 5_000 + b"x\r\n",
    "thousands of delivery reports": lambda: (
        HEAD + b"Content-Type: message/delivery-status\r\n\r\n" + b"A: b\r\n\r\n" * 200_000
    ),
}


def refused(client, person, data) -> str:
    client.mail(SENDER)
    client.rcpt(person.address)
    return said(*client.data(data))


@pytest.mark.feature("S087")
@pytest.mark.parametrize("make", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_message_that_cannot_be_read_whole(session, door, people, mailbox, make):
    person, client = people.usager(), session()
    assert refused(client, person, make()) == "554 5.6.0 message_illisible"
    assert mailbox(person) == []
    assert door.reception.receiving.taken == door.reception.filing.taken == 0
    assert client.sendmail(SENDER, [person.address], mail(person.address)) == {}  # the session goes on


HIDDEN = (
    b"\n.\n",
    b"\n.\r\n",
    b"\r\n.\n",
    b"\r.\r",
    b"\r\n.\r",
    b"\r.\r\n",
    b"\n\r\n.\n",
    b"\r\r\n.\r\r\n",
    b"\r\n\x00.\r\n",
    b"\r\n. \r\n",
)


@pytest.mark.parametrize("end", HIDDEN, ids=[repr(one)[2:-1] for one in HIDDEN])
def test_no_second_message_is_hidden_behind_an_end_that_is_none(session, people, mailbox, end):
    """SMTP smuggling: only <CRLF>.<CRLF> ends a message. Source: CVE-2023-51764, CVE-2024-27305."""
    person, other, client = people.usager(), people.usager(), session()
    inner = f"MAIL FROM:<chef@operateur.example>\r\nRCPT TO:<{other.address}>\r\nDATA\r\n".encode()
    client.mail(SENDER)
    client.rcpt(person.address)
    client.putcmd("DATA")
    assert client.getreply()[0] == 354
    client.send(HEAD + b"\r\nBonjour" + end + inner + HEAD + b"\r\nfaux\r\n.\r\n")
    code, words = client.getreply()
    assert code in (250, 554)
    if code == 554:
        assert said(code, words) == "554 5.6.0 message_illisible"
    assert client.noop()[0] == 250  # this is the next answer: nothing else was heard
    assert mailbox(other) == []


def test_a_message_too_big_as_announced_is_refused_before_it_is_sent(session):
    assert said(*session().mail(SENDER, ["size=26000000"])) == "552 5.3.4 message_trop_grand"


def test_a_message_bigger_than_announced(session, door, people, mailbox):
    person, client = people.usager(), session()
    assert client.mail(SENDER, ["size=1000"])[0] == 250
    client.rcpt(person.address)
    line = b"x" * 76 + b"\r\n"
    assert said(*client.data(HEAD + b"\r\n" + line * (26_000_000 // len(line)))) == "552 5.3.4 message_trop_grand"
    assert (mailbox(person), door.reception.receiving.taken) == ([], 0)
    assert client.sendmail(SENDER, [person.address], mail(person.address)) == {}


@pytest.mark.parametrize("line", [b"x" * 76 + b"\r\n", b"x" * 78], ids=["lines", "one line"])
def test_a_message_without_end_is_hung_up_on_and_never_held(door_with, connect, people, line):
    person = people.usager()
    with door_with(max_bytes=200_000) as place:
        client = connect(place)
        client.mail(SENDER)
        client.rcpt(person.address)
        client.putcmd("DATA")
        client.getreply()
        sent, held = 0, 0
        with pytest.raises(OSError):
            while sent < 100_000_000:
                client.sock.sendall(line * 1000)
                sent += len(line) * 1000
                held = max(held, place.reception.receiving.taken)
        assert held <= 200_020
        until(lambda: not place.reception.under_way)
        assert place.reception.receiving.taken == 0


def test_too_many_bytes_at_once_are_refused_for_now(door_with, connect, people, mailbox):
    person, body = people.usager(), (b"x" * 76 + b"\r\n") * 2_500
    with door_with(max_bytes=200_000) as place:
        clients = [connect(place) for _ in range(20)]
        for client in clients:
            begun(client, person, mail(person.address) + body)
        until(lambda: place.reception.receiving.taken > 0.9 * place.reception.receiving.size)
        answers = []
        for client in clients:
            client.send(b".\r\n")
            answers.append(client.getreply())
        accepted = [code for code, _ in answers if code == 250]
        held = {said(*answer) for answer in answers if answer[0] != 250}
        assert held == {"452 4.3.1 reception_saturee"}
        assert len(mailbox(person)) == len(accepted) >= 8
        assert place.reception.receiving.taken == place.reception.filing.taken == 0
        assert clients[-1].sendmail(SENDER, [person.address], mail(person.address)) == {}


# -- archives --------------------------------------------------------------------------------------------------
ARCHIVES = {
    "a path above": lambda of: archives.beside(of, **{"IHE_XDM/../../etc/passwd": b"x"}),
    "an absolute path": lambda of: archives.beside(of, **{"/etc/passwd": b"x"}),
    "a path of another system": lambda of: archives.beside(of, **{"IHE_XDM\\..\\x.pdf": b"x"}),
    "a drive": lambda of: archives.beside(of, **{"C:/x.pdf": b"x"}),
    "a symbolic link": lambda of: archives.with_link(of, "/etc/passwd"),
    "a bomb": lambda of: archives.beside(of, **{"IHE_XDM/SUBSET01/ZEROS.PDF": b"\0" * 61_000_000}),
    "a bomb in its metadata": lambda of: archives.zipped({archives.METADATA: b"<a>" + b" " * 8_000_000 + b"</a>"}),
    "thousands of members": lambda of: archives.beside(of, **{f"F{rank}": b"" for rank in range(5_000)}),
    "a member cut short": lambda of: archives.archive(of)[:-40],
    "not an archive": lambda of: b"PK\x03\x04",
    "a document that is not the one announced": lambda of: archives.zipped(
        archives.members(archives.archive(of)) | {archives.DOCUMENT: b"%PDF-1.4 autre"}
    ),
    "entities": lambda of: archives.zipped({archives.METADATA: b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>'}),
}


def with_archives(person, *data: bytes) -> bytes:
    return mail(person.address, files=tuple((archives.NAME, "application/zip", one) for one in data))


@pytest.mark.feature("S087")
@pytest.mark.parametrize("make", ARCHIVES.values(), ids=ARCHIVES.keys())
def test_an_archive_that_lies_or_would_harm(session, people, mailbox, make):
    person = people.usager()
    assert refused(session(), person, with_archives(person, make(person.matricule))) == "554 5.6.0 message_illisible"
    assert mailbox(person) == []


def test_archives_that_together_are_a_bomb(session, people, mailbox):
    person = people.usager()
    one = archives.inflating(person.matricule, 18)
    assert len(one) < 2_000_000
    client = session()
    assert client.sendmail(SENDER, [person.address], with_archives(person, one)) == {}
    assert refused(client, person, with_archives(person, one, one, one, one)) == "554 5.6.0 message_illisible"
    assert len(mailbox(person)) == 1


def test_a_bomb_inside_a_document_is_a_file_that_nobody_opens(session, people):
    from ens.messaging.services import list_threads, open_thread

    person = people.usager()
    data = archives.nested_bomb(person.matricule)
    assert session().sendmail(SENDER, [person.address], with_archives(person, data)) == {}
    (card,) = list_threads(person.usager_id, by=person.actor)
    (message,) = open_thread(card.id, by=person.actor).messages
    (piece,) = message.attachments
    assert piece.size < 1_000_000


@pytest.mark.feature("S087")
def test_an_archive_about_another_patient(session, people, mailbox):
    person, other = people.usager(), people.usager()
    data = with_archives(person, archives.archive(other.matricule))
    assert refused(session(), person, data) == "554 5.6.1 piece_autre_patient"
    assert mailbox(person) == []


# -- connections -----------------------------------------------------------------------------------------------
def begun(client, person, data: bytes) -> None:
    client.mail(SENDER)
    client.rcpt(person.address)
    client.putcmd("DATA")
    assert client.getreply()[0] == 354
    client.send(data)


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


# -- commands --------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "line",
    [
        b"NOOP " + b"x" * 2_000,
        b"NOOP " + b"x" * 500_000,
        b"MAIL FROM:<" + b"x" * 2_000 + b"@operateur.example>",
        b"\xff\xfe",
        b"\x00" * 100,
        b"",
        b"BONJOUR",
        b"AUTH PLAIN AGEAYg==",
        b"EXPN labo",
        b"MAIL FROM:<labo@operateur.example> AUTH=<>",
        b"MAIL FROM:<labo@operateur.example> SIZE=beaucoup",
        b"MAIL FROM:<labo@operateur.example> BODY=BINARYMIME",
        b"STARTTLS oui",
    ],
    ids=lambda line: repr(line[:24]),
)
def test_a_command_that_is_none_is_refused_and_the_session_goes_on(session, line):
    client = session()
    client.send(line + b"\r\n")
    assert said(*client.getreply()).split()[-1] == "commande_invalide"
    assert client.mail(SENDER)[0] == 250


@pytest.mark.parametrize("line", [b"DATA", b"RCPT TO:<185057512345673@patient.mssante.fr>"])
def test_a_command_whose_turn_it_is_not(session, line):
    client = session()
    client.send(line + b"\r\n")
    assert said(*client.getreply()) == "503 5.5.1 commande_hors_sequence"


def test_a_message_sent_without_waiting_is_not_heard_as_commands(session, people, mailbox):
    person, other, client = people.usager(), people.usager(), session()
    client.mail(SENDER)
    client.rcpt(person.address)
    hidden = f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{other.address}>\r\nDATA\r\n".encode()
    client.send(b"DATA\r\n" + hidden + HEAD + b"\r\nx\r\n.\r\n")
    assert said(*client.getreply()) == "503 5.5.1 commande_hors_sequence"
    assert is_closed(client)
    assert (mailbox(person), mailbox(other)) == ([], [])


def test_too_many_refusals_end_the_session(session, people):
    client = session()
    client.mail(SENDER)
    codes = [client.rcpt("123@patient.mssante.fr") for _ in range(20)]
    assert [code for code, _ in codes[:19]] == [550] * 19
    assert said(*codes[-1]) == "421 4.7.0 trop_de_refus"
    assert is_closed(client)


def test_refusals_that_are_not_waited_for_end_the_session_too(session, door, people, mailbox):
    person, client = people.usager(), session()
    good = f"MAIL FROM:<{SENDER}>\r\nRCPT TO:<{person.address}>\r\n".encode()
    client.send(b"RCPT\r\n" * 200 + good * 10)
    codes = [client.getreply()[0] for _ in range(20)]
    assert codes == [503] * 19 + [421]
    assert is_closed(client)
    until(lambda: not door.reception.under_way)


@pytest.mark.parametrize("command", ["NOOP", "RSET", "EHLO x", "VRFY a@b.fr", "HELP", f"MAIL FROM:<{SENDER}>\r\nRSET"])
def test_commands_that_lead_to_no_message_end_the_session(session, command):
    client = session()
    client.send((command + "\r\n").encode() * 300)
    codes = []
    while not codes or codes[-1] != 421:
        codes.append(client.getreply()[0])
    assert len(codes) < 110
    assert is_closed(client)


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


def test_nothing_that_a_client_says_is_written_in_the_logs(session, people, capfd):
    """aiosmtpd's own log quotes commands, and what is taken for one may be a message."""
    person, client = people.usager(), session()
    client.mail(SENDER)
    client.send(f"{person.matricule} INAYA\r\nRCPT TO:{person.address} x\r\nInaya-Michel\r\n".encode())
    for _ in range(3):
        said(*client.getreply())
    written = "".join(capfd.readouterr())
    assert "commande_invalide" in written
    assert not any(secret in written for secret in (person.matricule, "INAYA", "Inaya", SENDER))
