"""Two real mail operators and a relay for personal addresses: ``python -m ens.demonstration.operators``.

Each operator is an SMTP server (STARTTLS, our client certificate required) that keeps what it receives in a
Maildir; the relay hears plain SMTP on this machine only, and keeps the notices in a Maildir too.
"""

from __future__ import annotations

import asyncio
import mailbox
import signal
import ssl
from pathlib import Path

from aiosmtpd.smtp import SMTP, Envelope, Session

from ens.demonstration import places
from ens.demonstration.cast import of_kind
from ens.demonstration.certificates import COURRIEL, OURS

MAX_BYTES = 30_000_000


def maildir(name: str) -> Path:
    path = places.folder() / "boites" / name
    path.parent.mkdir(mode=0o700, exist_ok=True)
    return path


class Keeper:
    """Accepts what is addressed to its domain, and says ``250`` once it is in the Maildir."""

    def __init__(self, name: str, domain: str = "") -> None:
        self._box = mailbox.Maildir(maildir(name), create=True)
        self._domain = domain

    async def handle_MAIL(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """An operator hears our relay only: the authority's other certificates are not enough."""
        if self._domain and OURS not in _names(server):
            return "550 5.7.1 certificat d'un autre"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if self._domain and not address.lower().endswith("@" + self._domain):
            return "550 5.1.2 domaine inconnu ici"
        if address.lower().startswith("inconnu@"):
            return "550 5.1.1 boite inconnue"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - idem
        content = envelope.content if isinstance(envelope.content, bytes) else (envelope.content or "").encode()
        self._box.add(f"X-Envelope-To: {', '.join(envelope.rcpt_tos)}\r\n".encode() + content)  # as it came
        return "250 2.0.0 garde"


def _names(server: SMTP) -> list[str]:
    certificate = (server.transport.get_extra_info("peercert") if server.transport else None) or {}
    return [value for kind, value in certificate.get("subjectAltName", ()) if kind == "DNS"]


def _context(domain: str) -> ssl.SSLContext:
    folder = places.folder() / "certificats"
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(folder / "autorite.pem"))
    context.load_cert_chain(folder / f"{domain}.pem", folder / f"{domain}.key")
    context.verify_mode = ssl.CERT_REQUIRED
    return context


async def serve() -> None:
    loop = asyncio.get_running_loop()
    stop = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(name, stop.set)
    listeners: dict[str, int] = places.read_json("ports.json")
    servers = []
    for operator in of_kind("operateur"):
        domain, context = operator.operator, _context(operator.operator)
        keeper = Keeper(domain, domain)

        def session(keeper: Keeper = keeper, context: ssl.SSLContext = context, domain: str = domain) -> SMTP:
            return SMTP(
                keeper,
                hostname=domain,
                tls_context=context,
                require_starttls=True,
                data_size_limit=MAX_BYTES,
                enable_SMTPUTF8=True,
                loop=loop,
            )

        servers.append(await loop.create_server(session, "127.0.0.1", listeners[domain]))
    relay = Keeper(COURRIEL)

    def plain() -> SMTP:
        return SMTP(relay, hostname="courriel", enable_SMTPUTF8=True, loop=loop)

    servers.append(await loop.create_server(plain, "127.0.0.1", listeners[COURRIEL]))
    await stop.wait()
    for server in servers:
        server.close()


if __name__ == "__main__":
    asyncio.run(serve())
