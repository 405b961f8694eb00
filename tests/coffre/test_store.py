"""A content is on the disk, not only in memory, before anything is acknowledged."""

from __future__ import annotations

import errno
import os
from pathlib import Path
from uuid import uuid4

import pytest
from django.test import override_settings

from ens.coffre import founding, store
from ens.coffre.errors import StoreUnavailable


@pytest.fixture
def place(tmp_path):
    with override_settings(ENS_STORE=str(tmp_path)):
        founding.make()
        yield tmp_path


def test_a_content_its_folder_and_the_folder_made_for_it_are_synced_before_put_returns(place, monkeypatch):
    """Neither ``kill -9`` nor a test loses what the system has not written yet; a power cut does."""
    synced, fsync = [], os.fsync

    def seen(descriptor: int) -> None:
        path = Path(f"/proc/self/fd/{descriptor}").resolve()
        synced.append((path, path.stat().st_size if path.is_file() else None))
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", seen)
    content_id = uuid4()
    store.put(content_id, b"scelle")
    path = place / store.path_of(content_id)
    assert (path, len(b"scelle")) in synced  # whole, under its own name
    assert {path.parent, place} <= {one for one, _ in synced}


def test_a_disk_that_cannot_sync_acknowledges_nothing(place, monkeypatch, capfd):
    def fails(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises(StoreUnavailable):
        store.put(uuid4(), b"scelle")
    assert '"reason": "EIO"' in capfd.readouterr().err
