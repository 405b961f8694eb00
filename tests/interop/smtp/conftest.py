"""A real door on a real socket, with real certificates; what operators' software does there."""

from __future__ import annotations

import asyncio
import smtplib
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import trustme


@pytest.fixture(scope="session")
def authority() -> trustme.CA:
    return trustme.CA()


@dataclass
class Place:
    """Where a door listens, and what its sessions share."""

    port: int
    reception: Any


@contextmanager
def listening(authority: trustme.CA, folder: Path, **limits: Any) -> Iterator[Place]:
    from ens.interop.smtp.handler import Door
    from ens.interop.smtp.server import serve, tls_context
    from ens.interop.smtp.session import Reception

    certificate = authority.issue_cert("localhost", "127.0.0.1")
    certificate.private_key_pem.write_to_path(folder / "key.pem")
    (folder / "cert.pem").unlink(missing_ok=True)
    for part in certificate.cert_chain_pems:
        part.write_to_path(folder / "cert.pem", append=True)
    authority.cert_pem.write_to_path(folder / "ca.pem")
    context = tls_context(str(folder / "cert.pem"), str(folder / "key.pem"), str(folder / "ca.pem"))
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    reception = Reception(Door(), limits.pop("max_bytes", 25_000_000), **limits)
    started = threading.Event()
    running: dict[str, Any] = {}

    async def run() -> None:
        running["stop"], ready = asyncio.Event(), asyncio.Event()
        running["loop"] = asyncio.get_running_loop()
        task = asyncio.create_task(serve("127.0.0.1", port, context, reception, ready=ready, stop=running["stop"]))
        await ready.wait()
        started.set()
        await task

    thread = threading.Thread(target=lambda: asyncio.run(run()), daemon=True)
    thread.start()
    assert started.wait(10)
    yield Place(port, reception)
    running["loop"].call_soon_threadsafe(running["stop"].set)
    thread.join(10)
    assert not thread.is_alive()


@pytest.fixture(scope="module")
def door(database: Any, authority: trustme.CA, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with listening(authority, tmp_path_factory.mktemp("tls")) as place:
        yield place


@pytest.fixture
def door_with(
    db: Any, authority: trustme.CA, tmp_path: Path
) -> Callable[..., Any]:
    """A door of other limits, to pass them without waiting for minutes nor sending gigabytes."""
    return lambda source=authority, **limits: listening(source, tmp_path, **limits)


@pytest.fixture
def listed(db: Any) -> None:
    from ens.messaging.services import allow_operator
    from ens.messaging.types import OperatorRef

    for domain in ("operateur.example", "autre.example"):
        allow_operator(OperatorRef(domain, "Opérateur d'essai", "127.0.0.1", 1))


@pytest.fixture
def connect(authority: trustme.CA, listed: None) -> Iterator[Callable[..., smtplib.SMTP]]:
    """Sessions in TLS under the certificate of ``names``; closed at the end."""
    opened: list[smtplib.SMTP] = []

    def open_session(
        place: Place,
        *names: str,
        with_certificate: bool = True,
        source: trustme.CA = authority,
        **certificate: Any,
    ) -> smtplib.SMTP:
        client = smtplib.SMTP("localhost", place.port, timeout=20)
        opened.append(client)
        client.ehlo()
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)  # of this authority, and no other
        authority.configure_trust(context)
        if with_certificate:
            source.issue_cert(*(names or ("operateur.example",)), **certificate).configure_cert(context)
        client.starttls(context=context)
        client.ehlo()
        return client

    yield open_session
    for client in opened:
        client.close()


@pytest.fixture
def session(door: Place, connect: Callable[..., smtplib.SMTP]) -> Callable[..., smtplib.SMTP]:
    return lambda *names, **options: connect(door, *names, **options)


@pytest.fixture
def mailbox() -> Callable[[Any], list[str]]:
    """The subjects of what a usager has received."""

    def subjects(person: Any) -> list[str]:
        from ens.messaging.services import list_threads

        return [card.subject for card in list_threads(person.usager_id, by=person.actor)]

    return subjects
