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
