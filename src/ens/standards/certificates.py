"""X.509 certificates of the trust space: whose they are, who signed them, what was revoked. Plain facts, no decision.

Source: RFC 5280 (certificates, CRL), RFC 4514 (names as text), MSSanté ECO.1.1.5 and 1.1.6.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from cryptography.x509.oid import ExtensionOID
from cryptography.x509.verification import Criticality, ExtensionPolicy, PolicyBuilder, Store, VerificationError

from ens.standards.errors import StandardError

_BETWEEN = re.compile(r",\s*(?=(?:[A-Za-z]+|[0-9]+(?:\.[0-9]+)+)\s*=)")
SEPARATOR = "\x1f"  # in no name: a value that holds « ,O=… » cannot pass for two


class CertificateNotTrusted(StandardError):
    """No authority of ours signed it, or not for this day."""

    code = "certificat_non_reconnu"
    message = "ce certificat n'est pas signé par une autorité reconnue, ou n'est pas valable ce jour"


class RevocationsUnreadable(StandardError):
    """Not a CRL, or signed by none of our authorities."""

    code = "crl_illisible"
    message = "cette liste de révocation est illisible, ou n'est signée par aucune autorité reconnue"


@dataclass(frozen=True, slots=True)
class Presented:
    """A certificate whose chain TLS has verified. ``subject`` and ``issuer`` compare as ``name`` makes them."""

    subject: str
    issuer: str
    serial: str  # hexadecimal
    names: tuple[str, ...]  # DNS, lower case


@dataclass(frozen=True, slots=True)
class Revocations:
    """A CRL, whole or a delta. ``next_update``: when its authority promised another; it is kept after that.

    ``base``: of a delta, the oldest whole list it completes; ``lifted``: those it says are revoked no longer.
    """

    issuer: str
    number: int
    this_update: datetime
    next_update: datetime | None
    serials: frozenset[str]
    base: int | None = None
    lifted: frozenset[str] = frozenset()


def name(text: str) -> str:
    """A distinguished name written by hand or by software (RFC 2253, 4514), in the form that compares.

    Case, quotes, escapes, repeated spaces and order tell no two holders apart (RFC 4518); published lists vary in them.
    """
    pairs = [part.partition("=") for part in _BETWEEN.split(text)]
    return _joined(f"{kind.strip().lower()}={_plain(value)}" for kind, _, value in pairs)


def _joined(parts: Iterable[str]) -> str:
    return SEPARATOR.join(sorted(parts))


def _plain(value: str) -> str:
    return " ".join(value.replace('"', "").replace("\\", "").split()).casefold()


def _name_of(found: x509.Name) -> str:
    """As ``name`` of its text, taken from the attributes themselves."""
    return _joined(f"{one.rfc4514_attribute_name.lower()}={_plain(str(one.value))}" for one in found)


def presented(found: x509.Certificate) -> Presented:
    """What a certificate says of itself."""
    try:
        alternative = found.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        names = tuple(one.lower() for one in alternative.get_values_for_type(x509.DNSName))
    except x509.ExtensionNotFound:
        names = ()
    return Presented(_name_of(found.subject), _name_of(found.issuer), f"{found.serial_number:x}", names)


def authorities(pem: bytes) -> list[x509.Certificate]:
    """Those of a file of authorities."""
    return x509.load_pem_x509_certificates(pem)


def check_chain(found: x509.Certificate, trusted: Iterable[x509.Certificate], at: datetime) -> None:
    """One of the authorities signed it, whatever it is for, and it is valid then. Errors: CertificateNotTrusted."""
    constraints = ExtensionPolicy.permit_all().require_present(x509.BasicConstraints, Criticality.AGNOSTIC, None)
    policy = PolicyBuilder().store(Store(list(trusted))).time(at)
    policy = policy.extension_policies(ca_policy=constraints, ee_policy=ExtensionPolicy.permit_all())
    try:
        policy.build_client_verifier().verify(found, [])
    except VerificationError as error:
        raise CertificateNotTrusted() from error


def revocations(data: bytes, trusted: Iterable[x509.Certificate]) -> Revocations:
    """Read a CRL, whole or a delta (RFC 5280, 5.2.4), in PEM or DER, signed by one of the authorities.

    Errors: RevocationsUnreadable.
    """
    try:
        found = x509.load_pem_x509_crl(data) if data.lstrip().startswith(b"-----") else x509.load_der_x509_crl(data)
        signers = [one for one in trusted if one.subject == found.issuer]
        if not any(_is_signed(found, one.public_key()) for one in signers):
            raise RevocationsUnreadable()
        is_delta = any(one.oid == ExtensionOID.DELTA_CRL_INDICATOR for one in found.extensions)
        lifted = frozenset(f"{one.serial_number:x}" for one in found if _is_lifted(one)) if is_delta else frozenset()
        return Revocations(
            _name_of(found.issuer),
            found.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number,
            found.last_update_utc,
            found.next_update_utc,
            frozenset(f"{one.serial_number:x}" for one in found) - lifted,
            found.extensions.get_extension_for_class(x509.DeltaCRLIndicator).value.crl_number if is_delta else None,
            lifted,
        )
    except (ValueError, TypeError, x509.ExtensionNotFound) as error:
        raise RevocationsUnreadable() from error


def _is_lifted(entry: x509.RevokedCertificate) -> bool:
    """Whether a delta takes an entry off: its suspension ended."""
    try:
        reason = entry.extensions.get_extension_for_class(x509.CRLReason).value.reason
    except x509.ExtensionNotFound:
        return False
    return reason is x509.ReasonFlags.remove_from_crl


def _is_signed(found: x509.CertificateRevocationList, key: object) -> bool:
    return found.is_signature_valid(key)  # type: ignore[arg-type] # a key of a kind that signs nothing is a TypeError
