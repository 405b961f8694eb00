"""The keys of a backup, in a folder of their own: each usager's wrapped key, and the master keys.

``cles-<id>`` opens one backup and nothing else: a key made for that backup, wrapped by the master key, then the
usagers' keys sealed under it. It lives thirty days, so that a key destroyed in the space is soon nowhere. The master
keys (``secrets``) do not change: one copy is enough, and it is not made when ``ENS_SECRETS`` says that they are kept
elsewhere. Whoever has the backup, ``cles-<id>`` and the master keys can read everything; with two of them, nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO, cast

import msgspec
from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap

from ens.cli.backup import manifest, tables
from ens.cli.backup.manifest import DigestingWriter, KeysFile, KeysTable, Refusal, write_whole
from ens.cli.refusals import CommandRefused
from ens.coffre.streams import opened

SECRETS = "secrets"
_PREFIX = "cles-"


class Head(msgspec.Struct):
    """First line of a file of keys: which backup it opens, and its key wrapped by the master key."""

    sauvegarde: str
    maitresse: int
    cle: str


def beside(backup: Path) -> Path:
    """Where keys go unless told otherwise: next to the backup, never in it."""
    return backup.with_name(f"{backup.name}-cles")


def file_name(backup_id: str) -> str:
    return f"{_PREFIX}{backup_id}"


# -- making ----------------------------------------------------------------------------------------------------------
def check_folder(folder: Path, backup: Path, secrets: Path) -> None:
    """Keys are not kept with what they open, nor beside another space's. Errors: CommandRefused."""
    if folder == backup or backup in folder.parents:
        raise CommandRefused("Les clés ne se gardent pas dans la sauvegarde qu'elles ouvrent : donnez un autre --keys.")
    kept = folder / SECRETS
    for name in manifest.names_of_secrets(kept) if kept.is_dir() else ():
        if (secrets / name).is_file() and (secrets / name).read_bytes() != (kept / name).read_bytes():
            raise CommandRefused(f"Le dossier {folder} contient les clés d'un autre espace : donnez un autre --keys.")


def copy_secrets(secrets: Path, folder: Path) -> None:
    """Add the master keys that the folder does not have; none is ever replaced."""
    kept = folder / SECRETS
    kept.mkdir(mode=0o700, exist_ok=True)
    for name in manifest.names_of_secrets(secrets):
        if not (kept / name).exists():
            write_whole(kept / name, (secrets / name).read_bytes())


def write(connection: tables.Connection, shapes: list[tables.Shape], folder: Path, head: Head, key: bytes) -> KeysFile:
    """Copy every wrapped key, of usagers and of imports: a line, then a sealed stream for each table."""
    name = file_name(head.sauvegarde)
    copied = []
    with DigestingWriter(folder / name) as out:
        out.write(msgspec.json.encode(head) + b"\n")
        for shape in shapes:
            start = out.size
            rows = tables.dump(connection, shape, key, cast(BinaryIO, out))
            length = out.size - start
            copied.append(
                KeysTable(name=shape.name, columns=list(shape.columns), rows=rows, start=start, length=length)
            )
    return KeysFile(file=name, size=out.size, sha256=out.sha256, tables=copied)


def remove_older_than(folder: Path, days: int, *, but: str, now: datetime) -> list[str]:
    """Remove the files of keys that would be older than this before tomorrow's backup; returns their names."""
    removed = []
    for path in sorted(folder.glob(f"{_PREFIX}*")):
        began = manifest.time_of(path.name.removeprefix(_PREFIX))
        if path.name != but and began is not None and began < now - timedelta(days=days - 1):
            path.unlink()
            removed.append(path.name)
    return removed


# -- reading again ---------------------------------------------------------------------------------------------------
def find(folder: Path, wanted: KeysFile) -> Path:
    """The file of keys of a backup, whole, in this folder or being it. Errors: Refusal."""
    path = folder if folder.is_file() else folder / wanted.file
    if not path.is_file():
        raise Refusal(
            f"Il manque les clés de cette sauvegarde ({wanted.file}) dans {folder} : sans elles, rien ne peut être "
            "relu. Donnez leur place avec --keys. Rien n'a été changé."
        )
    if manifest.digest_of(path) != (wanted.size, wanted.sha256):
        raise Refusal(f"Le fichier de clés {path} est endommagé ou n'est pas celui de cette sauvegarde.")
    return path


def unwrap(path: Path, secrets: Path) -> bytes:
    """The key of the backup. Errors: Refusal."""
    try:
        with path.open("rb") as source:
            head = msgspec.json.decode(source.readline(), type=Head)
        master = (secrets / f"maitresse-{head.maitresse}").read_bytes()
        return aes_key_unwrap(master, bytes.fromhex(head.cle))
    except FileNotFoundError as error:
        raise Refusal(f"Il manque la clé maîtresse qui ouvre {path} dans {secrets}. Rien n'a été changé.") from error
    except (msgspec.MsgspecError, ValueError, InvalidUnwrap) as error:
        raise Refusal(f"Le fichier de clés {path} ne s'ouvre pas avec les clés maîtresses de {secrets}.") from error


def lines(path: Path, table: KeysTable, key: bytes) -> Iterator[bytes]:
    """A table's keys, still wrapped, as they were copied. Errors: ContentDamaged."""
    with path.open("rb") as source:
        source.seek(table.start)
        yield from opened(cast(BinaryIO, _Bounded(source, table.length)), key, table.name)


class _Bounded:
    """A part of a file, read as if it were whole."""

    def __init__(self, source: BinaryIO, length: int) -> None:
        self._source, self._left = source, length

    def read(self, size: int) -> bytes:
        data = self._source.read(min(size, self._left))
        self._left -= len(data)
        return data
