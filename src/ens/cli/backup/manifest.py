"""What a backup holds: ``manifeste.json``, written last, so that a backup cut short is none.

Every other file is named there with its size and digest. The manifest carries its own digest, and one seal for each
master key file of the space: whoever changes it without those keys is seen, and keys of another space are told apart.
"""

from __future__ import annotations

import hashlib
import hmac
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from ens.cli.refusals import CommandRefused

NAME = "manifeste.json"
FORMAT = "ens-sauvegarde"
VERSION = 1
_BLOCK = 1 << 20


class Part(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file of the backup, by its path inside its folder."""

    file: str
    size: int
    sha256: str


class Table(Part, frozen=True, kw_only=True):
    """A table's rows, in PostgreSQL's binary copy format, sealed."""

    name: str  # schema.table
    columns: list[str]
    rows: int


class Sequence(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    last_value: int


class Contents(Part, frozen=True, kw_only=True):
    """The list of the sealed contents kept, and what the space no longer had of those it refers to."""

    count: int
    total_bytes: int
    missing: int


class Deletions(Part, frozen=True, kw_only=True):
    """Who was deleted, up to the end of the backup; ``place`` is the ledger of the space, read again by a restore."""

    count: int
    place: str


class KeysTable(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A table of keys, by where it is in their file."""

    name: str
    columns: list[str]
    rows: int
    start: int
    length: int


class KeysFile(Part, frozen=True, kw_only=True):
    """In the folder of keys."""

    tables: list[KeysTable]


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """``space`` tells one space from another without telling which it is."""

    format: str
    version: int
    id: str
    made_at: datetime
    mode: str
    space: str
    migrations: dict[str, list[str]]
    tables: list[Table]
    sequences: list[Sequence]
    contents: Contents
    keys: KeysFile
    deletions: Deletions
    others: list[Part]


class _Signed(msgspec.Struct):
    manifeste: msgspec.Raw
    empreinte: str
    sceaux: dict[str, str]


class _Kind(msgspec.Struct):
    format: str = ""
    version: int = 0


class Refusal(CommandRefused):
    """This backup cannot be used as it is; nothing was changed."""


class Newer(Refusal):
    """Made by a newer version of the software."""


def damaged(folder: Path, why: str) -> Refusal:
    return Refusal(f"La sauvegarde de {folder} est endommagée : {why}. Rien n'a été changé.")


# -- writing -------------------------------------------------------------------------------------------------------
def write(folder: Path, manifest: Manifest, secrets: Path) -> None:
    """Whole or not at all, once everything it names is synced."""
    inner = msgspec.json.encode(manifest)
    mark = hashlib.sha256(inner).digest()
    seals = {name: _seal(secrets / name, mark) for name in names_of_secrets(secrets)}
    signed = _Signed(msgspec.Raw(inner), mark.hex(), seals)
    write_whole(folder / NAME, msgspec.json.format(msgspec.json.encode(signed), indent=1))


def write_whole(path: Path, data: bytes) -> None:
    temporary = path.with_name(f".{path.name}.nouveau")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as out:
        out.write(data)
        out.flush()
        os.fsync(out.fileno())
    temporary.replace(path)
    _sync_folder(path.parent)


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def names_of_secrets(secrets: Path) -> list[str]:
    """The master key files of a space; editors' leftovers are not keys."""
    fixed = ("recherche", "codes", "signature", "django")
    masters = [path.name for path in secrets.glob("maitresse-*") if path.name.removeprefix("maitresse-").isdigit()]
    return sorted(masters) + [name for name in fixed if (secrets / name).is_file()]


def _seal(secret: Path, mark: bytes) -> str:
    key = HKDFExpand(SHA256(), 32, b"sauvegarde").derive(secret.read_bytes())
    return hmac.new(key, mark, hashlib.sha256).hexdigest()


def space_mark(secrets: Path) -> str:
    """The same for every backup of a space; tells nothing of it."""
    return _seal(secrets / "recherche", b"espace")[:32]


# -- reading -------------------------------------------------------------------------------------------------------
def exists(folder: Path) -> bool:
    return (folder / NAME).is_file()


def read(folder: Path) -> Manifest:
    """The manifest, whole and of a version we know. Errors: Refusal."""
    return _read(folder)[0]


def _read(folder: Path) -> tuple[Manifest, _Signed]:
    if not exists(folder):
        raise Refusal(f"{folder} n'est pas une sauvegarde achevée : il y manque {NAME}.")
    try:
        signed = msgspec.json.decode((folder / NAME).read_bytes(), type=_Signed)
        compact = msgspec.json.format(bytes(signed.manifeste), indent=-1)  # written indented, digested compact
        kind = msgspec.json.decode(compact, type=_Kind)
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise damaged(folder, f"{NAME} n'est pas lisible") from error
    if hashlib.sha256(compact).hexdigest() != signed.empreinte:
        raise damaged(folder, f"{NAME} n'a pas l'empreinte attendue")
    if kind.format != FORMAT:
        raise Refusal(f"{folder} n'est pas une sauvegarde d'un espace.")
    if kind.version > VERSION:
        raise Newer(f"La sauvegarde de {folder} vient d'une version plus récente du logiciel. Rien n'a été changé.")
    try:
        return msgspec.json.decode(compact, type=Manifest), signed
    except msgspec.MsgspecError as error:
        raise damaged(folder, f"{NAME} n'est pas lisible") from error


def check_seals(folder: Path, secrets: Path) -> None:
    """These are the master keys of the space that was saved, and its manifest is theirs. Errors: Refusal."""
    _, signed = _read(folder)
    mark = bytes.fromhex(signed.empreinte)
    for name, seal in signed.sceaux.items():
        if Path(name).name != name or not (secrets / name).is_file():
            raise Refusal(f"Il manque la clé maîtresse « {name} » dans {secrets}. Rien n'a été changé.")
        if not hmac.compare_digest(_seal(secrets / name, mark), seal):
            raise Refusal(
                f"La clé maîtresse « {name} » de {secrets} n'est pas celle de cette sauvegarde, ou le manifeste a été "
                "modifié. Rien n'a été changé."
            )
    if not {"recherche", "signature", "codes", "django"} <= signed.sceaux.keys():
        raise damaged(folder, f"{NAME} ne porte pas tous ses sceaux")


# -- parts ---------------------------------------------------------------------------------------------------------
class DigestingWriter:
    """A file of the backup being written: its size and digest are known when it ends."""

    def __init__(self, path: Path) -> None:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        self._out = os.fdopen(descriptor, "wb")
        self._digest = hashlib.sha256()
        self.size = 0

    def write(self, data: bytes) -> int:
        self._digest.update(data)
        self.size += len(data)
        return self._out.write(data)

    @property
    def sha256(self) -> str:
        return self._digest.hexdigest()

    def __enter__(self) -> DigestingWriter:
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        with self._out:
            if kind is None:
                self._out.flush()
                os.fsync(self._out.fileno())


def blocks(source: BinaryIO) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        yield block


def digest_of(path: Path) -> tuple[int, str]:
    """Size and digest of a file."""
    found, size = hashlib.sha256(), 0
    with path.open("rb") as source:
        for block in blocks(source):
            found.update(block)
            size += len(block)
    return size, found.hexdigest()


def check_part(folder: Path, part: Part) -> None:
    """Errors: Refusal when the file is missing, of another size, or changed."""
    path = inside(folder, part.file)
    if not path.is_file():
        raise Refusal(f"La sauvegarde de {folder} est incomplète : il manque {part.file}. Rien n'a été changé.")
    try:
        if path.stat().st_size != part.size or digest_of(path) != (part.size, part.sha256):
            raise damaged(folder, f"{part.file} n'a pas l'empreinte attendue")
    except OSError as error:
        raise damaged(folder, f"{part.file} n'est pas lisible ({error.strerror})") from error


def inside(folder: Path, name: str) -> Path:
    """A path named by a manifest never leaves its folder. Errors: Refusal."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts or not path.parts:
        raise damaged(folder, f"{NAME} nomme un fichier hors du dossier")
    return folder / path


def stamp(now: datetime | None = None) -> str:
    """The id of a backup: its time, to the second, and four random digits."""
    return f"{(now or datetime.now(UTC)):%Y%m%dT%H%M%SZ}-{os.urandom(2).hex()}"


def time_of(backup_id: str) -> datetime | None:
    """When a backup of this id began; None when it is no such id."""
    try:
        return datetime.strptime(backup_id[:16], "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    except ValueError:
        return None
