"""Before anything changes: is this backup whole, is it of a space we can serve, do these keys open it?"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from ens.cli.backup import contents, keys, manifest
from ens.cli.backup.manifest import Manifest


@dataclass(frozen=True, slots=True)
class Checked:
    """A backup whose every file was read, and what opens it."""

    manifest: Manifest
    keys_file: Path
    secrets: Path


def check(backup: Path, keys_folder: Path, secrets: Path | None) -> Checked:
    """``secrets``: where the master keys are, when not beside the keys. Errors: manifest.Refusal."""
    made = manifest.read(backup)
    keys_file = keys.find(keys_folder, made.keys)
    secrets = secrets or (keys_folder.parent if keys_folder.is_file() else keys_folder) / keys.SECRETS
    manifest.check_seals(backup, secrets)
    keys.unwrap(keys_file, secrets)
    for part in (*made.tables, *made.others, made.contents, made.deletions):
        manifest.check_part(backup, part)
    contents.check(backup, made.contents)
    return Checked(made, keys_file, secrets)
