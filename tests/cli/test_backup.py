"""What a backup holds, what it refuses, and what a restore makes of it; on the database of the tests."""

from __future__ import annotations

import fcntl
import json
import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import psycopg
import pytest
from django.conf import settings
from django.test import override_settings

from ens.cli.backup import checking, contents, keys, making, manifest, tables
from ens.cli.main import main
from ens.cli.refusals import CommandRefused, refused_when_stopped
from ens.cli.space import Space
from ens.coffre import store
from ens.coffre.errors import StoreUnavailable
from ens.kernel.actor import SYSTEM
from tests.cli.conftest import bare_environment
from tests.record.builders import deposit, document

ENS = Path(__file__).resolve().parents[2] / ".venv" / "bin" / "ens"
pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def owner(db: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENS_DATABASE_OWNER_URL", db.owner)


@pytest.fixture
def place() -> Iterator[Path]:
    """A folder that PostgreSQL may enter as another user."""
    with tempfile.TemporaryDirectory(prefix="ens-sauvegarde-") as path:
        Path(path).chmod(0o755)
        yield Path(path)


def save(place: Path, name: str = "sauvegarde") -> making.Report:
    return making.make(place / name, place / f"{name}-cles", copy_master_keys=True, say=lambda _: None)


@pytest.fixture
def saved(place: Path, people: Any) -> making.Report:
    """With a document of someone in it, and someone deleted."""
    erased(people.usager())
    person = people.usager()
    deposit(person, document(), by=people.actor(people.establishment()))
    return save(place)


@pytest.fixture
def other(place: Path) -> making.Report:
    """Of the same space, in another folder."""
    return save(place, "autre")


def part_of(report: making.Report, table: str) -> Path:
    return report.backup / f"base-{report.id}" / table


def content_of(report: making.Report) -> Path:
    return next(path for path in sorted((report.backup / "contenus").glob("*/*")) if path.stat().st_size)


# -- what is refused before anything changes -------------------------------------------------------------------------
def flip(path: Path) -> None:
    held = bytearray(path.read_bytes())
    held[len(held) // 2] ^= 0xFF
    path.write_bytes(bytes(held))


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


DAMAGES: dict[str, tuple[Callable[[making.Report], Path], str]] = {
    "the manifest": (lambda report: report.backup / "manifeste.json", "manifeste.json"),
    "a table": (lambda report: part_of(report, "public.record_document"), "public.record_document"),
    "a small table": (lambda report: part_of(report, "public.persistence_deployment"), "persistence_deployment"),
    "the list of contents": (lambda report: part_of(report, "contenus.liste"), "contenus.liste"),
    "a content": (content_of, "contenus/"),
    "the list of deletions": (lambda report: part_of(report, "suppressions.liste"), "suppressions.liste"),
    "the keys": (lambda report: report.keys_file, "cles-"),
}
WAYS = {"one byte flipped": flip, "cut short": cut, "missing": Path.unlink}


@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("what", DAMAGES)
def test_a_damaged_backup_is_refused_in_one_sentence_and_nothing_is_made(saved, place, bare, capsys, what, way):
    find, name = DAMAGES[what]
    WAYS[way](find(saved))
    sentence = refused(capsys, "restore", str(saved.backup), "--data", str(place / "neuf"))
    assert name in sentence
    assert not (place / "neuf").exists()


@pytest.mark.parametrize("name", ["recherche", "maitresse-1", "django"])
def test_a_master_key_missing_or_of_another_space_is_refused(saved, place, bare, capsys, name):
    secret = saved.master_keys / name
    for make_wrong in (lambda: secret.write_bytes(os.urandom(32)), secret.unlink):
        make_wrong()
        assert name in refused(capsys, "restore", str(saved.backup), "--data", str(place / "neuf"))
    assert not (place / "neuf").exists()


def test_without_its_folder_of_keys_a_backup_is_refused(saved, place, bare, capsys):
    shutil.rmtree(place / "sauvegarde-cles")
    sentence = refused(capsys, "restore", str(saved.backup), "--data", str(place / "neuf"))
    assert "--keys" in sentence and "rien ne peut être relu" in sentence


def test_the_keys_of_another_backup_of_the_same_space_do_not_open_this_one(saved, place, other, bare, capsys):
    shutil.copy(other.keys_file, saved.keys_file)
    assert "cles-" in refused(capsys, "restore", str(saved.backup), "--data", str(place / "neuf"))


def test_a_manifest_rewritten_without_the_keys_of_the_space_is_refused(saved, place, bare, capsys):
    made = manifest.read(saved.backup)
    forger = place / "faussaire"
    shutil.copytree(saved.master_keys, forger)
    (forger / "signature").write_bytes(os.urandom(32))
    manifest.write(saved.backup, msgspec.structs.replace(made, sequences=[]), forger)
    assert "signature" in refused(capsys, "restore", str(saved.backup), "--data", str(place / "neuf"))


def test_a_manifest_that_leads_outside_its_folder_is_refused(saved, place):
    made = manifest.read(saved.backup)
    lying = msgspec.structs.replace(made.contents, file="../ailleurs")
    manifest.write(saved.backup, msgspec.structs.replace(made, contents=lying), saved.master_keys)
    with pytest.raises(CommandRefused, match="hors du dossier"):
        checking.check(saved.backup, saved.keys_file.parent, None)


def test_a_backup_of_newer_software_is_refused(saved, place, bare, capsys):
    made = manifest.read(saved.backup)
    later = msgspec.structs.replace(made, migrations={**made.migrations, "record": ["0001_documents", "0999_later"]})
    manifest.write(saved.backup, later, saved.master_keys)
    assert "plus récente" in refused(capsys, "restore", str(saved.backup), "--data", str(place / "neuf"))
    manifest.write(saved.backup, msgspec.structs.replace(made, version=2), saved.master_keys)
    assert "plus récente" in refused(capsys, "restore", str(saved.backup), "--data", str(place / "neuf"))
    assert not (place / "neuf").exists()


def test_what_is_no_backup_is_refused(place, bare, capsys):
    (place / "photos").mkdir()
    assert "n'est pas une sauvegarde" in refused(capsys, "restore", str(place / "photos"), "--data", str(place / "n"))
    (place / "photos" / "manifeste.json").write_text('{"name": "autre chose"}')
    assert "n'est pas lisible" in refused(capsys, "restore", str(place / "photos"), "--data", str(place / "n"))


def test_a_folder_that_holds_something_is_never_restored_into(saved, place, bare, capsys):
    (place / "plein").mkdir()
    (place / "plein" / "espace").touch()
    assert "n'est pas vide" in refused(capsys, "restore", str(saved.backup), "--data", str(place / "plein"))
    assert [path.name for path in (place / "plein").iterdir()] == ["espace"]


def test_a_restore_that_fails_leaves_the_folder_as_it_was(saved, place, bare, capsys, monkeypatch):
    """A content changes after it was checked: it is seen when it is copied."""
    monkeypatch.setattr(contents, "check", lambda *_: None)
    flip(content_of(saved))
    (place / "neuf").mkdir()
    sentence = refused(capsys, "restore", "--json", str(saved.backup), "--data", str(place / "neuf"), json=True)
    assert "a changé" in sentence
    assert list((place / "neuf").iterdir()) == []


def test_a_space_whose_restore_was_cut_short_does_not_start(place, bare, capsys):
    space = Space(place / "neuf")
    space.data.mkdir()
    space.unfinished.touch()
    assert "terme" in refused(capsys, "up", "--demo", "--data", str(space.data))


# -- what a second backup does ---------------------------------------------------------------------------------------
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


# -- where a backup may go -------------------------------------------------------------------------------------------
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


# -- a database outside ----------------------------------------------------------------------------------------------
@pytest.fixture
def outside(db: Any, place: Path) -> Iterator[Callable[[str], dict[str, str]]]:
    """Makes an empty database on a server that is not the space's, and gives the settings that name it."""
    password = (Path(settings.ENS_DATA) / "base" / "mots-de-passe" / "postgres").read_text()
    server = db.owner.rpartition("@")[2].partition("/")[0]
    names: list[str] = []
    with psycopg.connect(f"postgresql://postgres:{password}@{server}/postgres", autocommit=True) as connection:

        def make(name: str) -> dict[str, str]:
            connection.execute(f"CREATE DATABASE {name} OWNER ens_owner".encode())
            names.append(name)
            urls = {"URL": db.web, "BATCH_URL": db.batch, "OWNER_URL": db.owner}
            return {f"ENS_DATABASE_{kind}": f"{url.removesuffix('/ens')}/{name}" for kind, url in urls.items()}

        yield make
        for name in names:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


def ens(environment: dict[str, str], *arguments: str, code: int = 0) -> dict[str, Any]:
    done = subprocess.run(
        [str(ENS), *arguments, "--json"],
        env={**bare_environment(), **environment},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == code, done.stderr
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer


def test_a_backup_goes_to_an_outside_database_and_comes_back_the_same(saved, place, outside):
    there = outside("ailleurs")
    ens(there, "restore", str(saved.backup), "--data", str(place / "neuf"))
    assert not (place / "neuf" / "base").exists()
    again = ens(there, "backup", str(place / "encore"), "--data", str(place / "neuf"))
    first, second = manifest.read(saved.backup), manifest.read(place / "encore")
    rows = {table.name: table.rows for table in first.tables}
    rows["public.coffre_keycopy"] += 1  # the second backup's own
    assert {table.name: table.rows for table in second.tables} == rows
    assert again["contents"] == saved.contents
    assert second.space == first.space
    with psycopg.connect(there["ENS_DATABASE_URL"]) as web:
        assert web.execute("SELECT count(*) FROM record_document").fetchone() == (0,)  # the row policy is back

    answer = ens(there, "restore", str(saved.backup), "--data", str(place / "autre"), code=2)
    assert "n'est pas vide" in answer["error"]


def test_a_backup_of_an_older_schema_is_brought_up_to_date(saved, place, outside):
    there = outside("ancienne")
    ens(there, "restore", str(saved.backup), "--data", str(place / "neuf"))
    with psycopg.connect(there["ENS_DATABASE_OWNER_URL"]) as connection:  # as before the account of key copies
        connection.execute("DROP TABLE coffre_keycopy")
        connection.execute("DELETE FROM django_migrations WHERE app = 'coffre' AND name = '0003_key_copies'")
    ens(there, "backup", str(place / "vieille"), "--data", str(place / "neuf"))
    assert "public.coffre_keycopy" not in {table.name for table in manifest.read(place / "vieille").tables}
    now = outside("nouvelle")
    ens(now, "restore", str(place / "vieille"), "--data", str(place / "apres"))
    with psycopg.connect(now["ENS_DATABASE_OWNER_URL"]) as connection:
        assert connection.execute("SELECT count(*) FROM coffre_keycopy").fetchone() == (0,)


# -- who was deleted since -------------------------------------------------------------------------------------------
def erased(person: Any) -> None:
    """Deleted, and noted in the ledger by the outbox."""
    from ens.journeys.deletion import delete_space, note_in_ledger

    delete_space(person.usager_id, by=SYSTEM)
    note_in_ledger(person.usager_id, person.usager_id)


def is_there(settings_of_base: dict[str, str], person: Any) -> bool:
    """Whether a key of theirs exists: without it nothing opens."""
    with psycopg.connect(settings_of_base["ENS_DATABASE_OWNER_URL"]) as connection:
        row = connection.execute("SELECT count(*) FROM cles.usager_key WHERE usager_id = %s", [person.usager_id])
        return row.fetchone() == (1,)


def test_who_was_deleted_since_the_backup_does_not_come_back(place, people, outside):
    before, since, other = people.usager(), people.usager(), people.usager()
    deposit(since, document(), by=people.actor(people.establishment()))
    erased(before)
    report = save(place)
    erased(since)
    there = outside("rejeu")
    told = ens(there, "restore", str(report.backup), "--data", str(place / "neuf"))
    assert told["deleted_again"] >= 1 and told["ledgers_not_reached"] == []
    assert [is_there(there, one) for one in (before, since, other)] == [False, False, True]
    with psycopg.connect(there["ENS_DATABASE_OWNER_URL"]) as connection:
        row = connection.execute("SELECT count(*) FROM record_document WHERE usager_id = %s", [since.usager_id])
        assert row.fetchone() == (0,)
    noted = {path.name for path in (place / "neuf" / "suppressions").glob("*/*")}
    assert {before.usager_id.hex, since.usager_id.hex} <= noted


def test_a_ledger_that_moved_is_asked_for_and_read_where_it_is(place, people, outside, monkeypatch):
    person = people.usager()
    ledger = place / "suppressions"
    with override_settings(ENS_DELETIONS=str(ledger)):
        erased(people.usager())  # the ledger is there
        report = save(place)
        erased(person)
    ledger.rename(place / "recopiees")
    there = outside("sans_registre")
    told = ens(there, "restore", str(report.backup), "--data", str(place / "sans"))
    assert told["ledgers_not_reached"] == [str(ledger)]
    assert is_there(there, person)
    there = outside("avec_registre")
    moved = ("--suppressions", str(place / "recopiees"))
    ens(there, "restore", str(report.backup), "--data", str(place / "avec"), *moved)
    assert not is_there(there, person)


def test_a_deletion_during_the_backup_is_no_loss(place, people, monkeypatch):
    person = people.usager()
    filed = deposit(person, document(), by=people.actor(people.establishment())).documents[0].binary_id
    real, done = store.get, []

    def get(content: Any) -> bytes:
        if not done:
            done.append(erased(person))
        return real(content)

    monkeypatch.setattr(store, "get", get)
    monkeypatch.setattr(contents, "AT_ONCE", 1)
    report = save(place)
    assert filed not in report.lost
    assert filed not in {one.id for one in contents.read_list(part_of(report, "contenus.liste"))}
    assert person.usager_id.hex in part_of(report, "suppressions.liste").read_text()
    checking.check(report.backup, report.keys_file.parent, None)


def test_an_outside_database_needs_its_owner_s_address(place, bare, capsys, monkeypatch):
    monkeypatch.setenv("ENS_DATABASE_URL", "postgresql://ens_web@127.0.0.1:1/ens")
    assert "ENS_DATABASE_OWNER_URL" in refused(capsys, "backup", str(place / "s"), "--data", str(place / "d"))
    assert "ENS_DATABASE_OWNER_URL" in refused(capsys, "restore", str(place / "s"), "--data", str(place / "d"))


def test_tables_left_out_exist_and_say_why(db):
    with psycopg.connect(db.owner) as connection:
        assert tables.LEFT_OUT.keys() <= tables.shapes(connection).keys()


# -- helpers ---------------------------------------------------------------------------------------------------------
@pytest.fixture
def bare(monkeypatch: pytest.MonkeyPatch) -> None:
    """A person who set nothing types the command; asked for after what needs the settings of the tests."""
    for name in [name for name in os.environ if name.startswith("ENS_")]:
        monkeypatch.delenv(name)


def refused(capsys: pytest.CaptureFixture[str], *arguments: str, json: bool = False) -> str:
    code = main(list(arguments))
    said = capsys.readouterr()
    assert code == 2, said.err
    assert bool(said.out) == json
    last: str = said.err.rstrip().splitlines()[-1]
    assert last.endswith(".")
    return last
