"""A real SMTP server on a free port, that keeps what it hears and answers as told."""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import trustme
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP


@dataclass
class Heard:
    """``answers``: by command, instead of accepting."""

    answers: dict[str, str] = field(default_factory=dict)
    mails: list[tuple[str, list[str], bytes]] = field(default_factory=list)
    client_names: list[str] = field(default_factory=list)
    port: int = 0

    async def handle_MAIL(self, server, session, envelope, address, options):
        certificate = (server.transport.get_extra_info("peercert") if session.ssl else None) or {}
        self.client_names += [value for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"]
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 2.1.0 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):
        if "RCPT" in self.answers:
            return self.answers["RCPT"]
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):
        if "DATA" in self.answers:
            return self.answers["DATA"]
        self.mails.append((envelope.mail_from, envelope.rcpt_tos, envelope.content))
        return "250 2.0.0 OK"


@contextmanager
def listening(heard: Heard, context: ssl.SSLContext | None = None) -> Iterator[Heard]:
    class Server(Controller):
        def factory(self):
            return SMTP(heard, tls_context=context, require_starttls=context is not None, loop=self.loop)

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        heard.port = free.getsockname()[1]
    server = Server(heard, hostname="127.0.0.1", port=heard.port)
    server.start()
    try:
        yield heard
    finally:
        server.stop()


def server_context(authority: trustme.CA, *names: str, not_after: datetime | None = None) -> ssl.SSLContext:
    """Demands a client certificate of the authority."""
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert(*names, not_after=not_after).configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    return context
