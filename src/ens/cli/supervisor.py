"""Keeps the processes of a space in order: started, started again when they fall, stopped in order."""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from ens.cli.children import OF_SPACE, RESTART_DELAYS_S, STEADY_S, Child, write_pid
from ens.cli.postgres import EmbeddedPostgres, PostgresRefused

FRONT = ("web", "smtp")
# Ten seconds in all, from SIGTERM to the end.
FRONT_STOP_S, ALL_STOP_S, DATABASE_STOP_S = 4.5, 6.5, 2.5
ORPHANS_S = 8


class Supervisor:
    """``postgres`` is None when the database is somebody else's."""

    def __init__(self, run: Path, postgres: EmbeddedPostgres | None) -> None:
        self.run = run
        self.postgres = postgres
        self.children: list[Child] = []
        self._postgres_falls = 0
        self._postgres_next = 0.0
        self._postgres_started_at = 0.0
        self._is_postgres_written = False

    @property
    def _postgres_pid(self) -> Path:
        return self.run / "postgres.pid"

    def start_database(self) -> None:
        """Errors: PostgresRefused."""
        if self.postgres is not None:
            self.postgres.start()
            self._write_postgres(self.postgres)

    def _write_postgres(self, postgres: EmbeddedPostgres) -> None:
        self._is_postgres_written = write_pid(self._postgres_pid, postgres.pid or 0)

    def start(self, children: list[Child]) -> None:
        self.children = children
        for child in children:
            child.start()

    def watch(self) -> None:
        """One round: whatever fell is started again, after a delay that grows, and said."""
        self._watch_database()
        for child in self.children:
            if child.watch():
                say(f"« {child.name} » s'est arrêté ; il repart.")

    def _watch_database(self) -> None:
        if self.postgres is None:
            return
        if self.postgres.is_alive:
            if not self._is_postgres_written:
                self._write_postgres(self.postgres)
            if self._postgres_falls and time.monotonic() - self._postgres_started_at > STEADY_S:
                self._postgres_falls = 0
            return
        if time.monotonic() < self._postgres_next:
            return
        say("La base de données s'est arrêtée ; elle repart.")
        self._postgres_next = time.monotonic() + RESTART_DELAYS_S[min(self._postgres_falls, len(RESTART_DELAYS_S) - 1)]
        self._postgres_falls += 1
        try:
            self.postgres.start_again()
        except PostgresRefused as error:
            say(str(error))
        except OSError as error:
            say(f"Le disque de la base n'est pas accessible en écriture : {error.strerror}.")
        else:
            self._postgres_started_at = time.monotonic()
            self._write_postgres(self.postgres)

    def stop(self) -> None:
        """Web and smtp finish what they accepted, then the worker and the others, then PostgreSQL."""
        began = time.monotonic()
        front = [child for child in self.children if child.name in FRONT]
        others = [child for child in self.children if child not in front]
        for group, limit in ((front, FRONT_STOP_S), (others, ALL_STOP_S)):
            for child in group:
                child.ask_to_stop()
            for child in group:
                child.wait(began + limit)
        if self.postgres is not None:
            try:
                self.postgres.stop(within_s=DATABASE_STOP_S)
            except PostgresRefused:
                self.postgres.stop(immediate=True)  # nothing committed is lost: it recovers at the next start
            self._postgres_pid.unlink(missing_ok=True)


def say(sentence: str) -> None:
    """To the person who started the space; where nothing can be written any more, the space goes on."""
    try:
        print(sentence, file=sys.stderr, flush=True)
    except OSError:
        return


def wait_for_orphans(data: Path) -> None:
    """Processes that a killed supervisor left are already stopping: wait for them, then kill those that do not."""
    deadline = time.monotonic() + ORPHANS_S
    while orphans := _processes_of(data):
        if time.monotonic() > deadline:
            for pid in orphans:
                try:
                    os.kill(pid, signal.SIGKILL)
                except ProcessLookupError:
                    continue  # it ended meanwhile
            deadline = time.monotonic() + ORPHANS_S
        time.sleep(0.05)


def _processes_of(data: Path) -> list[int]:
    mark = f"{OF_SPACE}={data}".encode()
    found = []
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            environment = (entry / "environ").read_bytes()  # empty for a zombie
        except OSError:  # gone meanwhile, or somebody else's
            continue
        if mark in environment.split(b"\0"):
            found.append(int(entry.name))
    return found
