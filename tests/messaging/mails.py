"""Realistic mails for tests."""

from __future__ import annotations

from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid


def mail(
    to: str,
    *,
    sender: str = "labo@operateur.example",
    label: str = "Labo_BioPCR_Orly",
    subject: str = "Vos résultats",
    text: str = "Bonjour, vos résultats sont joints.",
    files: tuple[tuple[str, str, bytes], ...] = (),
    message_id: str = "",
    in_reply_to: str = "",
    headers: dict[str, str] | None = None,
    html: str = "",
) -> bytes:
    message = EmailMessage(policy=SMTP)
    message["From"] = f'"{label}" <{sender}>'
    message["To"] = to
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime(2026, 3, 16, 9, tzinfo=UTC))
    message["Message-ID"] = message_id or make_msgid(domain="operateur.example")
    if in_reply_to:
        message["In-Reply-To"] = in_reply_to
        message["References"] = in_reply_to
    for name, value in (headers or {}).items():
        message[name] = value
    message.set_content(text)
    if html:
        message.add_alternative(html, subtype="html")
    for name, media_type, data in files:
        main, _, sub = media_type.partition("/")
        message.add_attachment(data, maintype=main, subtype=sub, filename=name)
    return message.as_bytes()


def report(original: str, *, status: str = "5.1.1", text: str = "Non remis") -> bytes:
    """A non-delivery report about the message of this Message-ID. Source: RFC 3464."""
    return (
        "From: MAILER-DAEMON@operateur.example\r\nSubject: Undelivered\r\nMIME-Version: 1.0\r\n"
        f"Message-ID: {make_msgid(domain='operateur.example')}\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n\r\n'
        f"--b\r\nContent-Type: text/plain\r\n\r\n{text}\r\n"
        "--b\r\nContent-Type: message/delivery-status\r\n\r\nReporting-MTA: dns; x\r\n\r\n"
        f"Final-Recipient: rfc822; labo@operateur.example\r\nAction: failed\r\nStatus: {status}\r\n\r\n"
        f"--b\r\nContent-Type: text/rfc822-headers\r\n\r\nMessage-ID: {original}\r\n\r\n--b--\r\n"
    ).encode()
