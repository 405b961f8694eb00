"""What a report to the support is made of (N093)."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class SignalReason(StrEnum):
    """Why a conversation is reported to the support."""

    NOT_MINE = "erreur"
    UNKNOWN = "inconnu"
    CONTENT = "contenu"
    FRAUD = "fraude"


@dataclass(frozen=True, slots=True)
class SignalCard:
    """A report that waits for an agent; ``operator``: of who wrote last."""

    id: UUID
    at: datetime
    reason: SignalReason
    operator: str
    is_read: bool


@dataclass(frozen=True, slots=True)
class SignalView:
    """What the usager agreed to show: their words, and who wrote to them."""

    at: datetime
    reason: SignalReason
    words: str
    writers: tuple[tuple[str, str], ...]  # label and address
