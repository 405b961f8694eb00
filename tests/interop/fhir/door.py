"""The face behind its real server: granian on a socket, the database of the tests, bytes as an attacker sends them."""

from __future__ import annotations

import http.client
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ens.config.arrivals import THREADS
from tests.cli.conftest import a_free_port

FHIR_JSON = "application/fhir+json"


@dataclass(frozen=True)
class Heard:
    """An answer as it came."""

    status_code: int
    headers: dict[str, str]
    content: bytes

    def __getitem__(self, name: str) -> str:
        return self.headers[name.lower()]

    def json(self) -> Any:
        return json.loads(self.content)


class Door:
    """The server's address, and what it writes in its log."""

    def __init__(self, port: int, log: Path) -> None:
        self.port, self.log = port, log

    def call(
        self,
        method: str,
        target: str,
        body: bytes | Iterable[bytes] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Heard:
        """One request; ``target`` goes on the wire as it is. An iterable body is sent in chunks, without a length."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.putrequest(method, target, skip_accept_encoding=True)
            known = {name.lower() for name in headers or {}}
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if isinstance(body, bytes) and "content-length" not in known:
                connection.putheader("Content-Length", str(len(body)))
            if body is not None and not isinstance(body, bytes):
                connection.putheader("Transfer-Encoding", "chunked")
            connection.endheaders(body, encode_chunked=not isinstance(body, bytes | None))
            return _heard(connection.getresponse())
        finally:
            connection.close()

    def say(self, request: bytes, *, then_close: bool = False) -> bytes:
        """These bytes on a new connection, and everything answered until the server hangs up or falls silent."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as line:
            line.sendall(request)
            if then_close:
                line.shutdown(socket.SHUT_WR)
            line.settimeout(3)
            parts = []
            try:
                while part := line.recv(65536):
                    parts.append(part)
            except TimeoutError:
                pass
            return b"".join(parts)


def _heard(answer: http.client.HTTPResponse) -> Heard:
    return Heard(answer.status, {name.lower(): value for name, value in answer.getheaders()}, answer.read())


@contextmanager
def opened(urls: Any, folder: Path, **settings: str) -> Iterator[Door]:
    """The web process of a space, as the supervisor starts it, on the database of the tests."""
    port, log = a_free_port(), folder / "web.log"
    environment = {
        **os.environ,
        "ENS_DATABASE_URL": urls.web,
        "ENS_DATABASE_BATCH_URL": urls.batch,
        "ENS_DATABASE_OWNER_URL": urls.owner,
        "ENS_DATABASE_POOL": "16",
        "ENS_BASE_URL": f"http://127.0.0.1:{port}",
        **settings,
    }
    command = [sys.executable, "-m", "granian", "--interface", "wsgi", "--host", "127.0.0.1", "--port", str(port)]
    command += ["--workers", "1", "--blocking-threads", str(THREADS), "--no-ws", "--log-level", "warning"]
    with log.open("wb") as out:
        process = subprocess.Popen([*command, "ens.config.wsgi:application"], env=environment, stdout=out, stderr=out)
    door = Door(port, log)
    try:
        _wait(door, process)
        yield door
    finally:
        process.terminate()
        process.wait(20)


def _wait(door: Door, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            if door.call("GET", "/fhir/metadata").status_code == 200:
                return
        except OSError:
            pass
        assert process.poll() is None and time.monotonic() < deadline, door.log.read_text()
        time.sleep(0.1)
