"""Where a backup may go, and what is saved."""

from __future__ import annotations

import fcntl
import os
from pathlib import Path

import msgspec
import psycopg
import pytest
from django.conf import settings

from ens.cli.backup import making, manifest, tables
from ens.cli.refusals import CommandRefused
from ens.cli.space import Space
from tests.cli.backup.conftest import ens, refused, save

pytestmark = pytest.mark.slow


def test_a_folder_of_something_else_is_left_alone(place):
    (place / "sauvegarde").mkdir()
    (place / "sauvegarde" / "photos").mkdir()
    with pytest.raises(CommandRefused, match="photos"):
        save(place)


def test_the_backup_of_another_space_is_not_overwritten(saved, place):
    made = manifest.read(saved.backup)
    manifest.write(saved.backup, msgspec.structs.replace(made, space="0" * 32), saved.master_keys)
    with pytest.raises(CommandRefused, match="autre espace"):
        save(place)


def test_keys_are_not_put_with_what_they_open_nor_with_those_of_another_space(saved, place):
    with pytest.raises(CommandRefused, match="ne se gardent pas"):
        making.make(place / "s", place / "s" / "cles", copy_master_keys=True, say=lambda _: None)
    (saved.master_keys / "codes").write_bytes(os.urandom(32))
    with pytest.raises(CommandRefused, match="autre espace"):
        save(place)


def test_a_backup_is_kept_out_of_the_space(place):
    inside = Path(settings.ENS_DATA) / "sauvegarde"
    with pytest.raises(CommandRefused, match="hors du dossier"):
        making.make(inside, place / "cles", copy_master_keys=True, say=lambda _: None)


def test_two_backups_at_once_in_one_folder_are_refused(saved, place):
    with (saved.backup / "verrou").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        with pytest.raises(CommandRefused, match="déjà en cours"):
            save(place)


def test_nothing_to_save_is_said(place, bare, capsys):
    assert "pas d'espace" in refused(capsys, "backup", str(place / "s"), "--data", str(place / "rien"))


def test_a_restored_space_that_does_not_run_is_saved_too(saved, place, bare):
    ens({}, "restore", str(saved.backup), "--data", str(place / "neuf"))
    again = ens({}, "backup", str(place / "encore"), "--data", str(place / "neuf"))
    assert (again["usagers"], again["contents"]) == (saved.usagers, saved.contents)
    assert not Space(place / "neuf").is_running()


def test_tables_left_out_exist_and_say_why(db):
    with psycopg.connect(db.owner) as connection:
        assert tables.LEFT_OUT.keys() <= tables.shapes(connection).keys()
