"""A second backup: what it copies, forgets, heals, and what it leaves whole when it fails."""

from __future__ import annotations

import os
import signal
from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from ens.cli.backup import checking, contents, keys, making, manifest
from ens.cli.refusals import CommandRefused, refused_when_stopped
from ens.coffre import store
from ens.coffre.errors import StoreUnavailable
from tests.cli.backup.conftest import content_of, cut, part_of, save
from tests.record.builders import deposit, document

pytestmark = pytest.mark.slow


def test_a_second_backup_copies_only_what_is_new_and_forgets_the_former(saved, place, people):
    person = people.usager()
    deposit(person, document(), by=people.actor(people.establishment()))
    again = save(place)
    assert (again.new_contents, again.contents) == (1, saved.contents + 1)
    assert not part_of(saved, "").exists()
    checking.check(again.backup, place / "sauvegarde-cles", None)


def test_a_content_lost_by_the_store_is_said_and_the_backup_keeps_its_own(saved, place, people):
    kept = next(contents.read_list(part_of(saved, "contenus.liste")))
    store.delete(kept.id)
    deposit(people.usager(), document(), by=people.actor(people.establishment()))
    again = save(place)
    assert kept.id not in again.lost
    assert (again.backup / "contenus" / store.path_of(kept.id)).stat().st_size == kept.size
    elsewhere = save(place, "ailleurs")
    assert kept.id in elsewhere.lost
    assert any(str(kept.id) in sentence for sentence in elsewhere.sentences())


def test_a_content_that_no_row_names_any_more_leaves_the_backup(saved, place):
    stranger = saved.backup / "contenus" / "00" / f"{'0' * 32}"
    stranger.write_bytes(b"x")
    assert save(place).removed_contents == 1
    assert not stranger.exists()


def test_copies_of_keys_are_removed_after_their_time_and_nothing_else(saved, place):
    folder = saved.keys_file.parent
    over, lasting = (keys.file_name(manifest.stamp(datetime.now(UTC) - timedelta(days=days))) for days in (29.5, 28))
    for name in (over, lasting, "cles-de-la-cave", "notes.txt"):
        (folder / name).write_text("x")
    again = save(place)
    assert again.removed_keys == [over], "tomorrow it would be more than thirty days old"
    assert {path.name for path in folder.iterdir()} == {
        lasting, "cles-de-la-cave", "notes.txt", "secrets", saved.keys_file.name, again.keys_file.name,
    }  # fmt: skip


def test_a_backup_that_fails_leaves_the_former_one_whole(saved, place, people, monkeypatch):
    deposit(people.usager(), document(), by=people.actor(people.establishment()))

    def away(_: object) -> bytes:
        raise StoreUnavailable()

    monkeypatch.setattr(store, "get", away)
    with pytest.raises(CommandRefused, match="magasin"):
        save(place)
    assert manifest.read(saved.backup).id == saved.id
    checking.check(saved.backup, saved.keys_file.parent, None)
    assert [path.name for path in saved.keys_file.parent.glob("cles-*")] == [saved.keys_file.name]
    with psycopg.connect(os.environ["ENS_DATABASE_OWNER_URL"]) as connection:
        known = {name for (name,) in connection.execute("SELECT name FROM coffre_keycopy")}
    assert saved.keys_file.name in known


def test_a_backup_that_is_told_to_stop_leaves_the_former_one_whole(saved, place, people, monkeypatch):
    deposit(people.usager(), document(), by=people.actor(people.establishment()))
    monkeypatch.setattr(store, "get", lambda _: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(CommandRefused, match="interrompue"), refused_when_stopped("La sauvegarde a été interrompue."):
        save(place)
    checking.check(saved.backup, saved.keys_file.parent, None)
    assert [path.name for path in saved.backup.glob("base-*")] == [f"base-{saved.id}"]


def test_a_damaged_backup_is_healed_by_the_next(saved, place):
    cut(saved.backup / "manifeste.json")
    content_of(saved).write_bytes(b"")
    said: list[str] = []
    again = making.make(saved.backup, saved.keys_file.parent, copy_master_keys=True, say=said.append)
    assert any("endommagée" in sentence for sentence in said)
    checking.check(again.backup, again.keys_file.parent, None)
