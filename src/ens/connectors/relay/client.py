"""Hands a usager's message to an operator: SMTP, STARTTLS, our client certificate. RFC 5321, 3207."""

from __future__ import annotations

import asyncio
import ssl

import aiosmtplib

from ens.messaging.delivery import explanation
from ens.messaging.ports import PermanentFailure
from ens.messaging.types import OperatorRef
from ens.persistence.outbox import TryLater

TIMEOUT_S = 30


class OperatorRelay:
    """Promises that a message given without error was accepted by the operator (its ``250``)."""

    def __init__(self, certificate: str, key: str, authority: str) -> None:
        self._certificate, self._key, self._authority = certificate, key, authority

    def _context(self) -> ssl.SSLContext:
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=self._authority)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self._certificate, self._key)
        return context

    def send(self, operator: OperatorRef, sender: str, recipient: str, data: bytes) -> None:
        """Errors: PermanentFailure (5xx), TryLater (4xx, no answer, TLS refused)."""
        try:
            asyncio.run(self._send(operator, sender, recipient, data))
        except aiosmtplib.SMTPResponseException as error:
            if 500 <= error.code < 600:
                raise PermanentFailure(explanation(error.message, error.code)) from error
            raise TryLater(str(error.code)) from error
        except aiosmtplib.SMTPRecipientsRefused as error:
            first = error.recipients[0]
            if 500 <= first.code < 600:
                raise PermanentFailure(explanation(first.message, first.code)) from error
            raise TryLater(str(first.code)) from error
        except (aiosmtplib.SMTPException, OSError, ssl.SSLError, TimeoutError) as error:
            raise TryLater(type(error).__name__) from error

    async def _send(self, operator: OperatorRef, sender: str, recipient: str, data: bytes) -> None:
        client = aiosmtplib.SMTP(
            hostname=operator.host, port=operator.port, start_tls=True, tls_context=self._context(), timeout=TIMEOUT_S
        )
        async with client:
            await client.sendmail(sender, [recipient], data)
