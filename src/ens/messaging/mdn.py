"""What is told to who asked what became of their message: read, or its documents taken. Pure: facts in, mail out.

Three parts: words for people, the disposition for software, and the headers of the message it is about — never its
body, which the sender has. The envelope has no sender: nothing comes back to it.
Source: RFC 8098, 3; STANDARDS, acknowledgement of integration (référentiel MSSanté).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email.message import EmailMessage, Message
from email.mime.message import MIMEMessage
from email.mime.multipart import MIMEMultipart
from email.parser import BytesParser
from email.policy import SMTP, compat32
from email.utils import format_datetime, formataddr

from ens.messaging.bounds import in_unicode
from ens.messaging.explained import EXPLAINED, page_of
from ens.messaging.mime import said_in
from ens.messaging.words import unencoded

AGENT = "ens; Mon espace sante"
OTHER = "207"  # « Application internal error ». Source: HL7, table 0357, as the other codes
CODES = {
    "document_vide": "101",
    "cda_invalide": "102",
    "type_different": "102",
    "date_invraisemblable": "102",
    "type_inconnu": "103",
}


@dataclass(frozen=True, slots=True)
class About:
    """A message that came, and who tells of it."""

    headers: bytes  # of the message, as they came
    message_id: str
    subject: str  # with its prefix
    address: str  # of the usager's mailbox
    label: str  # as its sender may read it
    to: str
    at: datetime


def displayed(about: About, own_id: str) -> bytes:
    """The read receipt, sent because the usager agreed."""
    words = (
        "Votre message a été affiché par son destinataire, qui a accepté de vous le dire.\r\n"
        "Cela ne veut pas dire qu'il a été lu en entier, ni compris.\r\n\r\n"
        "Your message was displayed to its recipient, who agreed to tell you.\r\n"
    )
    return _mail(about, own_id, f"Lu : {about.subject}", words, "manual-action/MDN-sent-manually; displayed")


def integrated(about: About, own_id: str) -> bytes:
    """Every document of the archive can be filed by the usager."""
    words = (
        "Les documents de votre message ont été reçus ; le destinataire peut les enregistrer dans son dossier.\r\n\r\n"
        "The documents of your message were received; the recipient can file them.\r\n"
    )
    disposition = "automatic-action/MDN-sent-automatically; processed"
    return _mail(about, own_id, f"[OK Intégration système !] {about.subject}", words, disposition)


def not_integrated(about: About, own_id: str, refusals: list[tuple[str, str]]) -> bytes:
    """``refusals``: the reason code of each document that cannot be filed, and its French sentence."""
    code = code_of(refusals[0][0])
    said = "\r\n".join(f"- {code_of(reason)} ({reason}) : {sentence}" for reason, sentence in refusals)
    words = (
        "Votre message a été remis, mais un document au moins ne peut pas être enregistré dans le dossier :\r\n"
        f"{said}\r\n\r\n"
        "Your message was delivered, but at least one document cannot be filed in the record.\r\n"
    )
    subject = f"[KO Intégration système !][{code}] {about.subject}"
    disposition = "automatic-action/MDN-sent-automatically; processed/error"
    return _mail(about, own_id, subject, words, disposition, [f"{code_of(one)}^{one}" for one, _ in refusals])


def code_of(reason: str) -> str:
    return CODES.get(reason, OTHER)


def headers_of(raw: bytes) -> bytes:
    """The message's headers, as they came, their end included."""
    return raw.partition(b"\r\n\r\n")[0] + b"\r\n\r\n"


def subject_of(headers: bytes) -> str:
    """As the sender wrote it, its prefix included: their software finds the message again by it."""
    read = Message(policy=compat32)
    for name, value in BytesParser(policy=compat32).parsebytes(headers, headersonly=True).raw_items():
        if name.lower() == "subject":
            read.set_raw("Subject", in_unicode(value))
            break
    return said_in(read, "Subject")[:200]  # encoding a long one costs its square


def kept_aside(about: About, own_id: str, files: list[tuple[str, str]]) -> bytes:
    """A delivery report: the message is delivered, these files (name, reason code) are not opened. RFC 3464, 2."""
    codes = list(dict.fromkeys(code for _, code in files))
    words = "\r\n".join(
        (
            "Votre message a été remis. Des pièces jointes ont été mises à part :\r\n",
            *(_told_aside(code, [name for name, its in files if its == code]) for code in codes),
            "Your message was delivered; these attachments were set aside.",
            *(EXPLAINED[code].english for code in codes),
            "",
        )
    )
    whole = [("Reporting-MTA", f"dns; {about.address.rpartition('@')[2]}")]
    one = [
        ("Final-Recipient", f"rfc822; {about.address}"),
        ("Action", "delivered"),
        ("Status", "2.6.4"),  # conversion with loss performed. Source: RFC 3463, 3.7
        ("Diagnostic-Code", f"X-ens; {' '.join(codes)}"),
    ]
    told = Message(policy=compat32)
    told["Content-Type"] = "message/delivery-status"
    told.set_payload([_block(whole), _block(one)])
    return _report(about, own_id, f"Pièce jointe mise à part : {about.subject}", words, told)


def _told_aside(code: str, names: list[str]) -> str:
    """Files set aside for one reason, in French: which, what to do, and the page that says more."""
    named = "\r\n".join(f"- {name} ({code})" for name in names)
    return f"{named}\r\n{EXPLAINED[code].to_do}\r\n{page_of(code)}\r\n"


def _mail(
    about: About, own_id: str, subject: str, words: str, disposition: str, errors: list[str] | None = None
) -> bytes:
    fields = [
        ("Reporting-UA", AGENT),
        ("Final-Recipient", f"rfc822;{about.address}"),
        *([("Original-Message-ID", about.message_id)] if about.message_id else []),
        ("Disposition", disposition),
        *(("Error", one) for one in errors or ()),
    ]
    told = Message(policy=compat32)
    told["Content-Type"] = "message/disposition-notification"
    told.set_payload("".join(f"{name}: {value}\r\n" for name, value in fields))
    return _report(about, own_id, subject, words, told)


def _block(fields: list[tuple[str, str]]) -> Message:
    made = Message(policy=compat32)
    for name, value in fields:
        made[name] = value
    return made


def _report(about: About, own_id: str, subject: str, words: str, told: Message) -> bytes:
    """The three parts: words, ``told``, the headers of the message it is about."""
    made = MIMEMultipart("report", policy=SMTP, report_type=told.get_content_subtype())
    head = EmailMessage(policy=SMTP)  # encodes what is not ASCII
    head["From"] = formataddr((unencoded(about.label), about.address))
    head["To"] = about.to
    head["Subject"] = unencoded(" ".join(subject.split()))
    head["Date"] = format_datetime(about.at)
    head["Message-ID"] = own_id
    if about.message_id:
        head["In-Reply-To"] = about.message_id
        head["References"] = about.message_id
    head["Auto-Submitted"] = "auto-replied"
    head["X-MSS-NIL"] = "ens"
    for name, value in head.items():
        made[name] = value
    text = EmailMessage(policy=SMTP)
    text.set_content(words, cte="quoted-printable")
    made.attach(text)
    made.attach(told)
    original = BytesParser(policy=compat32).parsebytes(about.headers, headersonly=True)
    for name in {name for name in original if name.lower() == "mime-version" or name.lower().startswith("content-")}:
        del original[name]  # its parts are not there: what says how to read them would make it malformed
    original.set_payload("")
    made.attach(MIMEMessage(original, policy=compat32))
    return made.as_bytes(policy=SMTP.clone(refold_source="none"))
