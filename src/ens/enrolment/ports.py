"""What enrolment asks of those who carry its notices."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID


@dataclass(frozen=True, slots=True)
class LotToSend:
    """People to notice together. ``delay_days`` is what the text says and what the deadline is made of (S011)."""

    id: UUID
    channel: str
    departement: str
    campaign: str
    wave: str
    variant: str
    version: int
    subject: str
    body: str
    delay_days: int
    again: bool  # after a notice that came back
    people: Sequence[UUID]
    large_print: bool = False  # of every letter, whatever each asks


class LotSender(Protocol):
    def send(self, lot: LotToSend) -> datetime | None:
        """Send to everyone in the lot; from when their delay runs, or None when that will be known later (a printer).

        Called again for the same lot after a failure or a kill, it sends to nobody twice. Any error: nothing is lost,
        the lot is handed over again later.
        """
        ...


_senders: dict[str, LotSender] = {}


def use_sender(channel: str, sender: LotSender) -> None:
    """Declare who carries the lots of a channel, at start."""
    _senders[channel] = sender


def sender_of(channel: str) -> LotSender | None:
    return _senders.get(channel)
