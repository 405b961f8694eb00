"""Hands a usager's message to an operator: SMTP, STARTTLS, our client certificate, and its own. RFC 5321, 3207."""

from __future__ import annotations

import smtplib
import ssl

import structlog
from cryptography.x509 import load_der_x509_certificate
from django.conf import settings

from ens.connectors.relay.routes import places
from ens.kernel.errors import Refused
from ens.messaging.delivery import explanation
from ens.messaging.ports import PermanentFailure
from ens.messaging.services import check_server
from ens.messaging.types import OperatorRef
from ens.persistence.outbox import TryLater
from ens.standards.certificates import presented

TIMEOUT_S = 30
log = structlog.get_logger("ens.relay")


class OperatorRelay:
    """Promises that a message given without error was accepted by the operator (its ``250``)."""

    def __init__(self, certificate: str, key: str, authority: str) -> None:
        self._certificate, self._key, self._authority = certificate, key, authority

    def _context(self, operator: OperatorRef) -> ssl.SSLContext:
        """The authority's signature and the dates. The name: of the host, unless the list names the certificates."""
        context = ssl.create_default_context(ssl.Purpose.SERVER_AUTH, cafile=self._authority)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # a subordinate authority alone, without its sisters
        context.check_hostname = not operator.subjects
        context.load_cert_chain(self._certificate, self._key)
        return context

    def send(self, operator: OperatorRef, sender: str, recipient: str, data: bytes) -> None:
        """To the first of its servers that takes it. Errors: PermanentFailure (5xx); TryLater (4xx, no answer, TLS or
        certificate refused)."""
        away: TryLater | None = None
        for host, port in places(operator, recipient.rpartition("@")[2]):
            try:
                return self._hand(operator, host, port, sender, recipient, data)
            except smtplib.SMTPResponseException as error:
                away = _later(error.smtp_code, error.smtp_error)
            except smtplib.SMTPRecipientsRefused as error:
                code, words = next(iter(error.recipients.values()))
                away = _later(code, words)
            except Refused as refusal:
                log.warning("server_refused", operator=operator.domain, host=host, reason=refusal.code)
                away = TryLater(refusal.code)
            except (smtplib.SMTPException, OSError) as error:  # ssl's errors and time-outs are OSErrors
                away = TryLater(type(error).__name__)
        raise away or TryLater("aucun serveur")

    def _hand(self, operator: OperatorRef, host: str, port: int, sender: str, recipient: str, data: bytes) -> None:
        own_name = sender.rpartition("@")[2] or settings.ENS_MAIL_DOMAIN  # a report has no sender
        with smtplib.SMTP(host, port, local_hostname=own_name, timeout=TIMEOUT_S) as client:
            client.starttls(context=self._context(operator))
            assert isinstance(client.sock, ssl.SSLSocket)
            shown = client.sock.getpeercert(binary_form=True)
            check_server(operator, presented(load_der_x509_certificate(shown or b"")))
            client.sendmail(sender, [recipient], data)


def _later(code: int, words: bytes | str) -> TryLater:
    """A refusal that may pass. Errors: PermanentFailure, it is for good."""
    if 500 <= code < 600:
        text = words.decode("utf-8", "replace") if isinstance(words, bytes) else words
        raise PermanentFailure(explanation(text, code))
    return TryLater(str(code))
