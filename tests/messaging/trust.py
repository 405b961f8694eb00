"""The keepers of a trust space of the tests: an authority, who signs the list, certificates, revocations."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from lxml import etree
from signxml import XMLSigner

SIGNER = "CN=liste.mssante.example,OU=123456789,O=Gardien des listes,ST=Paris (75),C=FR"
SCHEMA = "https://listeblanche.mssante.fr/schema"


def key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@dataclass
class Issued:
    certificate: x509.Certificate
    key: ec.EllipticCurvePrivateKey

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    @property
    def key_pem(self) -> bytes:
        form = serialization.PrivateFormat.PKCS8
        return self.key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())


@dataclass
class Keepers:
    """``issue``: a certificate of this name; ``signed_list``: the published form; ``crl``: what is revoked."""

    number: int = 0
    name: x509.Name = field(default_factory=lambda: x509.Name.from_rfc4514_string("CN=AC du test,O=Essai,C=FR"))

    @cached_property
    def authority(self) -> Issued:
        own = key()
        return Issued(self._built(self.name, own, own, days=3650, is_authority=True), own)

    @cached_property
    def signer(self) -> Issued:
        return self.issue(SIGNER)

    def issue(self, subject: str, *names: str, days: int = 90) -> Issued:
        own = key()
        name = x509.Name.from_rfc4514_string(subject)
        return Issued(self._built(name, own, self.authority.key, names=names, days=days), own)

    def _built(self, subject, own, signing, *, names=(), days, is_authority=False) -> x509.Certificate:
        start = datetime.now(UTC) - timedelta(days=max(1, 1 - days))
        made = (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self.name)
            .public_key(own.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(start - timedelta(days=1))
            .not_valid_after(datetime.now(UTC) + timedelta(days=days))
            .add_extension(x509.BasicConstraints(ca=is_authority, path_length=None), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(own.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False)
        )
        if names:
            alternative = x509.SubjectAlternativeName([x509.DNSName(one) for one in names])
            made = made.add_extension(alternative, critical=False)
        return made.sign(signing, hashes.SHA256())

    def signed_list(self, *rows: tuple[str, str], at: datetime | None = None, by: Issued | None = None) -> bytes:
        """``rows``: domain and name of a certificate."""
        by = by or self.signer
        root = etree.fromstring(self.plain_list(*rows, at=at))
        signer = XMLSigner(signature_algorithm="ecdsa-sha256", c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")
        signed = signer.sign(root, key=by.key_pem, cert=by.pem.decode())
        return etree.tostring(signed, xml_declaration=True, encoding="UTF-8")

    def plain_list(self, *rows: tuple[str, str], at: datetime | None = None) -> bytes:
        moment = (at or datetime.now(UTC)).isoformat(timespec="seconds")
        domains = "".join(
            f"<Domaine><Nom>{domain}</Nom><Description>Domaine de {domain}</Description>"
            f"<DNCertificatOperateur>{subject}</DNCertificatOperateur><SupportContact>01</SupportContact></Domaine>"
            for domain, subject in rows
        )
        return (
            f'<ListeBlancheMSSante xmlns="{SCHEMA}"><DateDeGeneration>{moment}</DateDeGeneration>'
            f"<ListeDomaines>{domains}</ListeDomaines></ListeBlancheMSSante>"
        ).encode()

    def crl(
        self,
        *revoked: Issued,
        number: int = 1,
        lasts_days: int = 1,
        at: datetime | None = None,
        base: int | None = None,
        lifted: tuple[Issued, ...] = (),
    ) -> bytes:
        """``base``: of a delta, the list that it completes; ``lifted``: those it takes off."""
        moment = at or datetime.now(UTC) - timedelta(days=2)
        made = (
            x509.CertificateRevocationListBuilder()
            .issuer_name(self.name)
            .last_update(moment)
            .next_update(moment + timedelta(days=lasts_days))
            .add_extension(x509.CRLNumber(number), critical=False)
        )
        if base is not None:
            made = made.add_extension(x509.DeltaCRLIndicator(base), critical=True)
        for one in (*revoked, *lifted):
            entry = x509.RevokedCertificateBuilder().serial_number(one.certificate.serial_number)
            if one in lifted:
                entry = entry.add_extension(x509.CRLReason(x509.ReasonFlags.remove_from_crl), critical=False)
            made = made.add_revoked_certificate(entry.revocation_date(moment).build())
        return made.sign(self.authority.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)
