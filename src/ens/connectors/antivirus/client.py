"""Asks ``clamd``. Source: clamd(8), the commands ``zPING`` and ``zINSTREAM``."""

from __future__ import annotations

import socket
import struct
from contextlib import suppress

from ens.messaging.ports import AntivirusAway

TIMEOUT_S = 30  # for a message of the largest size; the session's own limit is longer
PING_S = 1
CHUNK = 65_536
MOST_OCTETS = 1_000


class Clamd:
    """Errors of ``__init__``: ValueError for an address that is neither ``unix:/path`` nor ``host:port``."""

    def __init__(self, address: str) -> None:
        host, _, port = address.rpartition(":")
        self._path = address.removeprefix("unix:") if address.startswith("unix:/") else ""
        if not self._path and not (host and port.isascii() and port.isdigit()):
            raise ValueError("ENS_CLAMD s'écrit unix:/chemin ou hote:port")
        self._place = (host.strip("[]"), int(port)) if not self._path else ("", 0)

    def scan(self, data: bytes) -> str:
        """What it finds in a message, by its name; nothing when it finds nothing. Errors: AntivirusAway."""
        pieces = [data[start : start + CHUNK] for start in range(0, len(data), CHUNK)]
        stream = b"".join(struct.pack("!I", len(piece)) + piece for piece in pieces)
        said = self._ask(b"zINSTREAM\x00" + stream + struct.pack("!I", 0), TIMEOUT_S)
        if said == "stream: OK":
            return ""
        if said.startswith("stream: ") and said.endswith(" FOUND"):
            return said.removeprefix("stream: ").removesuffix(" FOUND")
        raise AntivirusAway(said[:80])  # a size limit of its own, or what we do not understand: it was not looked at

    def is_well(self) -> bool:
        try:
            return self._ask(b"zPING\x00", PING_S) == "PONG"
        except AntivirusAway:
            return False

    def _ask(self, question: bytes, timeout: float) -> str:
        try:
            with self._connected(timeout) as asked:
                with suppress(BrokenPipeError, ConnectionResetError):  # it may answer before the end
                    asked.sendall(question)
                answer = b""
                while b"\x00" not in answer and len(answer) < MOST_OCTETS and (more := asked.recv(1_000)):
                    answer += more
        except OSError as error:
            raise AntivirusAway(type(error).__name__) from error
        return answer.rstrip(b"\x00").decode("utf-8", "replace").strip()

    def _connected(self, timeout: float) -> socket.socket:
        if not self._path:
            return socket.create_connection(self._place, timeout=timeout)
        made = socket.socket(socket.AF_UNIX)
        made.settimeout(timeout)
        try:
            made.connect(self._path)
        except OSError:
            made.close()
            raise
        return made
