"""The demonstration's trust space: an authority, our certificate, one for each operator. Strict checks pass.

``python -m ens.demonstration.certificates`` makes what is missing and writes ``reglages.json``: what the
processes of the space need to know of it. Keys have mode 600; nothing of it is used outside a demonstration.
"""

from __future__ import annotations

import ipaddress
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from ens.demonstration import places
from ens.demonstration.cast import of_kind

LIFE = timedelta(days=825)
RENEWED_BEFORE = timedelta(days=30)
COURRIEL = "courriel"
OURS = "patient.mssante.fr"  # the name our relay is known by


def main() -> None:
    folder = places.folder() / "certificats"
    folder.mkdir(mode=0o700, exist_ok=True)
    authority, key = _authority(folder)
    _issued(folder, "espace", ["localhost", OURS], authority, key)
    operators = of_kind("operateur")
    for operator in operators:
        _issued(folder, operator.operator, [operator.operator, "localhost"], authority, key)
    listeners = places.ports([COURRIEL, *(operator.operator for operator in operators)])
    places.write_json(
        "reglages.json",
        {
            "ENS_SMTP_CERT": str(folder / "espace.pem"),
            "ENS_SMTP_KEY": str(folder / "espace.key"),
            "ENS_SMTP_CA": str(folder / "autorite.pem"),
            "ENS_RELAY_CERT": str(folder / "espace.pem"),
            "ENS_RELAY_KEY": str(folder / "espace.key"),
            "ENS_RELAY_CA": str(folder / "autorite.pem"),
            "ENS_COURRIEL_RELAY": f"127.0.0.1:{listeners[COURRIEL]}",
            "ENS_COURRIERS": str(places.folder() / "courriers"),
            "ENS_COURRIERS_POSTES": "1",
            "ENS_COURRIER_ADRESSE": "Service d’information|TSA 00000|00000 Ville Cedex",
        },
    )


def _write(path: Path, data: bytes) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)


def _load(certificate: Path, key: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey] | None:
    """A pair still good for a while, else None."""
    if not certificate.exists() or not key.exists():
        return None
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    private = serialization.load_pem_private_key(key.read_bytes(), None)
    if found.not_valid_after_utc < datetime.now(UTC) + RENEWED_BEFORE:
        return None
    if not isinstance(private, ec.EllipticCurvePrivateKey):
        return None
    return found, private


def _builder(subject: x509.Name, public: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + LIFE)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _save(folder: Path, name: str, certificate: x509.Certificate, key: ec.EllipticCurvePrivateKey) -> None:
    form = serialization.PrivateFormat.PKCS8
    pem = key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption())
    _write(folder / f"{name}.key", pem)
    _write(folder / f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM))


def _authority(folder: Path) -> tuple[x509.Certificate, ec.EllipticCurvePrivateKey]:
    known = _load(folder / "autorite.pem", folder / "autorite.key")
    if known:
        return known
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Espace de confiance de la démonstration")])
    certificate = (
        _builder(subject, key.public_key())
        .issuer_name(subject)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(authority=True), critical=True)
        .sign(key, hashes.SHA256())
    )
    _save(folder, "autorite", certificate, key)
    for old in folder.glob("*.pem"):  # signed by the former authority
        if old.name != "autorite.pem":
            old.unlink()
    return certificate, key


def _issued(
    folder: Path, name: str, names: list[str], authority: x509.Certificate, authority_key: ec.EllipticCurvePrivateKey
) -> None:
    if _load(folder / f"{name}.pem", folder / f"{name}.key"):
        return
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
    alternative = [*(x509.DNSName(one) for one in names), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    issuer = x509.AuthorityKeyIdentifier.from_issuer_public_key(authority_key.public_key())
    both = [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH]
    certificate = (
        _builder(subject, key.public_key())
        .issuer_name(authority.subject)
        .add_extension(issuer, critical=False)
        .add_extension(x509.SubjectAlternativeName(alternative), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(authority=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(both), critical=False)
        .sign(authority_key, hashes.SHA256())
    )
    _save(folder, name, certificate, key)


if __name__ == "__main__":
    main()
