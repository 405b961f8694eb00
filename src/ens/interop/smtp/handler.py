"""One SMTP session: who writes, to whom, and the message; answers come from the services."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, TypeVar
from weakref import WeakKeyDictionary

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session, TLSSetupException
from django.db import Error, close_old_connections
from prometheus_client import Counter

from ens.interop.smtp import replies
from ens.kernel.actor import Actor
from ens.kernel.errors import Absent, EnsError
from ens.messaging import services
from ens.messaging.errors import MailboxAbsent, OneUsagerPerMessage
from ens.messaging.types import IncomingMail
from ens.persistence.clock import refresh

T = TypeVar("T")
MAX_REFUSALS = 20
MESSAGES = Counter("ens_mail_total", "Messages and recipients answered at the SMTP door", ("answer",))
log = structlog.get_logger("ens.smtp")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a service said: a value, or the reply to give."""

    reply: str = ""
    value: Any = None


def certificate_names(certificate: dict[str, Any] | None) -> list[str]:
    """The DNS names of the verified client certificate, as ``ssl`` describes it; none without one."""
    if not certificate:
        return []
    return [str(value) for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"]


@dataclass(slots=True)
class Facts:
    """What the door knows of a session."""

    names: tuple[str, ...] = ()
    operator: Actor | None = None
    refusals: int = 0


class Door:
    """Handler of aiosmtpd. Blocking services run in threads; a session waits for its own only."""

    def __init__(self, threads: int = 16) -> None:
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="smtp")
        self._facts: WeakKeyDictionary[Session, Facts] = WeakKeyDictionary()

    def _known(self, session: Session) -> Facts:
        return self._facts.setdefault(session, Facts())

    async def _ask(self, service: Callable[[], T]) -> Answer:
        return await asyncio.get_running_loop().run_in_executor(self._pool, _guarded, service)

    async def _refused(self, session: Session, reply: str) -> str:
        facts = self._known(session)
        facts.refusals += 1
        log.info("refused", reply=reply.split(":")[0], refusals=facts.refusals)
        MESSAGES.labels(reply.split(":")[0].split()[-1]).inc()
        if facts.refusals >= MAX_REFUSALS:
            await asyncio.sleep(1)
            return replies.TOO_MANY_REFUSALS
        return reply

    async def _identify(self, server: SMTP, session: Session) -> str:
        """Who the certificate says it is, once a session; the reply to give when nobody known."""
        facts = self._known(session)
        if facts.operator is not None:
            return ""
        certificate = server.transport.get_extra_info("peercert") if session.ssl and server.transport else None
        facts.names = tuple(certificate_names(certificate))
        if not facts.names:
            return replies.NO_CERTIFICATE
        answer = await self._ask(lambda: services.check_operator(list(facts.names)))
        facts.operator = answer.value
        return answer.reply

    def _operator(self, session: Session) -> Actor:
        operator = self._known(session).operator
        if operator is None:
            raise RuntimeError("RCPT and DATA come after MAIL")
        return operator

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        refusal = await self._identify(server, session)
        if refusal:
            return await self._refused(session, refusal)
        names = list(self._known(session).names)
        answer = await self._ask(lambda: services.check_sender(_sender(address), names))
        if answer.reply:
            return await self._refused(session, answer.reply)
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if envelope.rcpt_tos and address.lower() != envelope.rcpt_tos[0].lower():
            return await self._refused(session, replies.reply(OneUsagerPerMessage()))
        operator = self._operator(session)
        answer = await self._ask(lambda: services.check_recipient(address, by=operator))
        if answer.reply:
            return await self._refused(session, answer.reply)
        envelope.rcpt_tos = [address]
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - idem
        operator = self._operator(session)
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        mail = IncomingMail(_sender(envelope.mail_from), envelope.rcpt_tos[0], content)
        answer = await self._ask(lambda: services.receive(mail, by=operator))
        if answer.reply:
            return await self._refused(session, answer.reply)
        MESSAGES.labels("recu").inc()
        log.info("received", message=str(answer.value.message_id), created=answer.value.created)
        return f"250 2.0.0 recu {answer.value.message_id}"

    async def handle_exception(self, error: Exception) -> str:
        if isinstance(error, TLSSetupException):
            log.info("tls_refused", reason=type(error.__cause__ or error).__name__)
            return replies.TRY_AGAIN
        log.error("session_failed", error=type(error).__name__, exc_info=(type(error), None, error.__traceback__))
        return replies.TRY_AGAIN

    def close(self) -> None:
        """Wait for the messages being filed."""
        self._pool.shutdown(wait=True)


def _sender(address: str | None) -> str:
    """The envelope's sender; nobody for a report, whose sender is « <> » (RFC 5321, 4.5.5)."""
    return "" if address in (None, "<>") else str(address)


def _guarded(service: Callable[[], Any]) -> Answer:
    """Run in a thread: the product's time, a live connection, errors turned into replies."""
    try:
        close_old_connections()
        refresh()
        return Answer(value=service())
    except Absent:  # whatever is missing, and whoever it was: one answer
        return Answer(replies.reply(MailboxAbsent()))
    except EnsError as error:
        return Answer(replies.reply(error))
    except Error:
        return Answer(replies.TRY_AGAIN)
    finally:
        close_old_connections()
