"""The listening server: STARTTLS and a client certificate, 25 MB, a graceful end."""

from __future__ import annotations

import asyncio
import signal
import ssl
from typing import AnyStr

import structlog
from aiosmtpd.smtp import SMTP

from ens.interop.smtp import replies
from ens.interop.smtp.handler import Door

IDLE_S = 120
GRACE_S = 5.0
log = structlog.get_logger("ens.smtp")


class GuardedSMTP(SMTP):
    """aiosmtpd's protocol, answering in our words, counting the sessions under way so that the end waits for them."""

    under_way: set[SMTP] = set()

    async def push(self, status: AnyStr) -> None:
        said = status if isinstance(status, str) else status.decode("utf-8", "replace")
        said = replies.of_the_library(self.data_size_limit or 0).get(said, said)
        await super().push(said)
        if said == replies.TOO_MANY_REFUSALS and self.transport is not None:
            self.transport.close()  # RFC 5321, 3.8: after 421 the server hangs up

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.under_way.add(self)
        super().connection_made(transport)

    def connection_lost(self, error: Exception | None) -> None:
        self.under_way.discard(self)
        super().connection_lost(error)


def tls_context(certificate: str, key: str, authority: str) -> ssl.SSLContext:
    """TLS 1.2 at least; only clients whose certificate the trust space's authority signed are heard."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.verify_mode = ssl.CERT_REQUIRED
    return context


async def serve(
    host: str,
    port: int,
    context: ssl.SSLContext,
    *,
    max_bytes: int,
    ready: asyncio.Event | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until ``stop`` (or SIGTERM, SIGINT): no new session, those under way finish, then the end."""
    loop = asyncio.get_running_loop()
    ended = stop or asyncio.Event()
    if stop is None:
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, ended.set)
    door = Door()

    def session() -> GuardedSMTP:
        return GuardedSMTP(
            door,
            data_size_limit=max_bytes,
            enable_SMTPUTF8=True,
            hostname="espace-sante",
            ident="Mon espace sante",
            tls_context=context,
            require_starttls=True,
            timeout=IDLE_S,
            loop=loop,
        )

    server = await loop.create_server(session, host, port, backlog=256)
    log.info("listening", host=host, port=port)
    if ready is not None:
        ready.set()
    await ended.wait()
    server.close()
    deadline = loop.time() + GRACE_S
    while any(one.envelope and one.envelope.rcpt_tos for one in GuardedSMTP.under_way) and loop.time() < deadline:
        await asyncio.sleep(0.05)
    for one in list(GuardedSMTP.under_way):
        if one.transport is not None:
            one.transport.close()
    await asyncio.to_thread(door.close)
