"""A process of a space: in its own session, dying with its supervisor, started again if it falls."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from ens.cli.sessions import with_parent

RESTART_DELAYS_S = (0.2, 1, 3, 10)
STEADY_S = 60
OF_SPACE = "ENS_PROCESSUS_DE"  # in the environment of every process of a space, to know those a dead one left


def write_pid(path: Path, pid: int) -> bool:
    """Whole at once: who reads it meanwhile finds the former number, never a part of one.

    Says whether it could: on a full disk it is for later, the process runs all the same.
    """
    whole = path.with_suffix(".pid.nouveau")
    try:
        whole.write_text(str(pid))
        whole.replace(path)
    except OSError:
        return False
    return True


@dataclass
class Child:
    """One process: ``command`` may be asked anew at each start."""

    name: str
    command: list[str]
    environment: dict[str, str]
    run: Path
    log: Path
    process: subprocess.Popen[bytes] | None = None
    falls: int = 0
    started_at: float = 0.0
    _next_start: float = field(default=0.0)
    _is_written: bool = field(default=False)  # its pid, for those who look for it

    @property
    def pid_file(self) -> Path:
        return self.run / f"{self.name}.pid"

    def start(self) -> None:
        with _opened(self.log) as log:
            self.process = subprocess.Popen(
                self.command,
                env={**_inherited(), **self.environment, OF_SPACE: str(self.run.parent)},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                preexec_fn=with_parent(),  # noqa: PLW1509 - the supervisor has one thread
            )
        self.started_at = time.monotonic()
        self._is_written = write_pid(self.pid_file, self.process.pid)

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def watch(self) -> bool:
        """Start it again if it fell, after a delay that grows; says whether it fell just now."""
        if self.is_alive:
            if not self._is_written and self.process is not None:
                self._is_written = write_pid(self.pid_file, self.process.pid)
            if self.falls and time.monotonic() - self.started_at > STEADY_S:
                self.falls = 0
            return False
        now = time.monotonic()
        if not self._next_start:
            self._sweep()
            self._next_start = now + RESTART_DELAYS_S[min(self.falls, len(RESTART_DELAYS_S) - 1)]
            self.falls += 1
            return True
        if now >= self._next_start:
            self._next_start = 0.0
            self.start()
        return False

    def ask_to_stop(self) -> None:
        if self.is_alive and self.process is not None:
            self.process.send_signal(signal.SIGTERM)

    def wait(self, until: float) -> None:
        """Until it ends or the time comes; then it and its group are killed."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.05, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(2)
        self._sweep()
        self.pid_file.unlink(missing_ok=True)

    def _sweep(self) -> None:
        """Kill what a dead process left in its group: a killed web server's workers would keep its port."""
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, signal.SIGKILL)
        except ProcessLookupError:
            return  # nothing was left


def _opened(log: Path) -> BinaryIO:
    """Its log; nowhere when no file can be made."""
    try:
        return log.open("ab")
    except OSError:
        return Path(os.devnull).open("ab")


def _inherited() -> dict[str, str]:
    kept = ("PATH", "HOME", "LANG", "LC_ALL", "TZ", "SSL_CERT_FILE", "PYTHONPATH", "TMPDIR")
    return {name: os.environ[name] for name in kept if name in os.environ} | {"PYTHONUNBUFFERED": "1"}


def python(*arguments: str) -> list[str]:
    return [sys.executable, *arguments]
