"""Hands notices to the relay for personal addresses (``ENS_COURRIEL_RELAY``)."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from ens.kernel import clock
from ens.notifications.types import Email
from ens.persistence.outbox import TryLater

TIMEOUT_S = 20


class RelayOfNotices:
    def __init__(self, address: str, sender: str, sender_name: str) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self._sender, self._sender_name = sender, sender_name

    def send(self, email: Email) -> None:
        """Errors: TryLater when the relay does not take it."""
        message = EmailMessage(policy=SMTP)
        message["From"] = formataddr((self._sender_name, self._sender))
        message["To"] = email.to
        message["Subject"] = email.subject
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = email.message_id
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(email.body + "\n")
        try:
            self._hand(email.to, message.as_bytes())
        except (smtplib.SMTPException, OSError) as error:  # ssl's errors and time-outs are OSErrors
            raise TryLater(type(error).__name__) from error

    def _hand(self, recipient: str, data: bytes) -> None:
        own_name = self._sender.rpartition("@")[2]
        with smtplib.SMTP(self._host, self._port, local_hostname=own_name, timeout=TIMEOUT_S) as client:
            client.ehlo()
            if client.has_extn("starttls"):
                client.starttls(context=ssl.create_default_context())
            client.sendmail(self._sender, [recipient], data)
