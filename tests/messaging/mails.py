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
