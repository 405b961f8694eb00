"""Hands a usager's message to an operator: SMTP, STARTTLS, our client certificate. RFC 5321, 3207."""

from __future__ import annotations

import smtplib
import ssl

from django.conf import settings

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
            self._hand(operator, sender, recipient, data)
        except smtplib.SMTPResponseException as error:
            raise _refusal(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPRecipientsRefused as error:
            code, words = next(iter(error.recipients.values()))
            raise _refusal(code, words) from error
        except (smtplib.SMTPException, OSError) as error:  # ssl's errors and time-outs are OSErrors
            raise TryLater(type(error).__name__) from error

    def _hand(self, operator: OperatorRef, sender: str, recipient: str, data: bytes) -> None:
        own_name = sender.rpartition("@")[2] or settings.ENS_MAIL_DOMAIN  # a report has no sender
        with smtplib.SMTP(operator.host, operator.port, local_hostname=own_name, timeout=TIMEOUT_S) as client:
            client.starttls(context=self._context())
            client.sendmail(sender, [recipient], data)


def _refusal(code: int, words: bytes | str) -> Exception:
    """A refusal for good, or one that may pass."""
    if 500 <= code < 600:
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        return PermanentFailure(explanation(text, code))
    return TryLater(str(code))
