"""Hands notices to the relay for personal addresses (``ENS_COURRIEL_RELAY``)."""

from __future__ import annotations

import smtplib
import ssl
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr

from ens.kernel import clock
from ens.notifications.types import Email
from ens.persistence.outbox import TryLater

TIMEOUT_S = 20
TRUSTED_S = 3600  # the machine's authorities are read again after that long: 18 ms of processor, nine times the notice


class RelayOfNotices:
    def __init__(self, address: str, sender: str, sender_name: str) -> None:
        host, _, port = address.rpartition(":")
        self._host, self._port = host.strip("[]"), int(port)
        self.sender, self._sender_name = sender, sender_name
        self._trusted: tuple[float, ssl.SSLContext] | None = None

    def message(self, to: str, subject: str, message_id: str) -> EmailMessage:
        """A message of ours, its words still to be set."""
        message = EmailMessage(policy=SMTP)
        message["From"] = formataddr((self._sender_name, self.sender))
        message["To"] = to
        message["Subject"] = subject
        message["Date"] = format_datetime(clock.now())
        message["Message-ID"] = message_id
        message["Auto-Submitted"] = "auto-generated"
        return message

    def send(self, email: Email) -> None:
        """Errors: TryLater when the relay does not take it."""
        message = self.message(email.to, email.subject, email.message_id)
        message.set_content(email.body + "\n")
        try:
            with self.session() as client:
                client.sendmail(self.sender, [email.to], message.as_bytes())
        except (smtplib.SMTPException, OSError) as error:  # ssl's errors and time-outs are OSErrors
            raise TryLater(type(error).__name__) from error

    @contextmanager
    def session(self) -> Iterator[smtplib.SMTP]:
        """A session with the relay, under TLS when it offers it. Errors: OSError, smtplib.SMTPException."""
        own_name = self.sender.rpartition("@")[2]
        with smtplib.SMTP(self._host, self._port, local_hostname=own_name, timeout=TIMEOUT_S) as client:
            client.ehlo()
            if client.has_extn("starttls"):
                client.starttls(context=self._context())
            yield client

    def _context(self) -> ssl.SSLContext:
        if self._trusted is None or time.monotonic() - self._trusted[0] > TRUSTED_S:
            self._trusted = time.monotonic(), ssl.create_default_context()
        return self._trusted[1]
