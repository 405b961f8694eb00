"""The embedded PostgreSQL: its roles, its closed doors, its recovery."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from ens.cli.postgres import EmbeddedPostgres, PostgresRefused
from tests.cli.conftest import bare_environment


@pytest.fixture
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    found = EmbeddedPostgres(folder / "base", fast=True)
    found.start()
    yield found
    found.stop(immediate=True)


def test_each_role_enters_with_its_own_password_and_none_is_a_superuser(server):
    for name, url in (("ens_owner", server.urls.owner), ("ens_web", server.urls.web), ("ens_batch", server.urls.batch)):
        with psycopg.connect(url) as connection:
            row = connection.execute(
                "SELECT rolname, rolsuper, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
        assert row == (name, False, False, False)


def test_only_this_machine_and_the_password_open(server):
    password = (server.passwords / "postgres").read_text()
    with psycopg.connect(f"postgresql://postgres:{password}@127.0.0.1:{server.port}/ens") as connection:
        shown = {
            name: connection.execute(f"SHOW {name}").fetchone()[0]
            for name in ("listen_addresses", "unix_socket_directories", "password_encryption")
        }
    assert shown == {
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": str(server.socket_folder),
        "password_encryption": "scram-sha-256",
    }
    for where in (f"127.0.0.1:{server.port}/ens", f"/ens?host={server.socket_folder}&port={server.port}"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(f"postgresql://ens_web:faux@{where}")


def test_where_the_path_of_its_socket_would_be_too_long_the_loopback_serves(folder):
    deep = folder / ("x" * 90)
    server = EmbeddedPostgres(deep / "base", fast=True)
    server.start()
    try:
        assert "@127.0.0.1:" in server.urls.web
        with psycopg.connect(server.urls.web) as connection:
            assert connection.execute("SELECT 1").fetchone() == (1,)
        assert not server.socket_folder.exists()
    finally:
        server.stop(immediate=True)


def test_outside_tests_nothing_is_given_up_of_durability(folder):
    server = EmbeddedPostgres(folder / "base")
    server.start()
    try:
        with psycopg.connect(server.urls.owner) as connection:
            for name in ("fsync", "synchronous_commit", "full_page_writes"):
                assert connection.execute(f"SHOW {name}").fetchone() == ("on",)
    finally:
        server.stop()


def test_what_was_committed_is_there_after_a_kill_on_the_same_address(folder):
    server = EmbeddedPostgres(folder / "base")
    server.start()
    address = server.urls.owner
    with psycopg.connect(address) as connection:
        connection.execute("CREATE TABLE gardee AS SELECT 1 AS un")
    os.kill(server.pid, signal.SIGKILL)
    server.process.wait()
    server.start_again()
    try:
        assert server.urls.owner == address
        with psycopg.connect(address) as connection:
            assert connection.execute("SELECT un FROM gardee").fetchone() == (1,)
    finally:
        server.stop()


def test_it_dies_with_a_killed_supervisor_and_the_next_start_recovers(folder):
    story = (
        "import sys, time; from pathlib import Path; from ens.cli.postgres import EmbeddedPostgres;"
        "server = EmbeddedPostgres(Path(sys.argv[1]), fast=True); server.start();"
        "print(server.pid, flush=True); time.sleep(60)"
    )
    supervisor = subprocess.Popen(
        [sys.executable, "-c", story, str(folder / "base")], stdout=subprocess.PIPE, text=True, env=bare_environment()
    )
    assert supervisor.stdout is not None
    pid = int(supervisor.stdout.readline())
    supervisor.kill()
    supervisor.wait()
    supervisor.stdout.close()
    again = EmbeddedPostgres(folder / "base", fast=True)
    again.start()
    try:
        assert again.pid != pid
        assert not Path(f"/proc/{pid}").exists() or "postgres" not in Path(f"/proc/{pid}/cmdline").read_text()
    finally:
        again.stop(immediate=True)


def test_a_pid_file_left_behind_does_not_stop_the_start(folder):
    server = EmbeddedPostgres(folder / "base", fast=True)
    server.start()
    left = (server.cluster / "postmaster.pid").read_text()
    server.stop()
    (server.cluster / "postmaster.pid").write_text(left.replace(left.splitlines()[0], "999999999", 1))
    server.start()
    server.stop()


def test_two_servers_never_work_on_one_cluster(server, monkeypatch):
    monkeypatch.setattr("ens.cli.postgres.ORPHANS_S", 0.2)
    with pytest.raises(PostgresRefused, match="déjà en marche"):
        EmbeddedPostgres(server.data, fast=True).start()
    assert server.is_alive


@pytest.mark.parametrize(
    ("damage", "sentence"),
    [
        (lambda cluster: (cluster / "PG_VERSION").write_text("15\n"), "autre version"),
        (lambda cluster: (cluster / "global" / "pg_control").write_bytes(b"\0" * 8192), "n'a pas pu démarrer"),
        (lambda cluster: [path.unlink() for path in (cluster / "pg_wal").glob("0*")], "démarrer : .*(PANIC|FATAL)"),
        (lambda cluster: [path.unlink() for path in (cluster.parent / "mots-de-passe").iterdir()], "mots de passe"),
    ],
    ids=["another version", "damaged", "its journal lost", "passwords lost"],
)
def test_a_base_that_cannot_serve_is_refused_in_one_sentence(folder, damage, sentence):
    server = EmbeddedPostgres(folder / "base", fast=True)
    server.start()
    server.stop()
    damage(server.cluster)
    with pytest.raises(PostgresRefused, match=sentence):
        EmbeddedPostgres(folder / "base", fast=True).start()


@pytest.mark.skipif(os.geteuid() != 0, reason="seul root change d'utilisateur pour PostgreSQL")
def test_a_folder_that_its_user_cannot_enter_is_refused_and_its_mode_is_left(folder):
    closed = folder / "ferme"
    closed.mkdir(mode=0o700)
    with pytest.raises(PostgresRefused, match="n'accède pas"):
        EmbeddedPostgres(closed / "base", fast=True).start()
    assert closed.stat().st_mode & 0o777 == 0o700


def test_it_stops_at_once_even_with_clients(server):
    client = psycopg.connect(server.urls.web)
    client.execute("SELECT 1")
    began = time.monotonic()
    server.stop()
    assert time.monotonic() - began < 2
    with pytest.raises(psycopg.OperationalError):
        client.execute("SELECT 1")
    client.close()
