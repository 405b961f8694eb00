"""Two clamd: the real one when this machine has it, with one signature of ours, and one that speaks its protocol."""

from __future__ import annotations

import shutil
import socket
import socketserver
import struct
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

# not malware: a word of ours, which both know under this name
MARK = b"ENS-ESSAI-D-ANTIVIRUS-7c1f"
NAME = "Ens.Essai.UNOFFICIAL"
KINDS = ["protocol", *(["clamd"] if shutil.which("clamd") or Path("/usr/sbin/clamd").exists() else [])]


class _Session(socketserver.BaseRequestHandler):
    """Source: clamd(8)."""

    def handle(self) -> None:
        stream = self.request.makefile("rb")
        command = b""
        while not command.endswith(b"\x00"):
            command += stream.read(1)
        if command == b"zPING\x00":
            self.request.sendall(b"PONG\x00")
            return
        assert command == b"zINSTREAM\x00"
        data = b""
        while size := struct.unpack("!I", stream.read(4))[0]:
            data += stream.read(size)
        limit = self.server.limit
        if len(data) > limit:
            self.request.sendall(b"INSTREAM size limit exceeded. ERROR\x00")
            return
        self.request.sendall(f"stream: {NAME} FOUND\x00".encode() if MARK in data else b"stream: OK\x00")


class _Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True
    limit = 26_214_400


@contextmanager
def running(kind: str, folder: Path) -> Iterator[str]:
    """Its address."""
    if kind == "protocol":
        with _Server(("127.0.0.1", 0), _Session) as server:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
            yield f"127.0.0.1:{server.server_address[1]}"
            server.shutdown()
        return
    (folder / "base").mkdir()
    (folder / "base" / "essai.ndb").write_text(f"Ens.Essai:0:*:{MARK.hex()}\n")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    place = folder / "clamd.ctl"
    (folder / "clamd.conf").write_text(
        f"DatabaseDirectory {folder / 'base'}\nLocalSocket {place}\nTCPSocket {port}\nTCPAddr 127.0.0.1\n"
        f"Foreground yes\nTemporaryDirectory {folder}\nLogFile {folder / 'clamd.log'}\n"
    )
    command = shutil.which("clamd") or "/usr/sbin/clamd"
    process = subprocess.Popen([command, "--config-file", str(folder / "clamd.conf")], stdout=subprocess.DEVNULL)
    try:
        end = time.monotonic() + 30
        while not place.exists():
            assert process.poll() is None and time.monotonic() < end, (folder / "clamd.log").read_text()
            time.sleep(0.05)
        yield f"unix:{place}"
    finally:
        process.terminate()
        process.wait(10)
