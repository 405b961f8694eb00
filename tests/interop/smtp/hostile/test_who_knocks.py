"""Who knocks at the mail door without being let in, and what they are told."""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC, datetime

import pytest
import trustme

from tests.interop.smtp.hostile.conftest import SENDER, said, until

pytestmark = pytest.mark.feature("B18")


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
