"""The sealed contents: those the snapshot refers to, copied once each and never changed after.

They are immutable and named by their id, so that a second backup in the same folder copies only what is new. Lists
are files in the order of the store's folders, read side by side: none is ever whole in memory.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import groupby, islice
from pathlib import Path
from typing import TypeVar
from uuid import UUID

from ens.cli.backup.manifest import Contents, DigestingWriter, Refusal, damaged, digest_of, inside
from ens.cli.backup.tables import Connection, shapes
from ens.coffre.errors import ContentDamaged
from ens.coffre.store import path_of

FOLDER, LIST = "contenus", "contenus.liste"
AT_ONCE = 8  # a remote store answers in milliseconds, and a disk reads better a few at once
_BATCH = 256
# Every column that names a content of the store; a scenario compares them with the store of a whole space.
REFERENCES = {
    "record_document": "binary_id",
    "record_formerdmp": "archive_id",
    "messaging_message": "raw_id",
    "messaging_attachment": "id",
    "messaging_draftfile": "id",
}
T = TypeVar("T")
U = TypeVar("U")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A content that a row refers to, and whose."""

    id: UUID
    usager_id: UUID


@dataclass(frozen=True, slots=True)
class Kept:
    """A content in the backup."""

    id: UUID
    size: int
    sha256: str


def order(content: Wanted | Kept) -> tuple[str, str]:
    return content.id.hex[-2:], content.id.hex


# -- making ----------------------------------------------------------------------------------------------------------
def write_wanted(connection: Connection, file: Path) -> None:
    """List what the snapshot refers to, so that it may be let go before the contents are copied."""
    present = shapes(connection)
    named = (
        f'SELECT "{column}" AS id, usager_id FROM "{table}" WHERE "{column}" IS NOT NULL'  # noqa: S608 - our own names
        for table, column in REFERENCES.items()
        if f"public.{table}" in present
    )
    query = f"SELECT id, usager_id FROM ({' UNION ALL '.join(named)}) c ORDER BY get_byte(uuid_send(id), 15), id"  # noqa: S608
    with file.open("x", encoding="ascii") as out, connection.cursor(name="contenus") as cursor:
        cursor.itersize = 10_000
        cursor.execute(query.encode())
        for content, usager in cursor:
            out.write(f"{content.hex} {usager.hex}\n")


def _read_wanted(file: Path) -> Iterator[Wanted]:
    with file.open(encoding="ascii") as lines:
        for line in lines:
            content, usager = line.split()
            yield Wanted(UUID(content), UUID(usager))


def read_list(file: Path) -> Iterator[Kept]:
    """Errors: ValueError when a line is none of ours."""
    with file.open(encoding="ascii") as lines:
        for line in lines:
            content, size, sha256 = line.split()
            yield Kept(UUID(content), int(size), sha256)


@dataclass(frozen=True, slots=True)
class Copied:
    contents: Contents
    new: int
    lost: list[Wanted]  # rows refer to them and neither the store nor the former backup has them


def copy(
    wanted: Path, former: Iterable[Kept], backup: Path, file: str, get: Callable[[UUID], bytes]
) -> Copied:
    """Bring ``backup/contenus`` up to what is wanted and list it in ``backup/file``. Errors: StoreUnavailable."""
    folder = backup / FOLDER
    for path in (folder, *(folder / f"{number:02x}" for number in range(256))):
        path.mkdir(mode=0o700, exist_ok=True)
    lost: list[Wanted] = []
    count = total = new = 0

    def keep(pair: tuple[Wanted, Kept | None]) -> tuple[Wanted, Kept | None, bool]:
        one, known = pair
        path = folder / path_of(one.id)
        if known is not None and path.exists() and path.stat().st_size == known.size:
            return one, known, False
        try:
            sealed = get(one.id)
        except ContentDamaged:  # the row is there and its content is not: said, never hidden
            return one, None, False
        _write(path, sealed)
        return one, Kept(one.id, len(sealed), hashlib.sha256(sealed).hexdigest()), True

    with DigestingWriter(backup / file) as out:
        for one, kept, is_new in _a_few_at_once(keep, _beside(_read_wanted(wanted), iter(former))):
            if kept is None:
                lost.append(one)
                continue
            out.write(f"{kept.id.hex} {kept.size} {kept.sha256}\n".encode())
            count, total, new = count + 1, total + kept.size, new + is_new
    listed = Contents(
        file=file, size=out.size, sha256=out.sha256, count=count, total_bytes=total, missing=len(lost)
    )
    return Copied(listed, new, lost)


def _beside(wanted: Iterator[Wanted], former: Iterator[Kept]) -> Iterator[tuple[Wanted, Kept | None]]:
    """Each content wanted, once, with what the former backup knew of it; both are in the same order."""
    known = next(former, None)
    for _, same in groupby(wanted, key=order):
        one = next(same)
        while known is not None and order(known) < order(one):
            known = next(former, None)
        yield one, known if known is not None and known.id == one.id else None


def _a_few_at_once(act: Callable[[T], U], items: Iterable[T]) -> Iterator[U]:
    """In order, a bounded number ahead."""
    source = iter(items)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        while batch := list(islice(source, _BATCH)):
            yield from pool.map(act, batch)


def _write(path: Path, sealed: bytes) -> None:
    """Whole or not at all; the disk is synced once, before the manifest says that it is there."""
    temporary = path.with_name(f".{path.name}.nouveau")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(sealed)
    temporary.replace(path)


def forget_others(backup: Path, listed: Path) -> int:
    """Remove the contents that the list does not name: rows refer to them no more. Returns how many."""
    removed = 0
    by_folder = groupby(read_list(listed), key=lambda one: one.id.hex[-2:])
    following = next(by_folder, None)
    for number in range(256):
        here, kept = f"{number:02x}", set()
        if following is not None and following[0] == here:
            kept = {one.id.hex for one in following[1]}
            following = next(by_folder, None)
        for path in (backup / FOLDER / here).iterdir():
            if path.name not in kept:
                path.unlink()
                removed += 1
    return removed


# -- reading again ---------------------------------------------------------------------------------------------------
def check(backup: Path, contents: Contents) -> None:
    """Every content listed is there, whole. The list itself was checked already. Errors: Refusal."""

    def verify(one: Kept) -> int:
        name = f"{FOLDER}/{path_of(one.id)}"
        path = backup / name
        try:
            if digest_of(path) != (one.size, one.sha256):
                raise damaged(backup, f"{name} n'a pas l'empreinte attendue")
        except FileNotFoundError as error:
            raise Refusal(
                f"La sauvegarde de {backup} est incomplète : il manque {name}. Rien n'a été changé."
            ) from error
        except OSError as error:
            raise damaged(backup, f"{name} n'est pas lisible ({error.strerror})") from error
        return one.size

    try:
        counted = _sums(_a_few_at_once(verify, read_list(inside(backup, contents.file))))
    except (ValueError, UnicodeDecodeError) as error:
        raise damaged(backup, f"{contents.file} n'est pas lisible") from error
    if counted != (contents.count, contents.total_bytes):
        raise damaged(backup, f"{contents.file} ne compte pas ce que dit le manifeste")


def _sums(sizes: Iterator[int]) -> tuple[int, int]:
    count = total = 0
    for size in sizes:
        count, total = count + 1, total + size
    return count, total


def put_back(backup: Path, contents: Contents, put: Callable[[UUID, bytes], None]) -> None:
    """Give every content to the store. Errors: Refusal when one changed since it was checked; StoreUnavailable."""

    def give(one: Kept) -> None:
        sealed = (backup / FOLDER / path_of(one.id)).read_bytes()
        if hashlib.sha256(sealed).hexdigest() != one.sha256:
            raise damaged(backup, f"{FOLDER}/{path_of(one.id)} a changé pendant la restauration")
        put(one.id, sealed)

    for _ in _a_few_at_once(give, read_list(inside(backup, contents.file))):
        pass
