"""What is decided about an operator, a certificate or a mailbox is obeyed at once: nothing is started again."""

from __future__ import annotations

import re
import smtplib
import ssl
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.messaging.mails import mail
from tests.messaging.trust import Issued, Keepers
from tests.scenarios.conftest import Space, Visitor

pytestmark = [pytest.mark.space, pytest.mark.slow, pytest.mark.timeout(240)]
DOMAIN = "nouvel.mss.example"
SENDER = f"dr.martin@{DOMAIN}"


@pytest.mark.feature("S090", "S091", "N080")
def test_a_session_left_open_hears_each_decision_at_its_next_message(own_space: Space, tmp_path: Path) -> None:
    keepers = as_the_authority(own_space)
    operator = keepers.issue(f"CN={DOMAIN},O=Nouvel,C=FR", DOMAIN)
    with session(own_space, operator, tmp_path) as open_since:
        the_operator_is_put_and_taken_off(own_space, open_since)
        the_mailbox_is_published_and_leaves(own_space, open_since, tmp_path / "boites.txt")
        the_certificate_is_revoked(own_space, open_since, keepers.crl(operator, lasts_days=30), tmp_path / "r.crl")


def the_operator_is_put_and_taken_off(space: Space, open_since: smtplib.SMTP) -> None:
    known = ("operateurs", "ajouter", DOMAIN, "--nom", "Nouvel opérateur", "--serveur", "127.0.0.1:1")
    assert said(open_since.mail(SENDER)) == "554 operateur_inconnu"
    command(space, *known)
    writes(open_since, space)
    command(space, *known, "--essai")
    assert open_since.mail(SENDER)[0] == 250
    assert said(open_since.rcpt(inaya_of(space))) == "550 operateur_en_test"
    open_since.rset()
    for gone in ((*known, "--jusqu-au", "2020-01-01"), ("operateurs", "retirer", DOMAIN)):
        command(space, *gone)
        assert said(open_since.mail(SENDER)) == "554 operateur_inconnu"
        command(space, *known)
        writes(open_since, space)


def the_mailbox_is_published_and_leaves(space: Space, open_since: smtplib.SMTP, extract: Path) -> None:
    whole = (space.data / "demonstration" / "boites-mss.txt").read_text("utf-8")
    inaya = Visitor(space, "inaya")
    for text, is_verified, is_gone in (
        (whole, False, False),
        (f"{whole}PER|{SENDER}|||\n", True, False),
        (whole, False, True),
    ):
        extract.write_text(text, "utf-8")
        command(space, "import", "annuaire", str(extract))
        writes(open_since, space)
        page = newest(inaya)
        assert ("Adresse vérifiée" in page) is is_verified
        assert ("Son adresse n’est pas publiée" in page) is not is_verified
        assert ("n’est plus dans l’annuaire" in page) is is_gone


def the_certificate_is_revoked(space: Space, open_since: smtplib.SMTP, crl: bytes, file: Path) -> None:
    file.write_bytes(crl)
    command(space, "import", "revocations", str(file))
    assert said(open_since.mail(SENDER)) == "554 certificat_revoque"


def newest(inaya: Visitor) -> str:
    found = re.search(r'href="(/messages/[0-9a-f-]{36}/)"', inaya.get("/messages/"))
    assert found
    return inaya.get(found[1])


def as_the_authority(space: Space) -> Keepers:
    """Whoever holds the key of the demonstration's authority."""
    folder = space.data / "demonstration" / "certificats"
    certificate = x509.load_pem_x509_certificate((folder / "autorite.pem").read_bytes())
    key = serialization.load_pem_private_key((folder / "autorite.key").read_bytes(), None)
    keepers = Keepers(name=certificate.subject)
    keepers.__dict__["authority"] = Issued(certificate, key)
    return keepers


def session(space: Space, operator: Issued, folder: Path) -> smtplib.SMTP:
    place = space.contract["smtp"]
    (folder / "cert.pem").write_bytes(operator.pem + operator.key_pem)
    context = ssl.create_default_context(cafile=place["ca"])
    context.load_cert_chain(folder / "cert.pem")
    client = smtplib.SMTP(place["host"], place["port"], timeout=60)
    client.starttls(context=context)
    client.ehlo()
    return client


def command(space: Space, *words: str) -> None:
    done = space.ens(*words)
    assert done.returncode == 0, done.stdout + done.stderr


def inaya_of(space: Space) -> str:
    return str(space.one("usagers", "inaya")["address"])


def writes(client: smtplib.SMTP, space: Space) -> None:
    client.sendmail(SENDER, [inaya_of(space)], mail(inaya_of(space), sender=SENDER, label="Dr_Paul_MARTIN"))


def said(answer: tuple[int, bytes]) -> str:
    """The status and the reason."""
    return f"{answer[0]} {answer[1].decode().split(':')[0].split()[-1]}"
