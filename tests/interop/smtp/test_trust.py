"""The trust space at the door: what its keepers publish is obeyed from the next message on, in open sessions too."""

from __future__ import annotations

import smtplib
import ssl
from types import SimpleNamespace

import pytest
from cryptography import x509

from ens.messaging.models import Operator, RevokedCertificate
from ens.messaging.services import allow_operator
from ens.messaging.types import OperatorRef
from ens.standards.certificates import presented

pytestmark = [pytest.mark.feature("S090")]


@pytest.fixture
def known(authority, session):
    """A session under a certificate, and whose it is."""
    issued = authority.issue_cert("smtp.groupe.example")
    certificate = presented(x509.load_pem_x509_certificate(issued.cert_chain_pems[0].bytes()))
    subjects = (certificate.subject,)
    allow_operator(OperatorRef("clinique.example", "Groupe", "127.0.0.1", 1, subjects=subjects))
    client = session(source=SimpleNamespace(issue_cert=lambda *_: issued))
    yield client, certificate
    RevokedCertificate.objects.all().delete()
    Operator.objects.filter(domain__in=("clinique.example", "a-l-essai.example")).delete()


def said(answer):
    return f"{answer[0]} {answer[1].decode().partition(':')[0]}"


def test_a_certificate_of_the_list_serves_the_domains_that_name_it_and_no_other(known):
    client, _ = known
    assert client.mail("labo@clinique.example")[0] == 250
    client.rset()
    assert said(client.mail("labo@operateur.example")) == "550 5.7.1 domaine_non_autorise"
    assert said(client.mail("labo@smtp.groupe.example")) == "550 5.7.1 domaine_non_autorise"


def test_a_certificate_revoked_during_a_session_is_heard_no_further(known):
    client, certificate = known
    assert client.mail("labo@clinique.example")[0] == 250
    client.rset()
    RevokedCertificate.objects.create(issuer=certificate.issuer, serial=certificate.serial)
    assert said(client.mail("labo@clinique.example")) == "554 5.7.1 certificat_revoque"


@pytest.mark.feature("S089")
def test_an_operator_under_test_is_told_whom_it_may_write_to(known, people):
    client, certificate = known
    allow_operator(OperatorRef("a-l-essai.example", "Essai", "", 25, True, (certificate.subject,)))
    assert client.mail("labo@a-l-essai.example")[0] == 250
    assert said(client.rcpt(people.usager().address)) == "550 5.7.1 operateur_en_test"
    assert client.rcpt("reponse.automatique-test@patient.mssante.fr")[0] == 250


def test_an_authority_given_without_its_root_is_believed_and_its_sisters_are_not(authority, door_with, connect):
    subordinate, sister = authority.create_child_ca(), authority.create_child_ca()
    with door_with(source=subordinate) as place:
        assert connect(place, source=subordinate).mail("labo@operateur.example")[0] == 250
        for other in (sister, authority):
            with pytest.raises((ssl.SSLError, smtplib.SMTPServerDisconnected), match="unknown ca"):
                connect(place, source=other).mail("labo@operateur.example")
