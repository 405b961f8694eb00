"""The trust space follows the signed list and the revocations that its keepers publish, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.conf import settings

from ens.kernel.actor import Actor, ActorKind
from ens.messaging import trustspace
from ens.messaging.errors import (
    AuthoritiesMissing,
    CertificateRevoked,
    OperatorUnknown,
    SenderNotAllowed,
    TrustFileOlder,
    TrustFileRefused,
    TrustListTooShort,
    TrustSignerUnknown,
)
from ens.messaging.models import Operator, RevocationList, RevokedCertificate, SignedList
from ens.messaging.services import allow_operator, check_sender, check_server, trust
from ens.messaging.types import OperatorRef
from ens.standards import trustlist
from ens.standards.certificates import name, presented
from tests.messaging.trust import SIGNER, Keepers

BY = Actor(ActorKind.PILOTAGE, "essai", "Exploitant")
MIPIH = "CN=smtp.regional.example,OU=318310021300028,O=GIP Régional,ST=Haute-Garonne (31),C=FR"
OTHER = "CN=smtp.autre.example,O=Autre,C=FR"
pytestmark = pytest.mark.feature("S090")


@pytest.fixture
def keepers(db, tmp_path, monkeypatch):
    found = Keepers()
    (tmp_path / "ca.pem").write_bytes(found.authority.pem)
    monkeypatch.setattr(settings, "ENS_SMTP_CA", str(tmp_path / "ca.pem"))
    monkeypatch.setattr(settings, "ENS_OPERATORS_SIGNER", SIGNER)
    monkeypatch.setattr(settings, "ENS_OPERATORS_TEST_SIGNER", SIGNER)
    for model in (SignedList, RevocationList, RevokedCertificate):
        model.objects.all().delete()
    Operator.objects.filter(is_listed=True).delete()
    yield found
    for model in (SignedList, RevocationList, RevokedCertificate):
        model.objects.all().delete()
    Operator.objects.filter(is_listed=True).delete()


@pytest.fixture
def bring():
    def act(data, *, what=trust.import_domains, **options):
        return what(data, by=BY, **options)

    return act


def shown(issued):
    return presented(issued.certificate)


# -- the signed list ------------------------------------------------------------------------------------------------
def test_a_domain_is_served_under_the_certificates_that_the_list_names(keepers, bring):
    one, two = keepers.issue(MIPIH), keepers.issue(OTHER)
    report = bring(keepers.signed_list(("chu.mssante.example", MIPIH), ("labo.mssante.example", OTHER)))
    assert report.written == {"nouveaux": 2, "changés": 0, "partis": 0}
    assert check_sender("labo@chu.mssante.example", shown(one)).id == "chu.mssante.example"
    assert check_sender("labo@chu.mssante.example", shown(one)).name == "GIP Régional"
    with pytest.raises(SenderNotAllowed):
        check_sender("labo@chu.mssante.example", shown(two))
    with pytest.raises(SenderNotAllowed):
        check_sender("labo@ailleurs.example", shown(one))
    with pytest.raises(OperatorUnknown):
        check_sender("labo@chu.mssante.example", shown(keepers.issue("CN=smtp.regional.example,O=Un homonyme,C=FR")))
    assert check_sender("", shown(one)).id == "chu.mssante.example"  # a report is its operator's


def test_one_operator_has_several_certificates_and_several_domains(keepers, bring):
    second = MIPIH.replace("smtp.", "smtp2.")
    bring(keepers.signed_list(("a.example", MIPIH), ("a.example", second), ("b.example", second)))
    for subject in (MIPIH, second):
        assert check_sender("x@a.example", shown(keepers.issue(subject))).id == "a.example"
    assert trustspace.is_of_operator("b.example", "a.example")
    assert not trustspace.is_of_operator("b.example", "ailleurs.example")


@pytest.mark.parametrize(
    "written",
    [
        "CN=smtp.regional.example , OU=318310021300028, O=GIP Régional, ST=Haute-Garonne (31), C=FR",
        'CN=SMTP.regional.example,OU=318310021300028,O="GIP   Régional",ST=Haute-Garonne (31),C=FR',
        "C=FR,ST=Haute-Garonne (31),O=GIP Régional,OU=318310021300028,CN=smtp.regional.example",
    ],
)
def test_a_name_is_known_however_the_list_writes_it(keepers, written):
    assert name(written) == shown(keepers.issue(MIPIH)).subject


def test_a_value_that_looks_like_two_is_one(keepers):
    """A holder called « x,O=GIP Régional » is not the GIP Régional."""
    from cryptography import x509
    from cryptography.x509.oid import NameOID

    sly = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "smtp.regional.example,O=GIP")])
    issued = keepers.issue(sly.rfc4514_string())
    assert shown(issued).subject != name("CN=smtp.regional.example,O=GIP")


def test_what_the_list_has_no_more_is_heard_no_more_and_comes_back_when_it_does(keepers, bring):
    before = datetime.now(UTC) - timedelta(hours=3)
    rows = [(f"d{rank}.example", MIPIH) for rank in range(5)]
    bring(keepers.signed_list(*rows, at=before))
    report = bring(keepers.signed_list(*rows[1:], at=before + timedelta(hours=1)))
    assert report.written["partis"] == 1
    with pytest.raises(SenderNotAllowed):
        check_sender("x@d0.example", shown(keepers.issue(MIPIH)))
    report = bring(keepers.signed_list(*rows, at=before + timedelta(hours=2)))
    assert report.written == {"nouveaux": 0, "changés": 1, "partis": 0}
    assert check_sender("x@d0.example", shown(keepers.issue(MIPIH)))


def test_an_older_list_puts_nobody_back_and_the_same_one_changes_nothing(keepers, bring):
    now = datetime.now(UTC)
    old, new = (
        keepers.signed_list(("a.example", MIPIH), ("b.example", MIPIH), at=now - timedelta(days=1)),
        keepers.signed_list(("a.example", MIPIH), at=now),
    )
    bring(new)
    assert bring(new).written == {}
    with pytest.raises(TrustFileOlder):
        bring(old)
    assert not Operator.objects.filter(domain="b.example").exists()


def test_a_list_that_would_take_most_of_them_off_asks_first(keepers, bring):
    now = datetime.now(UTC)
    bring(keepers.signed_list(*((f"d{rank}.example", MIPIH) for rank in range(4)), at=now - timedelta(days=1)))
    short = keepers.signed_list(("d0.example", MIPIH), at=now)
    with pytest.raises(TrustListTooShort):
        bring(short)
    assert bring(short, accept_gone=True).written["partis"] == 3


def test_only_the_named_signer_is_believed_and_only_for_what_was_signed(keepers, bring, monkeypatch):
    row = ("a.example", MIPIH)
    good = keepers.signed_list(row)
    stranger = Keepers()
    for refused in (
        keepers.plain_list(row),
        good.replace(b"a.example", b"e.example"),
        keepers.signed_list(row, by=keepers.issue(OTHER)),  # an operator of the same authority
        stranger.signed_list(row, by=stranger.issue(SIGNER)),
        keepers.signed_list(row, at=datetime.now(UTC) + timedelta(days=2)),
        good[: len(good) // 2],
        b"<a/>",
        b"",
    ):
        with pytest.raises(TrustFileRefused):
            bring(refused)
    with pytest.raises(TrustFileRefused):  # a second list, beside the signed one
        bring(b"<deux>" + good.partition(b"?>")[2].lstrip() + keepers.plain_list(("e.example", OTHER)) + b"</deux>")
    with pytest.raises(TrustFileRefused, match="pas valable ce jour"):
        bring(keepers.signed_list(row, by=keepers.issue(SIGNER, days=-1)))
    assert not Operator.objects.filter(is_listed=True).exists()
    monkeypatch.setattr(settings, "ENS_OPERATORS_SIGNER", "")
    with pytest.raises(TrustSignerUnknown):
        bring(good)
    monkeypatch.setattr(settings, "ENS_OPERATORS_SIGNER", SIGNER)
    monkeypatch.setattr(settings, "ENS_SMTP_CA", "")
    with pytest.raises(AuthoritiesMissing):
        bring(good)


def test_what_is_outside_the_signature_is_not_read(keepers):
    """Signature wrapping: the signed list moved aside, another put in its place."""
    good = keepers.signed_list(("a.example", MIPIH))
    added = b"<Domaine><Nom>e.example</Nom><DNCertificatOperateur>CN=e</DNCertificatOperateur></Domaine>"
    for moved in (
        good.replace(b"</ListeDomaines>", added + b"</ListeDomaines>"),
        good.replace(b"<ListeDomaines>", b"<ListeDomaines>" + added),
    ):
        with pytest.raises(trustlist.TrustListNotSigned):
            trustlist.read(moved, datetime.now(UTC))


def test_a_row_without_its_facts_is_told_and_keeps_nothing_from_the_others(keepers, bring):
    report = bring(
        keepers.signed_list(("a.example", MIPIH), ("sans-point", MIPIH), ("b.example", ""), ("é.example", MIPIH))
    )
    assert [rank for rank, _ in report.refused] == [2, 3, 4]
    assert set(Operator.objects.filter(is_listed=True).values_list("domain", flat=True)) == {"a.example"}


def test_a_domain_put_by_hand_keeps_where_its_mail_goes_when_the_list_has_it(keepers, bring):
    allow_operator(OperatorRef("main.example", "À la main", "10.0.0.1", 2525))
    bring(keepers.signed_list(("main.example", MIPIH)))
    found = trustspace.operator_of("main.example")
    assert (found.name, found.host, found.port, found.subjects) == ("GIP Régional", "10.0.0.1", 2525, (name(MIPIH),))


# -- operators under test -------------------------------------------------------------------------------------------
@pytest.mark.feature("S089")
def test_an_operator_under_test_writes_to_the_test_address_and_to_nobody_else(keepers, bring, people):
    from ens.messaging.errors import TestOperatorApart
    from ens.messaging.services import check_recipient

    bring(keepers.signed_list(("essai.example", OTHER)), is_test=True)
    operator = check_sender("x@essai.example", shown(keepers.issue(OTHER)))
    check_recipient(f"reponse.automatique-test@{settings.ENS_MAIL_DOMAIN}", by=operator)
    for address in (people.usager().address, f"279035121518989@{settings.ENS_MAIL_DOMAIN}", "personne"):
        with pytest.raises(TestOperatorApart):
            check_recipient(address, by=operator)


def test_the_list_of_tests_takes_no_domain_of_the_national_one(keepers, bring):
    bring(keepers.signed_list(("a.example", MIPIH)))
    bring(keepers.signed_list(("a.example", OTHER), ("essai.example", OTHER)), is_test=True)
    assert trustspace.operator_of("a.example").subjects == (name(MIPIH),)
    assert trustspace.operator_of("essai.example").is_test


# -- revocations ----------------------------------------------------------------------------------------------------
def revoke(bring, data):
    return bring(data, what=trust.import_revocations)


def test_a_revoked_certificate_is_heard_no_more_nor_written_to(keepers, bring):
    one, two = keepers.issue(MIPIH), keepers.issue(MIPIH)
    bring(keepers.signed_list(("a.example", MIPIH)))
    assert revoke(bring, keepers.crl(one)).written == {"révoqués": 1, "levés": 0}
    operator = trustspace.operator_of("a.example")
    for act in (lambda: check_sender("x@a.example", shown(one)), lambda: check_server(operator, shown(one))):
        with pytest.raises(CertificateRevoked):
            act()
    assert check_sender("x@a.example", shown(two))
    check_server(operator, shown(two))
    with pytest.raises(OperatorUnknown):
        check_server(operator, shown(keepers.issue(OTHER)))


def test_the_last_valid_revocations_are_kept_when_they_are_overdue(keepers, bring):
    one = keepers.issue(MIPIH)
    revoke(bring, keepers.crl(one, lasts_days=1))  # promised another yesterday
    assert trustspace.is_revoked(shown(one))
    for refused in (Keepers().crl(number=5), b"", b"-----BEGIN X509 CRL-----"):
        with pytest.raises(TrustFileRefused):
            revoke(bring, refused)
    assert trustspace.is_revoked(shown(one))
    with pytest.raises(TrustFileRefused):
        revoke(bring, keepers.crl(number=9, at=datetime.now(UTC) + timedelta(days=3)))


def test_a_newer_crl_replaces_the_one_held_and_an_older_one_does_not(keepers, bring):
    one, two = keepers.issue(MIPIH), keepers.issue(OTHER)
    revoke(bring, keepers.crl(one, number=7))
    assert revoke(bring, keepers.crl(two, number=8)).written == {"révoqués": 1, "levés": 1}
    assert trustspace.is_revoked(shown(two))
    assert not trustspace.is_revoked(shown(one))
    with pytest.raises(TrustFileOlder):
        revoke(bring, keepers.crl(one, number=7))
    assert revoke(bring, keepers.crl(two, number=8)).written == {}


def test_a_delta_completes_the_list_held_and_never_another(keepers, bring):
    one, two, three = (keepers.issue(MIPIH) for _ in range(3))
    for nothing_held in (None, keepers.crl(one, two, number=6)):
        if nothing_held:
            revoke(bring, nothing_held)
        with pytest.raises(TrustFileRefused):
            revoke(bring, keepers.crl(three, number=9, base=7))
    revoke(bring, keepers.crl(one, two, number=7))
    assert revoke(bring, keepers.crl(three, number=9, base=7, lifted=(two,))).written == {"révoqués": 1, "levés": 1}
    assert [trustspace.is_revoked(shown(each)) for each in (one, two, three)] == [True, False, True]
    with pytest.raises(TrustFileOlder):
        revoke(bring, keepers.crl(two, number=8, base=7))
    assert revoke(bring, keepers.crl(one, three, number=9)).written == {}  # the whole list of that number: the same
    with pytest.raises(TrustFileRefused):
        revoke(bring, Keepers().crl(one, number=12, base=9))
    assert revoke(bring, keepers.crl(two, number=10)).written == {"révoqués": 1, "levés": 2}


def test_a_list_signed_by_a_revoked_certificate_is_refused(keepers, bring):
    revoke(bring, keepers.crl(keepers.signer))
    with pytest.raises(TrustFileRefused):
        bring(keepers.signed_list(("a.example", MIPIH)))


# -- what the operator of the space sees ------------------------------------------------------------------------------
def test_the_state_says_what_is_in_force_and_what_is_overdue(keepers, bring, monkeypatch, tmp_path):
    from ens.cli.trust import _told

    (tmp_path / "nous.pem").write_bytes(keepers.issue("CN=patient.mssante.example", days=10).pem)
    monkeypatch.setattr(settings, "ENS_SMTP_CERT", str(tmp_path / "nous.pem"))
    facts, _ = _told(trustspace.state())
    no_list, no_revocations, _ = facts["warnings"]
    assert no_list == "Aucune liste signée des domaines."
    assert no_revocations.startswith("Révocations de c=fr, cn=ac du test, o=essai : aucune liste.")
    bring(keepers.signed_list(("a.example", MIPIH), at=datetime.now(UTC) - timedelta(days=9)))
    revoke(bring, keepers.crl(keepers.issue(MIPIH)))
    facts, said = _told(trustspace.state())
    assert [one["kind"] for one in facts["published"]] == ["domaines", "revocations"]
    old, overdue, ends = facts["warnings"]
    assert old == "Liste des domaines : vieille de 9 jours."
    assert overdue.startswith("Révocations de c=fr, cn=ac du test, o=essai : dépassées depuis le ")
    assert "(9 jours)" in said[1]
    assert ends.startswith(f"Certificat {tmp_path / 'nous.pem'} : finit le ")
    assert said[-1] == f"Attention : {ends}"
