"""Sealed contents outside the database: a local folder, or any S3 store by its address.

``put`` returns only once the content is synced: what is acknowledged after it is never lost.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from errno import errorcode
from functools import lru_cache
from pathlib import Path
from typing import Any
from uuid import UUID

import obstore
import structlog
from django.conf import settings
from obstore.exceptions import BaseError, NotFoundError
from obstore.store import LocalStore

from ens.coffre import folder, remote
from ens.coffre.errors import ContentDamaged, StoreUnavailable
from ens.coffre.remote import is_remote

log = structlog.get_logger("ens.store")
_UNFINISHED = re.compile(r"[0-9a-f]{32}#[0-9]+")

TRIAL = "sonde"  # written by ``refusal_of``; no content has that name
CERTIFICATE = "certificate"


@lru_cache(maxsize=4)
def _store(address: str) -> tuple[Any, Path | None]:
    if is_remote(address):
        return remote.opened(address), None
    root = Path(address)
    return LocalStore(root), root  # never made here: see ``founding``


def path_of(object_id: UUID) -> str:
    """Where a content is inside the store, and inside a backup."""
    name = object_id.hex
    return f"{name[-2:]}/{name}"  # the end of a UUIDv7 is random: folders fill evenly


def _reason(error: Exception) -> str:
    """The kind of a failure, for the logs: the words of the system hold the path of a content."""
    if isinstance(error, remote.NotAsked):
        return "silent"
    if remote.was_silent(error):
        return "ETIMEDOUT"
    if remote.was_not_recognised(error):
        return CERTIFICATE
    if isinstance(error, OSError) and error.errno:
        return errorcode.get(error.errno, type(error).__name__)
    if found := re.search(r"status code: (\d{3})", str(error)):
        return f"HTTP {found.group(1)}"
    found = re.search(r"os error (\d+)|Os {\s*code: (\d+)", str(error))
    number = int(found.group(1) or found.group(2)) if found else 0
    return errorcode.get(number, type(error).__name__)


@contextmanager
def _spoken_to(address: str, *, makes_it: bool = False) -> Iterator[tuple[Any, Path | None]]:
    """A store, and its folder when it is one. Errors: StoreUnavailable."""
    try:
        if is_remote(address):
            with remote.listening(address).asking():
                yield _store(address)
        else:
            if makes_it:
                Path(address).mkdir(mode=0o700, parents=True, exist_ok=True)
            yield _store(address)
    except (remote.NotAsked, BaseError, OSError) as error:
        log.error("store_unavailable", reason=_reason(error))
        raise StoreUnavailable() from error


def put(object_id: UUID, sealed: bytes) -> None:
    """Write and sync a sealed content under its object's id. Errors: StoreUnavailable."""
    put_at(settings.ENS_STORE, path_of(object_id), sealed)


def put_at(address: str, path: str, data: bytes, *, makes_it: bool = False) -> None:
    """Write and sync a file of any store of ours.

    ``makes_it``: a folder that is absent or empty becomes a store by this file; else it is one that does not answer.
    Errors: StoreUnavailable.
    """
    with _spoken_to(address, makes_it=makes_it) as (store, root):
        if root is None:
            obstore.put(store, path, data)
        else:
            folder.write(root, path, data, makes_it=makes_it)


def refusal_of(address: str) -> str:
    """Why a store takes no byte now, as the logs say it: place gone, key refused, no room. Empty when it takes one."""
    try:
        put_at(address, TRIAL, b"x")
    except StoreUnavailable as error:
        return _reason(error.__cause__) if isinstance(error.__cause__, Exception) else type(error).__name__
    return ""


def get(object_id: UUID) -> bytes:
    """Errors: StoreUnavailable; ContentDamaged when the row is there and its content is not."""
    return get_at(settings.ENS_STORE, path_of(object_id))


def get_at(address: str, path: str) -> bytes:
    """Errors: StoreUnavailable; ContentDamaged when there is no such file."""
    with _spoken_to(address) as (store, root):
        try:
            return bytes(obstore.get(store, path).bytes())
        except (NotFoundError, FileNotFoundError) as error:
            _check_alone(error, root)
            raise ContentDamaged() from error


def _check_alone(missing: Exception, root: Path | None) -> None:
    """It is one file that is missing, and not the whole store. Errors: those of ``_spoken_to``."""
    if "NoSuchBucket" in str(missing):
        raise missing
    if root is not None:
        folder.check_is_there(root)


def delete(object_id: UUID) -> None:
    """Take away a content nothing refers to; absent already is fine. Errors: StoreUnavailable."""
    with _spoken_to(settings.ENS_STORE) as (store, root):
        try:
            obstore.delete(store, path_of(object_id))
        except (NotFoundError, FileNotFoundError) as error:
            _check_alone(error, root)


@dataclass(frozen=True, slots=True)
class Listed:
    """A file of a store: its path, and when it was written, by the store's own clock."""

    path: str
    written_at: datetime


def listing(address: str, prefix: str = "") -> Iterator[list[Listed]]:
    """What a store, or one folder of it, holds, a thousand files at a time. Errors: StoreUnavailable."""
    batches = None
    while True:
        with _spoken_to(address) as (store, _):
            batches = batches or iter(obstore.list(store, prefix=prefix or None, chunk_size=1000))
            try:
                batch = next(batches, None)
            except (NotFoundError, FileNotFoundError):
                batch = None
        if batch is None:
            return
        yield [Listed(one["path"], one["last_modified"]) for one in batch]


def remove_unfinished(folder: str, before: datetime) -> int:
    """On a local folder, take away what a killed process was writing, and no listing shows. Returns how many.

    A local store writes a file beside its place, under the same name, « # » and a number, then moves it.
    """
    if is_remote(settings.ENS_STORE):
        return 0
    with _spoken_to(settings.ENS_STORE) as (_, root):
        if root is None or not (root / folder).is_dir():
            return 0
        unfinished = [path for path in (root / folder).iterdir() if _UNFINISHED.fullmatch(path.name)]
        stale = [path for path in unfinished if _is_older(path, before)]
        for path in stale:
            path.unlink(missing_ok=True)
        return len(stale)


def _is_older(path: Path, before: datetime) -> bool:
    try:
        return path.stat().st_mtime < before.timestamp()
    except FileNotFoundError:  # written to its end meanwhile, and moved to its place
        return False


def is_empty() -> bool:
    """Whether nothing at all is there. Errors: StoreUnavailable."""
    return all(one.path == TRIAL for one in next(listing(settings.ENS_STORE), []))
