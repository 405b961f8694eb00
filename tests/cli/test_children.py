"""Processes of a space: their own session, their restarts, their end."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from ens.cli.children import Child, python
from ens.cli.supervisor import Supervisor, wait_for_orphans
from tests.cli.conftest import bare_environment

SLEEP = "import time; time.sleep(60)"
FORKS = f"import subprocess, sys, time; subprocess.Popen([sys.executable, '-c', '{SLEEP}']); time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('sourd', flush=True); time.sleep(60)"


@pytest.fixture
def child(folder: Path) -> Iterator[Callable[..., Child]]:
    made = []

    def make(story: str = SLEEP, name: str = "worker") -> Child:
        found = Child(name, python("-c", story), {}, folder, folder / f"{name}.log")
        made.append(found)
        found.start()
        return found

    yield make
    for found in made:
        if found.process and found.process.poll() is None:
            os.killpg(found.process.pid, signal.SIGKILL)
            found.process.wait()


def until(true: Callable[[], object], seconds: float = 10) -> None:
    deadline = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < deadline, "too late"
        time.sleep(0.02)


def test_a_child_has_its_own_session_and_says_its_pid(child):
    found = child()
    assert os.getsid(found.process.pid) == found.process.pid != os.getsid(0)
    assert found.pid_file.read_text() == str(found.process.pid)


def test_a_child_whose_pid_cannot_be_written_runs_and_says_it_later(child, folder):
    """As on a full disk."""
    in_the_way = folder / "worker.pid.nouveau"
    in_the_way.mkdir()
    found = child()
    assert found.watch() is False
    assert found.is_alive
    assert not found.pid_file.exists()
    in_the_way.rmdir()
    assert found.watch() is False
    assert found.pid_file.read_text() == str(found.process.pid)


def test_a_child_whose_log_cannot_be_opened_runs_all_the_same(child, folder):
    (folder / "worker.log").mkdir()
    assert child().is_alive


def test_a_killed_child_is_started_again_and_said_once(child):
    found = child()
    first = found.process.pid
    found.process.kill()
    found.process.wait()
    assert found.watch() is True
    until(lambda: not found.watch() and found.is_alive)
    assert found.pid_file.read_text() == str(found.process.pid) != str(first)


def test_a_child_that_keeps_falling_waits_longer_each_time(child):
    found = child("raise SystemExit(1)")
    starts = []
    deadline = time.monotonic() + 2
    while time.monotonic() < deadline:
        before = found.started_at
        found.watch()
        if found.started_at != before:
            starts.append(found.started_at)
        time.sleep(0.01)
    assert len(starts) == 2  # after 0.2 s, then 1 s; the third waits 3 s


def test_what_a_killed_child_left_is_swept_before_its_restart(child):
    found = child(FORKS)
    group = found.process.pid
    until(lambda: len(members_of(group)) == 2)
    found.process.kill()
    found.process.wait()
    assert found.watch() is True
    until(lambda: members_of(group) == [])


def test_a_deaf_child_is_killed_when_its_time_is_over(child):
    found = child(DEAF)
    until(lambda: "sourd" in found.log.read_text())
    found.ask_to_stop()
    found.wait(time.monotonic() + 0.3)
    assert found.process.poll() == -signal.SIGKILL
    assert not found.pid_file.exists()


def test_the_front_stops_before_the_worker(child, folder):
    order = []
    supervisor = Supervisor(folder, None)
    supervisor.children = [child(name=name) for name in ("worker", "web", "smtp")]
    for found in supervisor.children:
        found.wait = lambda _, name=found.name: order.append(name)
    supervisor.stop()
    assert order == ["web", "smtp", "worker"]


def test_a_child_dies_with_a_killed_supervisor_and_orphans_are_waited_for(folder):
    (folder / "run").mkdir()
    story = (
        "import sys, time; from pathlib import Path; from ens.cli.children import Child, python;"
        "run = Path(sys.argv[1]);"
        f"child = Child('web', python('-c', {SLEEP!r}), {{}}, run, run / 'web.log'); child.start();"
        "print(child.process.pid, flush=True); time.sleep(60)"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", story, str(folder / "run")], stdout=subprocess.PIPE, text=True, env=bare_environment()
    )
    assert supervisor.stdout is not None
    pid = int(supervisor.stdout.readline())
    assert Path(f"/proc/{pid}").exists()
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    wait_for_orphans(folder)
    assert not is_living(pid)


def members_of(group: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and is_living(int(entry.name)):
            try:
                if os.getpgid(int(entry.name)) == group:
                    found.append(int(entry.name))
            except ProcessLookupError:
                continue
    return found


def is_living(pid: int) -> bool:
    try:
        return (Path("/proc") / str(pid) / "stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False
