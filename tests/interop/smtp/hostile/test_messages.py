"""Messages that cannot be read whole, are too big, or hide another: refused, nothing of them kept."""

from __future__ import annotations

import base64

import pytest

from tests.interop.smtp.hostile.conftest import HEAD, SENDER, begun, refused, said, until
from tests.messaging.mails import mail

pytestmark = pytest.mark.feature("B18")
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


@pytest.mark.feature("S087")
@pytest.mark.parametrize("make", UNREADABLE.values(), ids=UNREADABLE.keys())
def test_a_message_that_cannot_be_read_whole(session, door, people, mailbox, make):
    person, client = people.usager(), session()
    assert refused(client, person, make()) == "554 5.6.0 message_illisible"
    assert mailbox(person) == []
    assert door.reception.receiving.taken == door.reception.filing.taken == 0
    assert client.sendmail(SENDER, [person.address], mail(person.address)) == {}  # the session goes on


@pytest.mark.feature("B13")
@pytest.mark.parametrize(
    ("data", "french", "english"),
    [
        (HEAD + b"\r\n" + b"x" * 1_200 + b"\r\n", "une ligne depasse 998 octets.", "a line is over 998 bytes."),
        (b"\r\nsans en-tetes\r\n", "il n'a pas d'en-tetes.", "it has no headers."),
    ],
)
def test_a_refusal_says_its_reason_in_both_languages(session, people, data, french, english):
    client, person = session(), people.usager()
    client.mail(SENDER)
    client.rcpt(person.address)
    words = client.data(data)[1].decode()
    in_french, in_english = words.split(" / ", 1)
    assert in_french.endswith(f"message_illisible: Le message ne peut pas etre lu : {french}")
    assert f"nothing was kept. Reason: {english} http" in in_english


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
