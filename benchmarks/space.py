"""A space of the measures' own: a demonstration in a temporary folder, on free ports, stopped and removed after."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import processes

ROOT = Path(__file__).resolve().parents[1]
ENS = ROOT / ".venv" / "bin" / "ens"


class Space:
    def __init__(self, data: Path, settings: dict[str, str] | None = None) -> None:
        self.data = data
        self.settings = settings or {}
        self.ports = (free_port(), free_port())

    def start(self) -> float:
        """Seconds until it is ready."""
        began = time.monotonic()
        places = ("--http", f"127.0.0.1:{self.ports[0]}", "--smtp", f"127.0.0.1:{self.ports[1]}")
        command = [str(ENS), "up", "--demo", "--json", "--data", str(self.data), *places]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env={**os.environ, **self.settings})
        assert self.process.stdout is not None
        ready = json.loads(self.process.stdout.readline() or "{}")
        if not ready.get("ready"):
            raise SystemExit(f"L'espace n'a pas démarré : {ready}")
        return time.monotonic() - began

    def stop(self) -> float:
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        return time.monotonic() - began

    @property
    def demo(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads((self.data / "demo.json").read_text())
        return found

    def pids(self, *names: str) -> dict[str, int]:
        return processes.roots(self.data, *names)

    def crowd(self, number: int) -> list[str]:
        """``oid|matricule`` of so many open usagers, made when they are not there yet."""
        path = self.data / "crowd.txt"
        known = path.read_text().split() if path.exists() else []
        if len(known) < number:
            command = [str(ENS), "crowd", str(number - len(known)), "--data", str(self.data)]
            subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
            known = path.read_text().split()
        return known[:number]

    def quiet(self, below_s: float = 0.05, limit_s: float = 120) -> None:
        """Wait until the worker has done what the last acts left it, so that it is not counted with the next."""
        deadline = time.monotonic() + limit_s
        while time.monotonic() < deadline:
            groups = self.pids("worker", "postgres")
            before = processes.spent(groups)
            time.sleep(1)
            if processes.total(processes.since(before, processes.spent(groups))) < below_s:
                return


@contextmanager
def temporary() -> Iterator[Path]:
    """A folder that PostgreSQL, another user under root, may enter. TMPDIR says where; a disk, not a memory."""
    with tempfile.TemporaryDirectory(prefix="ens-bench-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


def file_system(folder: Path) -> str:
    """Its type: on tmpfs nothing is durable, and a measure there says nothing of a disk."""
    best, kind = "", "?"
    for line in Path("/proc/self/mounts").read_text().splitlines():
        _, where, found, *_ = line.split()
        if str(folder.resolve()).startswith(where) and len(where) >= len(best):
            best, kind = where, found
    return kind


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def cores() -> int:
    return len(os.sched_getaffinity(0))
