"""What messaging asks of a connector."""

from __future__ import annotations

from dataclasses import dataclass
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


@dataclass(frozen=True, slots=True)
class Validators:
    """What a publisher said of the file it last gave, to ask only for another one (RFC 9110, 8.8)."""

    etag: str = ""
    last_modified: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    data: bytes
    validators: Validators


class PublisherAway(Exception):
    """No whole file came; the message says why, in French, « elle » being the address, which it does not name."""


class Publisher(Protocol):
    def fetch(self, address: str, known: Validators) -> Fetched | None:
        """The file published there, or nothing when it is the one known. Errors: PublisherAway."""


_publisher: Publisher | None = None


def use_publisher(publisher: Publisher | None) -> None:
    global _publisher
    _publisher = publisher


def publisher() -> Publisher | None:
    return _publisher
