"""What notifications ask of a connector."""

from __future__ import annotations

from typing import Protocol

from ens.notifications.types import Email


class EmailSender(Protocol):
    def send(self, email: Email) -> None:
        """Hand one e-mail to the relay. Errors: persistence.outbox.TryLater when it does not answer."""


_sender: EmailSender | None = None


def use_email_sender(sender: EmailSender) -> None:
    global _sender
    _sender = sender


def email_sender() -> EmailSender | None:
    """None when no relay is set: notices are then not sent, which /healthz says."""
    return _sender
