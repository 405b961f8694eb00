"""The trust space passes strict checks, and lasts."""

from __future__ import annotations

import ipaddress
import json
import ssl
import stat
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.x509.verification import PolicyBuilder, Store

from ens.demonstration import certificates, places


def _read(path):
    return x509.load_pem_x509_certificate(path.read_bytes())


def test_every_certificate_holds_a_strict_verification(trust):
    verifier = PolicyBuilder().store(Store([_read(trust / "autorite.pem")]))
    issued = [path for path in trust.glob("*.pem") if path.name != "autorite.pem"]
    assert len(issued) == 3
    for path in issued:
        certificate = _read(path)
        verifier.build_client_verifier().verify(certificate, [])
        verifier.build_server_verifier(x509.DNSName("localhost")).verify(certificate, [])
        verifier.build_server_verifier(x509.IPAddress(ipaddress.ip_address("127.0.0.1"))).verify(certificate, [])
        assert certificate.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
        context = ssl.create_default_context(cafile=str(trust / "autorite.pem"))
        context.load_cert_chain(path, path.with_suffix(".key"))


def test_only_their_owner_reads_the_keys(trust):
    assert {stat.S_IMODE(path.stat().st_mode) for path in trust.iterdir()} == {0o600}
    assert stat.S_IMODE(trust.stat().st_mode) == 0o700


def test_another_start_keeps_them_and_the_ports(trust):
    before = {path.name: path.read_bytes() for path in trust.iterdir()}
    ports = places.read_json("ports.json")
    certificates.main()
    assert {path.name: path.read_bytes() for path in trust.iterdir()} == before
    assert places.read_json("ports.json") == ports


def test_a_certificate_near_its_end_is_made_again(trust, monkeypatch):
    before = _read(trust / "espace.pem")
    monkeypatch.setattr(certificates, "RENEWED_BEFORE", certificates.LIFE * 2)
    certificates.main()
    after, authority = _read(trust / "espace.pem"), _read(trust / "autorite.pem")
    assert after.serial_number != before.serial_number
    after.verify_directly_issued_by(authority)


def test_the_settings_of_the_processes_name_what_is_there(trust):
    settings = json.loads((trust.parent / "reglages.json").read_text())
    for name, value in settings.items():
        if name.endswith(("_CERT", "_CA")):
            assert x509.load_pem_x509_certificate(Path(value).read_bytes())
        elif name.endswith("_KEY"):
            assert serialization.load_pem_private_key(Path(value).read_bytes(), None)
    assert settings["ENS_COURRIEL_RELAY"].startswith("127.0.0.1:")
