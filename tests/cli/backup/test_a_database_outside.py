"""A backup restored in a database outside, and brought up to date there."""

from __future__ import annotations

import os

import psycopg
import pytest

from ens.cli.backup import manifest
from tests.cli.backup.conftest import ens, refused
from tests.cli.conftest import a_free_port

pytestmark = pytest.mark.slow


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


def test_an_outside_database_is_served_and_migrated_with_its_own_keys_only(saved, place, outside):
    """Those of another backup, or one file of them, given by mistake after a restore."""
    there = outside("la_sienne")
    data = place / "neuf"
    ens(there, "restore", str(saved.backup), "--data", str(data))
    given = {**there, "ENS_SECRETS": str(data / "secrets"), "ENS_DEMONSTRATION": "1", "ENS_DATA": str(data)}
    up = ("up", "--demo", "--data", str(data), "--http", f"127.0.0.1:{a_free_port()}")
    up += ("--smtp", f"127.0.0.1:{a_free_port()}")
    theirs = (data / "secrets" / "recherche").read_bytes()
    (data / "secrets" / "recherche").write_bytes(os.urandom(32))
    for command in (("migrate",), up):
        said = ens(given, *command, code=2)["error"]
        assert "« recherche »" in said and said.endswith("Remettez celle de sa sauvegarde : rien n'a été changé.")
    (data / "secrets" / "recherche").write_bytes(theirs)
    assert ens(given, "migrate") == {"migrated": True}


def test_an_outside_database_needs_its_owner_s_address(place, bare, capsys, monkeypatch):
    monkeypatch.setenv("ENS_DATABASE_URL", "postgresql://ens_web@127.0.0.1:1/ens")
    assert "ENS_DATABASE_OWNER_URL" in refused(capsys, "backup", str(place / "s"), "--data", str(place / "d"))
    assert "ENS_DATABASE_OWNER_URL" in refused(capsys, "restore", str(place / "s"), "--data", str(place / "d"))
