"""One SMTP session: who writes, to whom, and the message; answers come from the services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from uuid import UUID
from weakref import WeakKeyDictionary

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session, TLSSetupException
from cryptography.x509 import load_der_x509_certificate
from django.db import close_old_connections

from ens.interop.smtp import replies
from ens.kernel.actor import Actor
from ens.kernel.errors import Absent, EnsError
from ens.messaging import ledger, services, trustspace
from ens.messaging.errors import MailboxAbsent, OneUsagerPerMessage
from ens.messaging.types import IncomingMail
from ens.persistence import features
from ens.persistence.connection import FAULTS, unavailable
from ens.persistence.features import Feature
from ens.standards.certificates import Presented, presented

T = TypeVar("T")
log = structlog.get_logger("ens.smtp")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said: a value, or the reply to give."""

    reply: str = ""
    value: Any = None


def shown(server: SMTP, session: Session) -> Presented | None:
    """The client certificate that TLS verified; nothing without one."""
    tls = server.transport.get_extra_info("ssl_object") if session.ssl and server.transport else None
    der = tls.getpeercert(binary_form=True) if tls is not None else None
    return presented(load_der_x509_certificate(der)) if der else None


@dataclass(slots=True)
class Facts:
    """What the door knows of a session. ``operator``: of its last sender, as one certificate serves several domains."""

    certificate: Presented | None = None
    operator: Actor | None = None


class Door:
    """Handler of aiosmtpd. Blocking services run in threads; a session waits for its own only."""

    def __init__(self, threads: int = 16) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="smtp")
        self._facts: WeakKeyDictionary[Session, Facts] = WeakKeyDictionary()

    def _known(self, session: Session) -> Facts:
        return self._facts.setdefault(session, Facts())

    async def _ask(self, service: Callable[[], T]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._pool, _guarded, service)

    def _operator(self, session: Session) -> Actor:
        operator = self._known(session).operator
        if operator is None:
            raise RuntimeError("RCPT and DATA come after MAIL")
        return operator

    async def handle_EHLO(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        session.host_name = hostname
        return [line for line in responses if not line[4:].startswith("AUTH")]

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        facts = self._known(session)
        certificate = facts.certificate = facts.certificate or shown(server, session)
        if certificate is None:
            return replies.NO_CERTIFICATE
        if not _sender(address).isprintable():  # bytes of no character set, or controls
            return replies.ADDRESS_UNREADABLE
        answer = await self._ask(lambda: _check_sender(_sender(address), certificate))
        if answer.reply:
            return answer.reply
        facts.operator = answer.value
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_VRFY(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str
    ) -> str:
        return replies.NOT_VERIFIED

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if envelope.rcpt_tos and address.lower() != envelope.rcpt_tos[0].lower():
            return replies.reply(OneUsagerPerMessage())
        operator = self._operator(session)
        sender = _sender(envelope.mail_from)
        answer = await self._ask(lambda: services.check_recipient(address, sender, by=operator))
        if answer.reply:
            return answer.reply
        envelope.rcpt_tos = [address]
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - idem
        operator = self._operator(session)
        assert isinstance(envelope.content, bytes)
        mail = IncomingMail(_sender(envelope.mail_from), envelope.rcpt_tos[0], envelope.content)

        def file() -> UUID:  # said here: the client may have left meanwhile, its message is kept all the same
            received = services.receive(mail, by=operator)
            log.info("received", message=str(received.message_id), created=received.created)
            return received.message_id

        answer = await self._ask(file)
        return answer.reply or f"250 2.0.0 recu {answer.value}"

    async def note_refusal(self, session: Session, reason: str) -> None:
        """Count it in the ledger, whatever it was; a database that is away keeps no count, and the reply is given.

        Who shows no certificate of ours writes nothing here.
        """
        facts = self._known(session)
        if facts.certificate is None:
            return
        operator, certificate = facts.operator, facts.certificate
        answer = await self._ask(lambda: ledger.note_refusal(_whose(operator, certificate), reason))
        if answer.reply:
            log.warning("refusal_not_counted", reason=reason)

    async def handle_exception(self, error: Exception) -> str:
        if isinstance(error, TLSSetupException):
            cause = error.__cause__ or error
            log.info("tls_refused", reason=getattr(cause, "verify_message", "") or type(cause).__name__)
            return replies.TRY_AGAIN
        log.error("session_failed", error=type(error).__name__, exc_info=(type(error), None, error.__traceback__))
        return replies.TRY_AGAIN

    def close(self) -> None:
        """Wait for the messages being filed."""
        self._pool.shutdown(wait=True)


def _check_sender(address: str, certificate: Presented) -> Actor:
    """Errors: FeatureStopped, VisitOnly, the same whoever writes to whom; those of ``check_sender``."""
    features.check(Feature.RECEPTION)
    features.check_may_write()
    return services.check_sender(address, certificate)


def _whose(operator: Actor | None, certificate: Presented) -> str:
    """The domain a refusal is counted under; of a sender that was not heard, one that its certificate serves."""
    found = None if operator else trustspace.operator_of_certificate(certificate)
    return operator.id if operator else found.domain if found else ""


def _sender(address: str | None) -> str:
    """The envelope's sender; nobody for a report, whose sender is « <> » (RFC 5321, 4.5.5)."""
    return "" if address in (None, "<>") else str(address)


def _guarded(service: Callable[[], Any]) -> Answer:
    """Run in a thread: a live connection, errors turned into replies. Units of work read the clock themselves."""
    try:
        close_old_connections()
        return Answer(value=service())
    except Absent:  # whatever is missing, and whoever it was: one answer
        return Answer(replies.reply(MailboxAbsent()))
    except EnsError as error:
        return Answer(replies.reply(error))
    except FAULTS as error:
        return Answer(replies.reply(unavailable(error)))
    finally:
        close_old_connections()
