"""Sealed contents outside the database: a local folder, or any S3 store by its address.

``put`` returns only once the content is synced: what is acknowledged after it is never lost.
"""

from __future__ import annotations

import os
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import obstore
from django.conf import settings
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore, from_url

from ens.coffre.errors import ContentDamaged, StoreUnavailable


@lru_cache(maxsize=4)
def _store(address: str) -> tuple[Any, Path | None]:
    if "://" in address:
        return from_url(address), None
    root = Path(address)
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    return LocalStore(root, mkdir=True), root


def path_of(object_id: UUID) -> str:
    """Where a content is inside the store, and inside a backup."""
    name = object_id.hex
    return f"{name[-2:]}/{name}"  # the end of a UUIDv7 is random: folders fill evenly


def _sync(path: Path) -> None:
    for target in (path, path.parent):
        descriptor = os.open(target, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def put(object_id: UUID, sealed: bytes) -> None:
    """Write and sync a sealed content under its object's id. Errors: StoreUnavailable."""
    try:
        store, root = _store(settings.ENS_STORE)
        path = path_of(object_id)
        is_new_folder = root is not None and not (root / path).parent.exists()
        obstore.put(store, path, sealed)
        if root is not None:
            _sync(root / path)
            if is_new_folder:
                _sync((root / path).parent)
    except (BaseError, OSError) as error:
        raise StoreUnavailable() from error


def get(object_id: UUID) -> bytes:
    """Errors: StoreUnavailable; ContentDamaged when the row is there and its content is not."""
    try:
        store, _ = _store(settings.ENS_STORE)
        return bytes(obstore.get(store, path_of(object_id)).bytes())
    except (NotFoundError, FileNotFoundError) as error:
        raise ContentDamaged() from error
    except (BaseError, OSError) as error:
        raise StoreUnavailable() from error


def delete(object_id: UUID) -> None:
    """Sweep a content nothing refers to; absent already is fine."""
    try:
        store, _ = _store(settings.ENS_STORE)
        obstore.delete(store, path_of(object_id))
    except (NotFoundError, FileNotFoundError):
        return
    except (BaseError, OSError) as error:
        raise StoreUnavailable() from error


def is_empty() -> bool:
    """Whether nothing at all is there. Errors: StoreUnavailable."""
    try:
        store, _ = _store(settings.ENS_STORE)
        return not next(iter(obstore.list(store, chunk_size=1)), [])
    except (BaseError, OSError) as error:
        raise StoreUnavailable() from error
