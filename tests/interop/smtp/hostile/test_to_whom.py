"""Addresses that nobody receives at, and what their senders are told."""

from __future__ import annotations

import pytest

from tests.interop.smtp.hostile.conftest import SENDER, said
from tests.messaging.mails import mail

pytestmark = pytest.mark.feature("B18")


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
