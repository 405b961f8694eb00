"""The story goes through the space's real doors: FHIR as a software, SMTP as an operator."""

from __future__ import annotations

import base64
import hashlib
import json
import smtplib
import ssl
import urllib.error
import urllib.parse
import urllib.request
from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from ens.demonstration import places
from ens.demonstration.cast import Member
from ens.demonstration.sheets import unique_oid

PDSM = "https://interop.esante.gouv.fr/ig/fhir/pdsm/StructureDefinition/pdsm-"
MHD = "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-"


class DoorClosed(RuntimeError):
    """A door of the space refused a part of the story: a fault of ours."""


class Software:
    """A practice's or an establishment's software, under its own OAuth2 client."""

    def __init__(self, base_url: str, client_id: str) -> None:
        self._base = base_url
        self._client_id = client_id
        self._token = ""

    def _call(self, path: str, data: bytes | None, headers: dict[str, str]) -> Any:
        request = urllib.request.Request(self._base + path, data=data, headers=headers)  # noqa: S310 - our own address
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:  # noqa: S310 - idem
                return json.loads(answer.read())
        except urllib.error.HTTPError as error:
            raise DoorClosed(f"{path}: {error.code} {error.read()[:500].decode(errors='replace')}") from error

    def _headers(self) -> dict[str, str]:
        if not self._token:
            form = {
                "grant_type": "client_credentials",
                "client_id": self._client_id,
                "client_secret": places.client_secret(self._client_id),
            }
            self._token = self._call("/oauth2/token/", urllib.parse.urlencode(form).encode(), {})["access_token"]
        return {"Authorization": f"Bearer {self._token}", "Content-Type": "application/fhir+json"}

    def get(self, path: str) -> Any:
        return self._call(f"/fhir/{path}", None, self._headers())

    def file(self, bundle: dict[str, Any]) -> str:
        """ITI-65; gives the id of the first DocumentReference."""
        answer = self._call("/fhir", json.dumps(bundle).encode(), self._headers())
        places_ = [entry["response"]["location"] for entry in answer["entry"]]
        found = next(place for place in places_ if "DocumentReference/" in place)
        return found.split("DocumentReference/")[1].split("/")[0]


@dataclass(frozen=True, slots=True)
class Filing:
    """One document of the story, to file."""

    key: str
    patient: Member
    author: Member
    title: str
    type_code: str
    data: bytes
    media_type: str
    at: datetime
    replaces: str = ""
    labels: tuple[str, ...] = ()  # beside N: MASQUE_PS, INVISIBLE_REPRESENTANTS_LEGAUX


def bundle(filing: Filing) -> dict[str, Any]:
    """An ITI-65 transaction after the PDSm guide: List, DocumentReference, Binary."""
    list_url, reference_url, binary_url = (f"urn:uuid:{uuid5(NAMESPACE_OID, filing.key + part)}" for part in "ldb")
    patient = {"system": f"urn:oid:{filing.patient.oid}", "value": filing.patient.matricule}
    author = filing.author
    name: dict[str, Any] = {"text": author.name, "family": author.last_name}
    if author.first_names:
        name["given"] = [author.first_names]
    people: list[dict[str, Any]] = [
        {"resourceType": "Patient", "id": "patient", "identifier": [patient]},
        {
            "resourceType": "Practitioner",
            "id": "auteur",
            "identifier": [{"system": "urn:oid:1.2.250.1.71.4.2.1", "value": f"8{author.rpps}"}],
            "name": [name],
        },
    ]
    subject = {"reference": f"Patient?identifier={patient['system']}|{patient['value']}"}
    when = filing.at.isoformat(timespec="seconds")
    confidentiality = "http://terminology.hl7.org/CodeSystem/v3-Confidentiality"
    labels = [{"coding": [{"system": confidentiality, "code": "N"}]}]
    labels += [{"coding": [{"system": "urn:oid:1.2.250.1.213.1.1.4.13", "code": code}]} for code in filing.labels]
    document = {
        "resourceType": "DocumentReference",
        "meta": {"profile": [PDSM + "comprehensive-document-reference"]},
        "contained": people,
        "masterIdentifier": {"system": "urn:ietf:rfc:3986", "value": f"urn:oid:{unique_oid(filing.key)}"},
        "status": "current",
        "type": {"coding": [{"system": "http://loinc.org", "code": filing.type_code}]},
        "subject": subject,
        "date": when,
        "author": [{"reference": "#auteur", "display": author.name}],
        "securityLabel": labels,
        "content": [
            {
                "attachment": {
                    "contentType": filing.media_type,
                    "language": "fr-FR",
                    "url": binary_url,
                    "size": len(filing.data),
                    "hash": base64.b64encode(hashlib.sha1(filing.data, usedforsecurity=False).digest()).decode(),
                    "title": filing.title,
                    "creation": when,
                },
                "format": {"code": "urn:ihe:iti:xds:2017:mimeTypeSufficient"},
            }
        ],
        "context": {"period": {"start": when}, "sourcePatientInfo": {"reference": "#patient"}},
    }
    if filing.replaces:
        target = {"reference": f"DocumentReference/{filing.replaces}"}
        document["relatesTo"] = [{"code": "replaces", "target": target}]
    source = {"url": MHD + "sourceId", "valueIdentifier": {"system": "urn:ietf:rfc:3986", "value": "urn:oid:2.25.1"}}
    submission = {
        "resourceType": "List",
        "meta": {"profile": [PDSM + "submissionset-comprehensive"]},
        "contained": people,
        "extension": [source],
        "identifier": [
            {"use": "official", "system": "urn:ietf:rfc:3986", "value": f"urn:oid:{unique_oid('lot ' + filing.key)}"}
        ],
        "status": "current",
        "mode": "working",
        "code": {
            "coding": [{"system": "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes", "code": "submissionset"}]
        },
        "subject": subject,
        "date": when,
        "source": {"reference": "#auteur"},
        "entry": [{"item": {"reference": reference_url}}],
    }
    binary = {
        "resourceType": "Binary",
        "contentType": filing.media_type,
        "data": base64.b64encode(filing.data).decode(),
    }
    entries = (
        (list_url, "List", submission),
        (reference_url, "DocumentReference", document),
        (binary_url, "Binary", binary),
    )
    return {
        "resourceType": "Bundle",
        "type": "transaction",
        "meta": {"profile": [PDSM + "comprehensive-provide-document-bundle"]},
        "entry": [
            {"fullUrl": url, "request": {"method": "POST", "url": kind}, "resource": resource}
            for url, kind, resource in entries
        ],
    }


@dataclass(frozen=True, slots=True)
class Letter:
    """One message of the story, to send."""

    key: str
    sender: Member
    label: str
    recipient: Member
    subject: str
    text: str
    at: datetime
    files: tuple[tuple[str, bytes], ...] = ()
    ends: bool = False


def mail(letter: Letter, domain: str) -> EmailMessage:
    """The message as the operator sends it. Source: ECO.2.2."""
    message = EmailMessage(policy=SMTP)
    message["From"] = formataddr((letter.label, letter.sender.address))
    message["To"] = f"{letter.recipient.matricule}@{domain}"
    message["Subject"] = letter.subject
    message["Date"] = format_datetime(letter.at)
    message["Message-ID"] = f"<{letter.key}@{letter.sender.operator}>"
    message["X-MSS-INS"] = "O"
    message["X-MSS-NIL"] = "demonstration"
    if letter.ends:
        message["X-MSS-MES"] = "FIN"
    message.set_content(letter.text)
    for name, data in letter.files:
        subtype = "zip" if name.endswith(".zip") else "pdf"
        message.add_attachment(data, maintype="application", subtype=subtype, filename=name)
    boundary = f"piece-{hashlib.sha256(letter.key.encode()).hexdigest()[:24]}"
    if message.is_multipart():
        message.set_boundary(boundary)  # the same bytes each time: sent twice, kept once
    return message


def _sent(letter: Letter, domain: str) -> bytes:
    """Kept by the operator until the end of the story: told again, it is the same message, received once."""
    path = places.folder() / "envois" / f"{letter.key}.eml"
    if not path.exists():
        path.parent.mkdir(mode=0o700, exist_ok=True)
        places.write_whole(path, mail(letter, domain).as_bytes())
    return path.read_bytes()


def send(letter: Letter, *, host: str, port: int, domain: str) -> None:
    """Over SMTP, STARTTLS, the operator's client certificate."""
    folder = places.folder() / "certificats"
    context = ssl.create_default_context(cafile=str(folder / "autorite.pem"))
    context.load_cert_chain(folder / f"{letter.sender.operator}.pem", folder / f"{letter.sender.operator}.key")
    sent = _sent(letter, domain)
    with smtplib.SMTP(host, port, local_hostname=letter.sender.operator, timeout=60) as client:
        client.starttls(context=context)
        client.sendmail(letter.sender.address, [f"{letter.recipient.matricule}@{domain}"], sent)
