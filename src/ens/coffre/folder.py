"""A file written whole in a local folder, and synced, in the calling thread.

The library's own local store hands each file to a thread of another pool, and opens it again to sync it (decision
0032). Its names are kept: what is being written is beside its place, under the same name, « # » and a number.
"""

from __future__ import annotations

import os
import random
from pathlib import Path


def write(place: Path, data: bytes) -> None:
    """Put ``data`` there, whole or not at all; on the disk when this returns. Errors: OSError."""
    beside = place.with_name(f"{place.name}#{random.getrandbits(48)}")
    is_new_folder = False
    try:
        file = beside.open("xb", buffering=0)
    except FileNotFoundError:
        place.parent.mkdir(parents=True, exist_ok=True)
        is_new_folder = True
        file = beside.open("xb", buffering=0)
    with file:
        try:
            left = memoryview(data)
            while left:
                left = left[file.write(left) :]
            beside.replace(place)  # before it is synced: one writing of the journal makes sure of both
        except BaseException:
            beside.unlink()
            raise
        os.fsync(file.fileno())
    _sync(place.parent)
    if is_new_folder:
        _sync(place.parent.parent)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
