"""The allow-list of MSSanté domains as it is published: XML, signed as a whole by who keeps the trust space.

One row a domain and a certificate: an operator that writes from two servers has two rows for each domain it serves.
Source: ``listeblanchemssante.xml``, schema https://listeblanche.mssante.fr/schema; XML Signature 1.1, 4 and 8.
"""

from __future__ import annotations

import base64
import binascii
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography import x509
from lxml import etree
from signxml import DigestAlgorithm, SignatureConfiguration, SignatureMethod, XMLVerifier
from signxml.exceptions import InvalidCertificate, SignXMLException

from ens.standards.certificates import CertificateNotTrusted, name
from ens.standards.errors import StandardError
from ens.standards.xmlsafe import parse

NAMESPACE = "https://listeblanche.mssante.fr/schema"
ROOT = f"{{{NAMESPACE}}}ListeBlancheMSSante"
_CERTIFICATE = ".//{http://www.w3.org/2000/09/xmldsig#}X509Certificate"
_METHODS = frozenset(
    {
        SignatureMethod.RSA_SHA256,
        SignatureMethod.RSA_SHA384,
        SignatureMethod.RSA_SHA512,
        SignatureMethod.ECDSA_SHA256,
        SignatureMethod.ECDSA_SHA384,
        SignatureMethod.ECDSA_SHA512,
    }
)
_DIGESTS = frozenset({DigestAlgorithm.SHA256, DigestAlgorithm.SHA384, DigestAlgorithm.SHA512})


class TrustListUnreadable(StandardError):
    """Not the published form."""

    code = "liste_operateurs_illisible"
    message = "ce fichier n'est pas une liste blanche MSSanté"


class TrustListNotSigned(StandardError):
    """No signature, or one that is not of this content."""

    code = "liste_operateurs_signature"
    message = "la signature de cette liste manque ou n'est pas celle de ce contenu"


@dataclass(frozen=True, slots=True)
class ListedDomain:
    """``subject``: of a certificate of its operator, as ``certificates.name`` makes it; ``operator``: its holder."""

    domain: str
    description: str
    subject: str
    operator: str


@dataclass(frozen=True, slots=True)
class TrustList:
    """What was signed, and by whom: nothing outside the signature is read."""

    generated_at: datetime
    domains: tuple[ListedDomain, ...]
    remarks: tuple[tuple[int, str], ...]  # rank and reason of each row that is no domain
    signer: x509.Certificate


def read(data: bytes, at: datetime) -> TrustList:
    """Read a list whose signature holds, by a certificate valid then: who the signer is stays to be judged.

    Errors: TrustListUnreadable, TrustListNotSigned, CertificateNotTrusted, those of ``xmlsafe.parse``.
    """
    root = parse(data)
    if root.tag != ROOT:
        raise TrustListUnreadable()
    try:
        signer = x509.load_der_x509_certificate(base64.b64decode(root.findtext(_CERTIFICATE) or ""))
        configuration = SignatureConfiguration(
            location="./", signature_methods=_METHODS, digest_algorithms=_DIGESTS, verification_time=at
        )
        verified = XMLVerifier().verify(data, x509_cert=signer, expect_config=configuration)
    except InvalidCertificate as error:
        raise CertificateNotTrusted() from error
    except (SignXMLException, ValueError, binascii.Error, etree.LxmlError) as error:
        raise TrustListNotSigned() from error
    signed = None if isinstance(verified, list) else verified.signed_xml
    if signed is None or signed.tag != ROOT:
        raise TrustListNotSigned()
    domains, remarks = [], []
    for rank, row in enumerate(signed.iterfind(f"{{{NAMESPACE}}}ListeDomaines/{{{NAMESPACE}}}Domaine"), 1):
        said = {str(one.tag).rpartition("}")[2]: " ".join((one.text or "").split()) for one in row}
        domain, subject = said.get("Nom", "").lower(), said.get("DNCertificatOperateur", "")
        if not _is_domain(domain) or "=" not in subject:
            remarks.append((rank, "le nom du domaine ou celui du certificat manque"))
            continue
        domains.append(ListedDomain(domain, said.get("Description", ""), name(subject), _holder(subject) or domain))
    return TrustList(_moment(signed), tuple(domains), tuple(remarks), signer)


def _is_domain(text: str) -> bool:
    labels = text.split(".")
    return (
        len(text) <= 253
        and len(labels) > 1
        and all(label.replace("-", "").isalnum() and label.isascii() and len(label) <= 63 for label in labels)
    )


def _holder(subject: str) -> str:
    """The organisation of a certificate's name, as it is written."""
    for part in subject.split(","):
        kind, _, value = part.partition("=")
        if kind.strip().upper() == "O":
            return " ".join(value.replace('"', "").split())
    return ""


def _moment(signed: etree._Element) -> datetime:
    """Errors: TrustListUnreadable, without a date no list is known to be newer than another."""
    try:
        found = datetime.fromisoformat((signed.findtext(f"{{{NAMESPACE}}}DateDeGeneration") or "").strip())
    except ValueError as error:
        raise TrustListUnreadable() from error
    return found if found.tzinfo else found.replace(tzinfo=UTC)
