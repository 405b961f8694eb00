"""What the hostile senders of these tests share: a door in haste, and what is looked at after them."""

from __future__ import annotations

import smtplib
import ssl
import time
from pathlib import Path

import pytest

SENDER = "labo@operateur.example"
CODES = Path(__file__).resolve().parents[4] / "docs" / "interop" / "codes"


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


HEAD = b"From: labo@operateur.example\r\nSubject: hostile\r\nMIME-Version: 1.0\r\n"


def refused(client, person, data) -> str:
    client.mail(SENDER)
    client.rcpt(person.address)
    return said(*client.data(data))


def begun(client, person, data: bytes) -> None:
    client.mail(SENDER)
    client.rcpt(person.address)
    client.putcmd("DATA")
    assert client.getreply()[0] == 354
    client.send(data)
