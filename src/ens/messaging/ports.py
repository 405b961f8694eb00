"""What messaging asks of a connector."""

from __future__ import annotations

from typing import Protocol

from ens.messaging.types import OperatorRef


class PermanentFailure(Exception):
    """The operator refused for good; the message is for the usager: French, without address nor health content."""


class MailRelay(Protocol):
    def send(self, operator: OperatorRef, sender: str, recipient: str, data: bytes) -> None:
        """Hand one message to an operator. Errors: PermanentFailure; persistence.outbox.TryLater."""


_relay: MailRelay | None = None


def use_mail_relay(relay: MailRelay) -> None:
    global _relay
    _relay = relay


def mail_relay() -> MailRelay | None:
    return _relay


class AntivirusAway(Exception):
    """It did not answer, or not about this message."""


class Antivirus(Protocol):
    def scan(self, data: bytes) -> str:
        """The name of what a whole message carries, or nothing. Errors: AntivirusAway."""

    def is_well(self) -> bool: ...


_antivirus: Antivirus | None = None


def use_antivirus(antivirus: Antivirus | None) -> None:
    global _antivirus
    _antivirus = antivirus


def antivirus() -> Antivirus | None:
    return _antivirus
