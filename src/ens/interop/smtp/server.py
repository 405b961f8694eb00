"""The listening server: STARTTLS and a client certificate, within bounds, a graceful end."""

from __future__ import annotations

import asyncio
import resource
import signal
import ssl

import structlog

from ens.interop.smtp import replies
from ens.interop.smtp.session import GuardedSMTP, Reception

GRACE_S = 5.0
log = structlog.get_logger("ens.smtp")


def tls_context(certificate: str, key: str, authority: str) -> ssl.SSLContext:
    """TLS 1.2 at least; a client certificate is verified against the trust space's authority.

    A certificate from elsewhere, or expired, ends the handshake. The authority may be a subordinate one, given without
    its root: its sisters' certificates are from elsewhere (ECO.1.1.5). A client without a certificate is heard no
    further than MAIL, where the door tells it so in words its software logs.
    """
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=authority)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(certificate, key)
    context.verify_mode = ssl.CERT_OPTIONAL
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    return context


async def serve(
    host: str,
    port: int,
    context: ssl.SSLContext,
    reception: Reception,
    *,
    ready: asyncio.Event | None = None,
    stop: asyncio.Event | None = None,
) -> None:
    """Serve until ``stop`` (or SIGTERM, SIGINT): no new session, those under way finish, then the end."""
    loop = asyncio.get_running_loop()
    ended = stop or asyncio.Event()
    if stop is None:
        for name in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(name, ended.set)

    def session() -> GuardedSMTP:
        return GuardedSMTP(
            reception,
            enable_SMTPUTF8=True,
            hostname="espace-sante",
            ident="Mon espace sante",
            tls_context=context,
            require_starttls=True,
            loop=loop,
        )

    # several processes may share the port (processes.run)
    server = await loop.create_server(session, host, port, backlog=256, reuse_port=True)
    log.info("listening", host=host, port=port)
    if ready is not None:
        ready.set()
    await ended.wait()
    server.close()
    deadline = loop.time() + GRACE_S
    while any(one.envelope and one.envelope.rcpt_tos for one in reception.under_way) and loop.time() < deadline:
        await asyncio.sleep(0.05)
    for one in list(reception.under_way):
        one.hang_up(replies.STOPPING)
    await asyncio.to_thread(reception.door.close)
    for wire in list(reception.closing):
        reception.cut(wire)
    await asyncio.sleep(0)  # where the sockets are closed


def allow_enough_files(sessions: int) -> None:
    """Each session is a file, each message being filed a few more; many systems begin with 1024."""
    wanted = 2 * sessions + 512
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft < wanted:
        allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, hard))
