"""Two real operators and a relay, in a process of their own."""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import ssl
import subprocess
import sys
import time

import pytest

from ens.demonstration import places
from ens.demonstration.certificates import COURRIEL
from tests.scenarios.conftest import kept

DOCTORS, HOSPITAL = "medecins.mss.example", "hopital.mss.example"
RAW = b"From: 289456789012325@patient.mssante.fr\r\nSubject: =?utf-8?q?R=C3=A9ponse?=\r\n\r\nMerci \xe9.\r\n"
pytestmark = pytest.mark.slow


@pytest.fixture
def running(trust):
    process = subprocess.Popen([sys.executable, "-m", "ens.demonstration.operators"], env=dict(os.environ))
    try:
        for port in places.read_json("ports.json").values():
            _wait_for(port, process)
        yield process
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
        assert process.wait(10) == 0  # told to stop, it stops


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        assert process.poll() is None
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise AssertionError(f"nobody listens to {port}")


def _send(trust, domain: str, recipient: str, *, as_: str | None, tls: bool = True) -> None:
    with smtplib.SMTP("127.0.0.1", places.read_json("ports.json")[domain], timeout=10) as client:
        if tls:
            context = ssl.create_default_context(cafile=str(trust / "autorite.pem"))
            context.verify_flags |= ssl.VERIFY_X509_STRICT
            if as_:
                context.load_cert_chain(trust / f"{as_}.pem", trust / f"{as_}.key")
            client.starttls(context=context)
        client.sendmail("289456789012325@patient.mssante.fr", [recipient], RAW)


def _box(name: str) -> list[bytes]:
    return kept(places.folder() / "boites" / name)


@pytest.mark.feature("S092")
def test_each_operator_keeps_what_our_relay_gives_it_as_it_came(running, trust):
    _send(trust, DOCTORS, f"docteur.dupond@{DOCTORS}", as_="espace")
    _send(trust, HOSPITAL, f"paul.andre@{HOSPITAL}", as_="espace")
    assert _box(DOCTORS) == [f"X-Envelope-To: docteur.dupond@{DOCTORS}\r\n".encode() + RAW]
    assert _box(HOSPITAL) == [f"X-Envelope-To: paul.andre@{HOSPITAL}\r\n".encode() + RAW]


@pytest.mark.feature("S090")
def test_an_operator_hears_nobody_else(running, trust):
    with pytest.raises((smtplib.SMTPException, OSError)):  # TLS 1.3 says it at the first command
        _send(trust, DOCTORS, f"docteur.dupond@{DOCTORS}", as_=None)
    with pytest.raises(smtplib.SMTPSenderRefused, match="certificat"):  # of the authority, but not ours
        _send(trust, DOCTORS, f"docteur.dupond@{DOCTORS}", as_=HOSPITAL)
    with pytest.raises(smtplib.SMTPException):
        _send(trust, DOCTORS, f"docteur.dupond@{DOCTORS}", as_=None, tls=False)
    with pytest.raises(smtplib.SMTPRecipientsRefused):
        _send(trust, DOCTORS, f"paul.andre@{HOSPITAL}", as_="espace")
    assert _box(DOCTORS) == []


def test_the_relay_of_personal_addresses_keeps_the_notices(running, trust):
    with smtplib.SMTP("127.0.0.1", places.read_json("ports.json")[COURRIEL], timeout=10) as client:
        client.sendmail("espace@patient.mssante.fr", ["inaya.michel@courriel.example"], RAW)
    assert [one.endswith(RAW) for one in _box(COURRIEL)] == [True]
