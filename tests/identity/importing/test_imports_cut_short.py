"""One import at a time; cut short or killed, it goes on where it was."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.identity.importing.conftest import imported, rows
from tests.identity.population import line, write


def test_only_one_import_runs_at_a_time(people, tmp_path, monkeypatch):
    import psycopg

    from ens.identity.population import load

    monkeypatch.setattr(load, "LOCK_WAIT_MS", 50)
    with psycopg.connect(**load._batch()) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [load._LOCK])
        with pytest.raises(load.ImportRunning):
            imported(write(tmp_path / "p.csv", line()))


@pytest.mark.parametrize("stops", ["staging", "parts", "updates"])
def test_an_import_cut_short_goes_on_where_it_was(people, tmp_path, monkeypatch, stops):
    from ens.identity.population import changes, files, load, reading

    monkeypatch.setattr(files, "CHUNK_BYTES", 1)  # a chunk a line
    monkeypatch.setattr(load, "INLINE_CHUNKS", 1_000)
    monkeypatch.setattr(load, "PART_CHUNKS", 2)
    former = line()
    imported(write(tmp_path / "avant.csv", former))
    lines = [line() for _ in range(9)]
    path = write(tmp_path / "p.csv", *lines, former | {"nom_utilise": "PETIT"})

    calls = 0

    def sometimes(act):
        def wrapped(*args, **kwargs):
            nonlocal calls
            calls += 1
            if calls == 4 or stops == "updates":
                raise KeyboardInterrupt
            return act(*args, **kwargs)

        return wrapped

    with monkeypatch.context() as cut:
        if stops == "staging":
            cut.setattr(reading.Reader, "read", sometimes(reading.Reader.read))
        elif stops == "parts":
            cut.setattr(load, "_register_part", sometimes(load._register_part))
        else:
            cut.setattr(changes, "update", sometimes(changes.update))
        with pytest.raises(KeyboardInterrupt):
            imported(path)
    report = imported(path)
    assert report.resumed
    assert (report.read, report.registered, report.updated, report.known) == (10, 9, 1, 0)
    assert imported(path).known == 10


@pytest.mark.slow
def test_an_import_killed_goes_on_where_it_was_and_leaves_no_process(people, database, tmp_path, monkeypatch):
    from ens.identity.population import files

    monkeypatch.setattr(files, "CHUNK_BYTES", 20_000)
    lines = [line() for _ in range(3_000)]
    path = write(tmp_path / "p.csv", *lines)
    script = (
        "import sys; from pathlib import Path\n"
        "if __name__ == '__main__':\n"
        "    import django; django.setup()\n"
        "    from ens.identity.population import files, load\n"
        "    files.CHUNK_BYTES = 20_000\n"
        "    print(load.import_population(Path(sys.argv[1])).as_json())\n"
    )
    program = tmp_path / "programme.py"
    program.write_text(script)
    addresses = {"URL": database.web, "BATCH_URL": database.batch, "OWNER_URL": database.owner}
    environment = {**os.environ, **{f"ENS_DATABASE_{name}": url for name, url in addresses.items()}}
    running = subprocess.Popen([sys.executable, str(program), str(path)], env=environment)
    try:
        deadline = time.monotonic() + 60
        while not rows("SELECT 1 FROM identity_import_chunk LIMIT 1"):
            assert time.monotonic() < deadline
            assert running.poll() is None, "it ended before it could be killed"
            time.sleep(0.005)
        children = children_of(running.pid)
        assert children
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in children):
        assert time.monotonic() < deadline, "a reader outlived the import"
        time.sleep(0.05)
    report = imported(path)
    assert report.resumed
    assert (report.read, report.registered) == (3_000, 3_000)
    assert imported(path).known == 3_000


def children_of(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == parent:
                found.append(int(entry.name))
    return found
