"""A message once parsed."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime


@dataclass(frozen=True, slots=True)
class ParsedFile:
    name: str
    media_type: str
    data: bytes
    is_inline: bool = False
    patient: tuple[str, str] | None = None  # (matricule, OID) of an archive's metadata, as what follows
    unique_id: str = ""
    type_code: str = ""
    act_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Report:
    """What another server says of a message of ours. Source: RFC 3464."""

    original: str  # Message-ID
    recipients: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Outcome:
    recipient: str
    action: str  # failed, delayed, delivered, relayed, expanded
    diagnostic: str


@dataclass(frozen=True, slots=True)
class ParsedMail:
    message_id: str
    in_reply_to: tuple[str, ...]  # In-Reply-To, then References, newest first
    subject: str
    from_address: str
    from_label: str
    reply_to: str
    sent_at: datetime | None
    text: str
    html: str  # sanitised
    files: tuple[ParsedFile, ...]
    ends_exchange: bool
    report: Report | None = None
    receipt_to: str = ""  # Disposition-Notification-To
    is_unseen: bool = False  # the antivirus did not answer
    is_automatic: bool = False  # answering it may answer a machine
    headers: dict[str, str] = field(default_factory=dict)  # the X-MSS-* ones
