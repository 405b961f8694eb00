from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class NoticeKind(StrEnum):
    MESSAGE = "message"
    DOCUMENT = "document"
    DOCUMENT_CHANGED = "document_modifie"


@dataclass(frozen=True, slots=True)
class Email:
    to: str
    subject: str
    body: str
    message_id: str  # stable, so that a notice sent again is recognised
