"""``ens backup DIR2``: everything acknowledged before the command began, on a running space.

The rows are those of one snapshot. A content is synced before its row commits, so that whatever the snapshot refers
to is in the store when it is copied, after; what is deleted meanwhile is told apart from what was lost. The manifest
comes last: until then the former backup of the folder is intact, and stays the one that a restore reads.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, LiteralString, cast
from uuid import UUID

import psycopg
from django.conf import settings

from ens.cli.backup import contents, keys, ledger, manifest, tables
from ens.cli.backup.manifest import DigestingWriter, Manifest, Part, Table
from ens.cli.refusals import CommandRefused
from ens.coffre import keyring, store
from ens.coffre.errors import StoreUnavailable
from ens.coffre.streams import SealingWriter

_LOCK, _NOTE, _BASE = "verrou", "LISEZMOI.txt", "base-"
_OURS = (_LOCK, _NOTE, contents.FOLDER, manifest.NAME)
# What a demonstration knows of its own story, without which it would be told twice.
OF_A_DEMONSTRATION = "demonstration/histoire.json"
_WORDS = """Sauvegarde d'un espace numérique de santé, faite par « ens backup ».

Rien ici ne se lit sans les clés, qui sont dans un autre dossier : le fichier « {keys} » et les clés maîtresses.
Ne gardez pas ce dossier et celui des clés au même endroit.

    ens restore {backup} --keys DOSSIER_DES_CLES --data NOUVEAU_DOSSIER

ne change rien tant que chaque fichier n'a pas été vérifié.
"""


@dataclass(frozen=True, slots=True)
class Report:
    """What was done, in figures."""

    id: str
    backup: Path
    keys_file: Path
    master_keys: Path | None  # where they were copied
    usagers: int
    rows: int
    contents: int
    new_contents: int
    total_bytes: int
    lost: list[UUID]
    removed_contents: int
    removed_keys: list[str]

    def as_json(self) -> dict[str, object]:
        return {
            "id": self.id,
            "backup": str(self.backup),
            "keys": str(self.keys_file),
            "master_keys": str(self.master_keys) if self.master_keys else None,
            "usagers": self.usagers,
            "rows": self.rows,
            "contents": self.contents,
            "new_contents": self.new_contents,
            "bytes": self.total_bytes,
            "lost_contents": [str(one) for one in self.lost],
            "removed_contents": self.removed_contents,
            "removed_keys": self.removed_keys,
        }

    def sentences(self) -> list[str]:
        counted = f"{self.usagers} usagers, {self.contents} contenus dont {self.new_contents} nouveaux"
        said = [
            f"Sauvegarde faite dans {self.backup} : {counted}, {self.total_bytes / 1e6:.1f} Mo en tout.",
            f"Ses clés sont dans {self.keys_file} : gardez-les ailleurs que la sauvegarde.",
        ]
        if self.master_keys is None:
            said.append("Les clés maîtresses (ENS_SECRETS) ne sont pas copiées : elles restent où vous les gardez.")
        if self.removed_keys:
            said.append(f"Copies de clés arrivées à leur terme, supprimées : {', '.join(self.removed_keys)}.")
        said += [f"Attention : le contenu {one} manque dans le magasin." for one in self.lost]
        return said


@dataclass(slots=True)
class _Run:
    """A backup being made."""

    backup: Path
    keys: Path
    secrets: Path
    id: str = field(default_factory=manifest.stamp)
    began: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def base(self) -> str:
        return f"{_BASE}{self.id}"


def make(backup: Path, keys_folder: Path, *, copy_master_keys: bool, say: Callable[[str], None]) -> Report:
    """Bring the backup of this folder up to now. Django is set up, with the owner's address.

    Errors: CommandRefused, the former backup of the folder being intact.
    """
    run = _Run(backup, keys_folder, settings.ENS_SECRETS)
    _check_folder(run)
    keys.check_folder(run.keys, run.backup, run.secrets)
    try:
        backup.mkdir(mode=0o700, parents=True, exist_ok=True)
        keys_folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone(backup):
            return _make(run, copy_master_keys=copy_master_keys, say=say)
    except StoreUnavailable as error:
        raise CommandRefused("Le magasin des contenus ne répond pas : la sauvegarde n'a pas été faite.") from error
    except psycopg.Error as error:
        raise CommandRefused(
            f"La base de données n'a pas pu être copiée ({type(error).__name__}) : la sauvegarde n'a pas été faite."
        ) from error
    except OSError as error:
        raise CommandRefused(
            f"La sauvegarde n'a pas pu être écrite ({error.strerror}) ; la précédente, s'il y en a une, est intacte."
        ) from error


def _check_folder(run: _Run) -> None:
    data = Path(settings.ENS_DATA)
    for one, other in ((run.backup, data), (data, run.backup), (run.keys, data)):
        if one == other or other in one.parents:
            raise CommandRefused("Une sauvegarde et ses clés se gardent hors du dossier de l'espace.")
    if run.backup.exists():
        if not run.backup.is_dir():
            raise CommandRefused(f"{run.backup} n'est pas un dossier.")
        strangers = [
            path.name
            for path in run.backup.iterdir()
            if path.name not in _OURS and not path.name.startswith((_BASE, "."))
        ]
        if strangers:
            raise CommandRefused(f"Le dossier {run.backup} contient autre chose qu'une sauvegarde ({strangers[0]}…).")


@contextmanager
def _alone(backup: Path) -> Iterator[None]:
    descriptor = os.open(backup / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise CommandRefused(f"Une sauvegarde est déjà en cours dans {backup}.") from error
    else:
        yield
    finally:
        os.close(descriptor)


def _former(run: _Run, say: Callable[[str], None]) -> Manifest | None:
    """What the folder already holds of this space. Errors: CommandRefused when it is another's."""
    if not manifest.exists(run.backup):
        return None
    try:
        former = manifest.read(run.backup)
    except manifest.Newer:
        raise
    except manifest.Refusal:
        say("La sauvegarde précédente de ce dossier est endommagée : tout est recopié.")
        return None
    if former.space != manifest.space_mark(run.secrets):
        raise CommandRefused(f"Le dossier {run.backup} contient la sauvegarde d'un autre espace.")
    return former


def _make(run: _Run, *, copy_master_keys: bool, say: Callable[[str], None]) -> Report:
    former = _former(run, say)
    _forget_unfinished(run, former)
    (run.backup / run.base).mkdir(mode=0o700)
    _note(
        "INSERT INTO coffre_keycopy (name, place, made_at) VALUES (%s, %s, %s)",
        [keys.file_name(run.id), str(run.keys), run.began],
    )
    try:
        made, usagers, lost, new = _copy(run, former, say)
        if copy_master_keys:
            keys.copy_secrets(run.secrets, run.keys)
        manifest.write_whole(run.backup / _NOTE, _words(run).encode())
        os.sync()  # once for every content and every table, before the manifest says that they are there
        manifest.write(run.backup, made, run.secrets)
    except BaseException:
        _take_back(run)
        raise
    removed = _forget_former(run, made)
    return Report(
        id=run.id,
        backup=run.backup,
        keys_file=run.keys / made.keys.file,
        master_keys=run.keys / keys.SECRETS if copy_master_keys else None,
        usagers=usagers,
        rows=sum(table.rows for table in made.tables),
        contents=made.contents.count,
        new_contents=new,
        total_bytes=made.contents.total_bytes,
        lost=lost,
        removed_contents=removed,
        removed_keys=_forget_old_keys(run),
    )


def _copy(run: _Run, former: Manifest | None, say: Callable[[str], None]) -> tuple[Manifest, int, list[UUID], int]:
    key = os.urandom(32)
    master, wrapped = keyring.wrap(key)
    base, wanted = run.backup / run.base, run.backup / f".contenus-{run.id}"
    try:
        with tables.snapshot(os.environ["ENS_DATABASE_OWNER_URL"]) as connection:
            found = tables.shapes(connection)
            migrations, is_demonstration = _schema(connection)
            dumped = [
                _dump(connection, shape, key, base, run.base)
                for name, shape in found.items()
                if name not in tables.LEFT_OUT and not name.startswith(tables.KEYS)
            ]
            head = keys.Head(run.id, master, wrapped.hex())
            wrapped_keys = [shape for name, shape in found.items() if name.startswith(tables.KEYS)]
            keys_file = keys.write(connection, wrapped_keys, run.keys, head, key)
            contents.write_wanted(connection, wanted)
            marks = tables.sequences(connection)
        say(f"Base copiée : {sum(table.rows for table in dumped)} lignes. Copie des contenus…")
        others = [_other(run, key)] if is_demonstration and _other_source().is_file() else []
        copied = contents.copy(
            wanted, _former_list(run, former), run.backup, f"{run.base}/{contents.LIST}", store.get
        )
    finally:
        wanted.unlink(missing_ok=True)
    deleted = ledger.gather(os.environ["ENS_DATABASE_OWNER_URL"])  # after the copy: those of meanwhile too
    made = Manifest(
        format=manifest.FORMAT,
        version=manifest.VERSION,
        id=run.id,
        made_at=run.began,
        mode="demonstration" if is_demonstration else "production",
        space=manifest.space_mark(run.secrets),
        migrations=migrations,
        tables=dumped,
        sequences=marks,
        contents=copied.contents,
        keys=keys_file,
        deletions=ledger.write(run.backup, f"{run.base}/{ledger.LIST}", deleted),
        others=others,
    )
    usagers = next(table.rows for table in dumped if table.name == "public.identity_usager")
    gone = {one.usager_id for one in deleted}
    return made, usagers, [one.id for one in copied.lost if one.usager_id not in gone], copied.new


def _schema(connection: tables.Connection) -> tuple[dict[str, list[str]], bool]:
    """Which migrations made the tables, and what the space is for."""
    applied: dict[str, list[str]] = {}
    for app, name in connection.execute("SELECT app, name FROM public.django_migrations ORDER BY id"):
        applied.setdefault(app, []).append(name)
    row = connection.execute("SELECT demonstration FROM public.persistence_deployment").fetchone()
    if row is None:
        raise CommandRefused("Cette base de données n'est pas celle d'un espace.")
    return applied, bool(row[0])


def _dump(connection: tables.Connection, shape: tables.Shape, key: bytes, base: Path, inside: str) -> Table:
    with DigestingWriter(base / shape.name) as out:
        rows = tables.dump(connection, shape, key, cast(BinaryIO, out))
    file = f"{inside}/{shape.name}"
    return Table(
        file=file, size=out.size, sha256=out.sha256, name=shape.name, columns=list(shape.columns), rows=rows
    )


def _other_source() -> Path:
    return Path(settings.ENS_DATA) / OF_A_DEMONSTRATION


def _other(run: _Run, key: bytes) -> Part:
    name = Path(OF_A_DEMONSTRATION).name
    with (
        DigestingWriter(run.backup / run.base / name) as out,
        SealingWriter(cast(BinaryIO, out), key, OF_A_DEMONSTRATION) as sealed,
    ):
        sealed.write(_other_source().read_bytes())
    return Part(file=f"{run.base}/{name}", size=out.size, sha256=out.sha256)


def _former_list(run: _Run, former: Manifest | None) -> Iterator[contents.Kept]:
    """What the former backup holds, when its list is whole; else everything is copied again."""
    if former is None:
        return iter(())
    try:
        manifest.check_part(run.backup, former.contents)
    except manifest.Refusal:
        return iter(())
    return contents.read_list(run.backup / former.contents.file)


def _words(run: _Run) -> str:
    return _WORDS.format(keys=keys.file_name(run.id), backup=run.backup)


def _take_back(run: _Run) -> None:
    shutil.rmtree(run.backup / run.base, ignore_errors=True)
    (run.keys / keys.file_name(run.id)).unlink(missing_ok=True)
    _note("DELETE FROM coffre_keycopy WHERE name = %s", [keys.file_name(run.id)])


def _forget_unfinished(run: _Run, former: Manifest | None) -> None:
    """What a backup killed in the middle left, this folder being ours alone now."""
    for path in run.backup.iterdir():
        of_former = former is not None and path.name == f"{_BASE}{former.id}"
        if path.name.startswith(_BASE) and not of_former:
            if former is None and manifest.exists(run.backup):
                continue  # damaged, but the only one there is until the new one is whole
            shutil.rmtree(path)
        elif path.name.startswith(".") and path.is_file():
            path.unlink()


def _forget_former(run: _Run, made: Manifest) -> int:
    for path in run.backup.glob(f"{_BASE}*"):
        if path.name != run.base:
            shutil.rmtree(path)
    return contents.forget_others(run.backup, run.backup / made.contents.file)


def _forget_old_keys(run: _Run) -> list[str]:
    days = settings.ENS_KEYS_RETENTION_DAYS
    removed = keys.remove_older_than(run.keys, days, but=keys.file_name(run.id), now=run.began)
    _note(
        "UPDATE coffre_keycopy SET removed_at = %s WHERE name = ANY(%s) AND removed_at IS NULL",
        [datetime.now(UTC), removed],
    )
    return removed


def _note(statement: LiteralString, values: list[object]) -> None:
    """Keep account of the copies of keys, unless the database is of before we did."""
    with psycopg.connect(os.environ["ENS_DATABASE_OWNER_URL"]) as connection:
        row = connection.execute("SELECT to_regclass('coffre_keycopy')").fetchone()
        if row and row[0]:
            connection.execute(statement, values)
