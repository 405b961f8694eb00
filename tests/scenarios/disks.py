"""Small file systems made for a test, that can be full, and made read-only."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.scenarios.conftest import until


class NoSmallDisk(Exception):
    """None can be mounted here; the message says why."""


class SmallDisk:
    """A file system of its own, in memory."""

    def __init__(self, place: Path, megabytes: int) -> None:
        self.place = place
        self._size = megabytes * 1_048_576

    @contextmanager
    def full(self, *, left: int = 0) -> Iterator[None]:
        """Nothing more can be written, but ``left`` bytes."""
        assert until(lambda: self._remount(f"size={self._used() + left}"))  # again, if it grew meanwhile
        try:
            yield
        finally:
            assert self._remount(f"size={self._size}")

    @contextmanager
    def read_only(self) -> Iterator[None]:
        assert until(lambda: self._remount("ro"))  # again, while a file is being written
        try:
            yield
        finally:
            assert self._remount("rw")

    def _used(self) -> int:
        found = os.statvfs(self.place)
        return (found.f_blocks - found.f_bfree) * found.f_frsize

    def _remount(self, option: str) -> bool:
        done = subprocess.run(
            ["mount", "-o", f"remount,{option}", str(self.place)], check=False, capture_output=True, text=True
        )
        return done.returncode == 0


@contextmanager
def small_disk(place: Path, megabytes: int) -> Iterator[SmallDisk]:
    """Mounted there until the end of the block. Errors: NoSmallDisk."""
    if os.geteuid() != 0:
        raise NoSmallDisk("seul root peut monter un petit disque pour l'essai")
    place.mkdir(parents=True, exist_ok=True)
    options = f"size={megabytes}m,mode=755"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    try:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
    except FileNotFoundError as error:
        raise NoSmallDisk("il manque la commande mount") from error
    if done.returncode:
        raise NoSmallDisk(f"aucun petit disque ne peut être monté ici : {done.stderr.strip()}")
    try:
        yield SmallDisk(place, megabytes)
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)
