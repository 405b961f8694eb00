"""A space killed in every way, and stopped in time."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.cli.conftest import a_free_port, bare_environment
from tests.scenarios.conftest import copy

ENS = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "ens"
pytestmark = [pytest.mark.space, pytest.mark.slow, pytest.mark.timeout(300)]
PARTS = ("web", "smtp", "worker", "postgres")


class Running:
    """``ens up --demo`` on a folder, as a person types it."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.http, self.smtp = a_free_port(), a_free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def command(self) -> list[str]:
        places = ("--http", f"127.0.0.1:{self.http}", "--smtp", f"127.0.0.1:{self.smtp}")
        return [str(ENS), "up", "--demo", "--data", str(self.data), *places]

    def start(self) -> None:
        """Until it says that it is ready."""
        said = self.data.parent / "dit.txt"
        with said.open("wb") as out:
            self.process = subprocess.Popen(
                self.command(), stdout=out, stderr=out, env=bare_environment(), start_new_session=True
            )
        until(lambda: "est prêt" in said.read_text() or self.process.poll() is not None, 120)
        assert self.process.poll() is None, said.read_text()

    def healthy(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.http}/healthz", timeout=2) as answer:
                return set(json.load(answer)["parts"].values()) == {"ok"}
        except (urllib.error.URLError, OSError):
            return False

    def pid(self, part: str) -> int:
        return int((self.data / "run" / f"{part}.pid").read_text())

    def stop(self, number: signal.Signals, *, group: bool = False) -> tuple[int, float]:
        """Its exit code, and the seconds it took."""
        assert self.process is not None
        began = time.monotonic()
        (os.killpg if group else os.kill)(self.process.pid, number)
        return self.process.wait(30), time.monotonic() - began

    def ens(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        command = [str(ENS), *arguments, "--data", str(self.data)]
        return subprocess.run(command, env=bare_environment(), capture_output=True, text=True, check=False)


def until(true: Callable[[], object], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "too late"
        time.sleep(0.05)


@pytest.fixture
def space(kept_folder: Path, prepared: Path) -> Iterator[Running]:
    copy(prepared, kept_folder / "var")
    running = Running(kept_folder / "var")
    yield running
    if running.process is not None and running.process.poll() is None:
        running.process.terminate()
        running.process.wait(30)


@pytest.mark.feature("B01")
def test_a_space_lives_through_every_kill_and_stops_in_time(space):
    space.start()
    assert space.healthy()
    demo = space.data / "demo.json"
    assert stat.S_IMODE(demo.stat().st_mode) == 0o600
    before = json.loads(demo.read_text())

    second = subprocess.run(space.command(), env=bare_environment(), capture_output=True, text=True, check=False)
    assert (second.returncode, second.stdout) == (2, "")
    assert "déjà en marche" in second.stderr and second.stderr.count("\n") == 1

    for part in PARTS:
        killed = space.pid(part)
        assert os.getsid(killed) == killed, f"{part} shares a session"
        os.kill(killed, signal.SIGKILL)
        until(lambda part=part, killed=killed: space.pid(part) != killed and space.healthy(), 40)

    moved = space.ens("clock", "+1d", "--json")
    assert moved.returncode == 0 and json.loads(moved.stdout)["done"]
    crowd = space.ens("crowd", "2", "--json")
    assert json.loads(crowd.stdout)["made"] == 2
    lines = (space.data / "crowd.txt").read_text().split()
    assert len(lines) == 2 and all(len(line.partition("|")[2]) == 15 for line in lines)

    space.stop(signal.SIGKILL)
    space.start()  # what a killed supervisor left is waited for, nothing is asked of anyone
    assert space.healthy()
    after = json.loads(demo.read_text())
    assert (after["usagers"], after["professionals"]) == (before["usagers"], before["professionals"])

    code, seconds = space.stop(signal.SIGINT, group=True)
    assert code == 0 and seconds < 10
    assert not list((space.data / "run").glob("*.pid"))

    space.start()
    code, seconds = space.stop(signal.SIGTERM)
    assert code == 0 and seconds < 10

    production = space.ens("up", "--http", f"127.0.0.1:{space.http}", "--smtp", f"127.0.0.1:{space.smtp}")
    assert production.returncode == 2 and "ENS_SMTP_CERT" in production.stderr
    given = {**bare_environment(), "ENS_SMTP_CERT": "c", "ENS_SMTP_KEY": "k", "ENS_SMTP_CA": "a"}
    mixed = subprocess.run(
        [part for part in space.command() if part != "--demo"], env=given, capture_output=True, text=True, check=False
    )
    assert mixed.returncode == 2
    assert mixed.stderr == "Cette base de données est celle d'une démonstration : elle ne peut pas servir ici.\n"
