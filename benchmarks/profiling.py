"""Where the time of a process goes: ``PROFILE=1 make bench ONLY=bundle``, with py-spy when it is installed.

A sampling profiler takes time of its own: the load is run once more under it, and its figures are not those told.
Writes ``var/profil/<name>.txt``: the functions in which time is spent, alone and with what they call.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[1] / "var" / "profil"
LINES, RATE = 45, 200
INSTALL = "PROFILE=1 demande py-spy : .venv/bin/pip install py-spy"


def wanted() -> bool:
    return os.environ.get("PROFILE", "") not in ("", "0")


def _spy() -> str:
    beside = str(Path(sys.executable).parent)
    found = shutil.which("py-spy", path=os.pathsep.join([beside, os.environ.get("PATH", "")]))
    if found is None:
        raise SystemExit(INSTALL)
    return found


def check() -> None:
    """Before anything is started. Errors: SystemExit when py-spy is wanted and absent."""
    if wanted():
        _spy()


@contextmanager
def of(name: str, pid: int) -> Iterator[None]:
    """Sample this process and its descendants while the block runs; only threads that hold the processor count."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    raw = FOLDER / f"{name}.brut"
    command = [_spy(), "record", "--pid", str(pid), "--subprocesses", "--format", "raw", "--rate", str(RATE)]
    command += ["--gil", "--nonblocking", "--output", str(raw)]
    with (FOLDER / "py-spy.log").open("w") as log:
        process = subprocess.Popen([*command, "--duration", "600"], stdout=log, stderr=log)
        try:
            yield
        finally:
            process.send_signal(2)
            process.wait(60)
    if raw.exists():
        (FOLDER / f"{name}.txt").write_text("\n".join(_told(raw.read_text())) + "\n")
        print(f"  profil : {FOLDER / name}.txt", file=sys.stderr, flush=True)
    else:
        print((FOLDER / "py-spy.log").read_text()[-500:], file=sys.stderr, flush=True)


def _told(raw: str) -> list[str]:
    alone: Counter[str] = Counter()
    within: Counter[str] = Counter()
    for line in raw.splitlines():
        stack, _, count = line.rpartition(" ")
        frames = [frame.rpartition(":")[0] + ")" if ":" in frame else frame for frame in stack.split(";")]
        alone[frames[-1]] += int(count)
        for frame in set(frames):
            within[frame] += int(count)
    total = sum(alone.values()) or 1
    lines = [f"{total} relevés de l'interpréteur au travail"]
    for words, counted in (("seul", alone), ("avec ce qu'il appelle", within)):
        lines += ["", f"{words} :"]
        lines += [f"{100 * number / total:6.1f} %  {frame}" for frame, number in counted.most_common(LINES)]
    return lines
