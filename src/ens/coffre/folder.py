"""A store that is a local folder: whether it is there, and a file written whole in it, synced, in the calling thread.

The library's own local store hands each file to a thread of another pool, and opens it again to sync it (decision
0032). Its names are kept: what is being written is beside its place, under the same name, « # » and a number.
"""

from __future__ import annotations

import errno
import os
import random
import re
from pathlib import Path

MARK = "espace"  # whose store it is: see ``founding``
_OF_CONTENTS = re.compile(r"[0-9a-f]{2}")


def check_is_there(root: Path) -> None:
    """The folder is there and is a store: it holds a mark, or contents older than any mark.

    One that is empty is what is left of a disk that is not mounted: what is written there would be hidden by it, once
    back. Errors: OSError.
    """
    if (root / MARK).exists():
        return
    with os.scandir(root) as entries:
        if not any(_OF_CONTENTS.fullmatch(entry.name) for entry in entries):
            raise FileNotFoundError(errno.ENOENT, os.strerror(errno.ENOENT))


def write(root: Path, path: str, data: bytes, *, makes_it: bool = False) -> None:
    """Put ``data`` there, whole or not at all; on the disk when this returns.

    ``makes_it``: the folder itself may be made by this file; else one that is not there stays so. Errors: OSError.
    """
    place = root / path
    beside = place.with_name(f"{place.name}#{random.getrandbits(48)}")
    is_new_folder = False
    if place.parent == root and not makes_it:
        check_is_there(root)
    try:
        file = beside.open("xb", buffering=0)
    except FileNotFoundError:
        if not makes_it:
            check_is_there(root)
        place.parent.mkdir(parents=makes_it, exist_ok=True)
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
