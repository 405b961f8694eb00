"""The door in several processes: one that falls is started again, all of them end together."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

PROGRAM = """
import os, signal, sys, time
from pathlib import Path
from ens.interop.smtp import processes
processes.BROUGHT_DOWN_S = float(sys.argv[2])
def serve():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    Path(sys.argv[1], str(os.getpid())).touch()
    while sys.argv[3] == "falls" and not Path(sys.argv[1], "tombez").exists():
        time.sleep(0.01)
    if sys.argv[3] == "falls":
        return 3
    while True:
        time.sleep(5)
sys.exit(processes.run(2, serve))
"""


def started(folder: Path, *, steady_after: float, how: str = "serves") -> subprocess.Popen[bytes]:
    return subprocess.Popen([sys.executable, "-c", PROGRAM, str(folder), str(steady_after), how])


def until(said) -> None:
    deadline = time.monotonic() + 10
    while not said():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def pids(folder: Path) -> set[int]:
    return {int(one.name) for one in folder.iterdir() if one.name.isdigit()}


def is_there(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_one_that_falls_is_started_again_and_all_end_together(tmp_path):
    watcher = started(tmp_path, steady_after=0)
    try:
        until(lambda: len(pids(tmp_path)) == 2)
        fallen = min(pids(tmp_path))
        os.kill(fallen, signal.SIGKILL)
        until(lambda: len(pids(tmp_path)) == 3)
    finally:
        watcher.terminate()
    assert watcher.wait(10) == 0
    assert not any(is_there(pid) for pid in pids(tmp_path))


def test_one_that_falls_as_it_starts_brings_the_door_down_with_its_status(tmp_path):
    (tmp_path / "tombez").touch()
    assert started(tmp_path, steady_after=60, how="falls").wait(20) == 3
    assert not any(is_there(pid) for pid in pids(tmp_path))


def test_all_of_them_that_fall_at_once_bring_the_door_down_with_their_status(tmp_path):
    watcher = started(tmp_path, steady_after=60, how="falls")
    until(lambda: len(pids(tmp_path)) == 2)
    watcher.send_signal(signal.SIGSTOP)  # it sees them both at its next look
    (tmp_path / "tombez").touch()
    until(lambda: all(") Z " in Path(f"/proc/{pid}/stat").read_text() for pid in pids(tmp_path)))
    watcher.send_signal(signal.SIGCONT)
    assert watcher.wait(10) == 3


@pytest.mark.parametrize("said", ["0", "deux", "-1", "65"])
def test_a_number_of_processes_that_is_none_is_said(said):
    done = subprocess.run([sys.executable, "-m", "ens.interop.smtp", said], capture_output=True, check=False, text=True)
    assert done.returncode == 2
    assert "ENS_SMTP_PROCESSES" in done.stderr


LOCAL = st.text("aZ09!#$%&'*+/=?^_`{|}~-.", min_size=1, max_size=20)


@given(
    LOCAL,
    st.lists(st.text("aZ0-", min_size=1, max_size=5), min_size=1, max_size=3),
    st.sampled_from(["", " SIZE=1 BODY=8BITMIME"]),
)
def test_the_short_way_to_an_address_reads_as_the_long_one(local, labels, parameters):
    from aiosmtpd.smtp import SMTP

    from ens.interop.smtp.session import GuardedSMTP

    session = GuardedSMTP.__new__(GuardedSMTP)
    session.local_part_limit = 0
    said = f"<{local}@{'.'.join(labels)}>{parameters}"
    address, rest = GuardedSMTP._getaddr(session, said)
    long_address, long_rest = SMTP._getaddr(session, said)
    assert address == long_address
    assert (rest or "").split() == (long_rest or "").split()
