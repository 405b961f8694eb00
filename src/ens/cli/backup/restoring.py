"""``ens restore DIR2 --data NEWDIR``: a space like the one saved, in a new folder, or nothing."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from ens.cli.backup import checking, keys
from ens.cli.backup.checking import Checked
from ens.cli.backup.loading import Loaded
from ens.cli.backup.manifest import Manifest
from ens.cli.postgres import DatabaseUrls, EmbeddedPostgres, PostgresRefused
from ens.cli.refusals import CommandRefused
from ens.cli.space import Address, Space
from ens.cli.steps import perform

NOWHERE = "postgresql://ens_web@127.0.0.1:1/ens"
FAILED = "La restauration n'a pas abouti."


@dataclass(frozen=True, slots=True)
class Restored:
    """A new space, and who was deleted in it again."""

    data: Path
    manifest: Manifest
    loaded: Loaded

    def as_json(self) -> dict[str, object]:
        return {
            "data": str(self.data),
            "id": self.manifest.id,
            "made_at": self.manifest.made_at.isoformat(),
            "mode": self.manifest.mode,
            "contents": self.manifest.contents.count,
            "lost_contents": self.manifest.contents.missing,
            "deleted_again": self.loaded.deleted_again,
            "ledgers_not_reached": self.loaded.not_reached,
        }

    def sentences(self) -> list[str]:
        made, demo = self.manifest, " --demo" if self.manifest.mode == "demonstration" else ""
        said = [f"L'espace sauvegardé le {made.made_at:%d/%m/%Y à %H:%M} (UTC) est restauré dans {self.data}."]
        if self.loaded.deleted_again:
            said.append(f"Supprimés depuis la sauvegarde, supprimés de nouveau : {self.loaded.deleted_again}.")
        said += [
            f"Attention : le registre des suppressions {place} n'a pas été trouvé ; qui a été supprimé depuis la "
            "sauvegarde est revenu. Si vous en avez une copie, recommencez avec --suppressions."
            for place in self.loaded.not_reached
        ]
        if self.loaded.strangers:
            said.append(f"Attention : {self.loaded.strangers} fichiers du registre ne sont pas de cet espace.")
        return [*said, f"Démarrez-le : ens up{demo} --data {self.data}"]


def restore(
    backup: Path, keys_folder: Path, data: Path, *, ledger: str | None = None, say: Callable[[str], None]
) -> Restored:
    """``ledger``: where that of the former space is now. Errors: CommandRefused; the new folder is then as it was."""
    space = Space(data)
    _check_new(space)
    urls = _outside_database()
    given = os.environ.get("ENS_SECRETS")
    checked = checking.check(backup, keys_folder, Path(given) if given else None)
    say(f"La sauvegarde est entière : {checked.manifest.contents.count} contenus vérifiés.")
    perform(
        "ens.cli.backup.loading",
        _settings(space, checked, urls) | {"ENS_SECRETS": str(checked.secrets)},
        "La sauvegarde n'a pas pu être examinée.",
        *("check", str(backup), *(("--database",) if urls else ())),
    )
    with _all_or_nothing(space):
        if not given:
            keys.copy_secrets(checked.secrets, space.data)
        if urls:
            loaded = _load(space, checked, backup, urls, ledger)
        else:
            with _embedded(space) as urls:
                loaded = _load(space, checked, backup, urls, ledger)
    return Restored(space.data, checked.manifest, loaded)


def _check_new(space: Space) -> None:
    space.check_folder()
    if space.data.exists() and any(space.data.iterdir()):
        raise CommandRefused(f"Le dossier {space.data} n'est pas vide : une restauration se fait dans un dossier neuf.")


def _outside_database() -> DatabaseUrls | None:
    if not os.environ.get("ENS_DATABASE_URL"):
        return None
    names = ("ENS_DATABASE_OWNER_URL", "ENS_DATABASE_URL", "ENS_DATABASE_BATCH_URL")
    missing = [name for name in names if not os.environ.get(name)]
    if missing:
        raise CommandRefused(f"Pour restaurer dans une base extérieure, donnez aussi {missing[0]}.")
    return DatabaseUrls(*(os.environ[name] for name in names))


def _settings(space: Space, checked: Checked, urls: DatabaseUrls | None) -> dict[str, str]:
    here = Address("127.0.0.1", 8000)
    is_demonstration = checked.manifest.mode == "demonstration"
    known = urls or DatabaseUrls(NOWHERE, NOWHERE, NOWHERE)
    settings = space.environment(known, demonstration=is_demonstration, http=here, smtp=here)
    return {**settings, "ENS_DATABASE_OWNER_URL": known.owner}


@contextmanager
def _all_or_nothing(space: Space) -> Iterator[None]:
    """Until it is done the folder says that it is no space; if it is not, what was put there is removed."""
    was_there = space.data.exists()
    try:
        space.data.mkdir(mode=0o755, parents=True, exist_ok=True)
        space.unfinished.touch()
        space.lock()
        yield
        os.sync()
        space.unfinished.unlink()
    except BaseException as error:
        for path in space.data.iterdir() if space.data.exists() else ():
            shutil.rmtree(path) if path.is_dir() else path.unlink()
        if not was_there and space.data.exists():
            space.data.rmdir()
        if isinstance(error, OSError):
            raise CommandRefused(
                f"La restauration n'a pas pu être écrite ({error.strerror}) : {space.data} est comme avant."
            ) from error
        raise


@contextmanager
def _embedded(space: Space) -> Iterator[DatabaseUrls]:
    postgres = EmbeddedPostgres(space.data / "base")
    try:
        postgres.start()
        yield postgres.urls
        postgres.stop()
    except PostgresRefused as error:
        raise CommandRefused(str(error)) from error
    finally:
        postgres.stop(immediate=True)


def _load(space: Space, checked: Checked, backup: Path, urls: DatabaseUrls, ledger: str | None) -> Loaded:
    settings = _settings(space, checked, urls)
    arguments = ("load", str(backup), str(checked.keys_file), ledger or "")
    said = perform("ens.cli.backup.loading", settings, FAILED, *arguments)
    return msgspec.json.decode(said.splitlines()[-1], type=Loaded)
