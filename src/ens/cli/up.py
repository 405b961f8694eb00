"""``ens up``: checks, database, migrations, processes, watch, stop."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from ens.cli.children import Child, python
from ens.cli.postgres import EmbeddedPostgres, PostgresRefused
from ens.cli.refusals import CommandRefused
from ens.cli.space import Address, Space

READY_S = 60
STOP_S = 8.0  # web, smtp, worker; PostgreSQL has the rest of the ten seconds


@dataclass(frozen=True, slots=True)
class Wanted:
    demonstration: bool
    data: Path
    http: Address
    smtp: Address
    as_json: bool = False


class Stopped(Exception):
    """SIGTERM or Ctrl-C."""


def up(wanted: Wanted) -> int:
    """Run the space until it is told to stop. Errors: CommandRefused, before anything changed."""
    space = Space(wanted.data)
    _check(wanted, space)
    space.lock()
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(signal.SIGINT, _stop)
    postgres = None if os.environ.get("ENS_DATABASE_URL") else EmbeddedPostgres(space.data / "base")
    children: list[Child] = []
    try:
        settings = _prepare(wanted, space, postgres)
        children = _children(wanted, space, settings)
        for child in children:
            child.start()
        _wait_until_ready(settings["ENS_BASE_URL"], children)
        if wanted.demonstration:
            _perform("ens.demonstration.prepare", settings, "La démonstration n'a pas pu être préparée")
        _say_ready(wanted, space, settings)
        while True:
            for child in children:
                if child.watch():
                    _log(f"« {child.name} » s'est arrêté ; il repart.")
            time.sleep(0.2)
    except Stopped:
        return 0
    finally:
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _stop_all(children, postgres)


def _stop(*_: object) -> None:
    raise Stopped()


def _check(wanted: Wanted, space: Space) -> None:
    if wanted.demonstration and not (wanted.http.is_loopback and wanted.smtp.is_loopback):
        raise CommandRefused("La démonstration n'écoute que sur cette machine : --http et --smtp en 127.0.0.1.")
    has_tls = os.environ.get("ENS_TLS_CERT") and os.environ.get("ENS_TLS_KEY")
    if not wanted.demonstration and not wanted.http.is_loopback and not (has_tls or os.environ.get("ENS_PROXIES")):
        raise CommandRefused(
            "Pour écouter ailleurs que sur cette machine, donnez ENS_TLS_CERT et ENS_TLS_KEY, ou ENS_PROXIES."
        )
    if not wanted.demonstration and not os.environ.get("ENS_SMTP_CERT"):
        raise CommandRefused(
            "Il manque le certificat de la messagerie : ENS_SMTP_CERT, ENS_SMTP_KEY et ENS_SMTP_CA "
            "(voir docs/exploitation/reglages.md), ou lancez la démonstration avec --demo."
        )
    space.check_folder()
    if space.is_running():
        raise CommandRefused(f"Un espace est déjà en marche sur {space.data}.")
    wanted.http.check_free()
    wanted.smtp.check_free()


def _prepare(wanted: Wanted, space: Space, postgres: EmbeddedPostgres | None) -> dict[str, str]:
    space.make_secrets()
    urls = None
    if postgres is not None:
        try:
            postgres.start()
        except PostgresRefused as error:
            raise CommandRefused(str(error)) from error
        urls = postgres.urls
        (space.run / "postgres.pid").write_text(str(postgres.pid))
    settings = space.environment(urls, demonstration=wanted.demonstration, http=wanted.http, smtp=wanted.smtp)
    if wanted.demonstration:
        _perform("ens.demonstration.certificates", settings, "Les certificats n'ont pas pu être faits")
        settings = {**settings, **_demonstration_settings(space)}
    mode = "demonstration" if wanted.demonstration else "production"
    if urls is not None:
        _perform("ens.cli.migration", {**settings, "ENS_DATABASE_OWNER_URL": urls.owner}, "", mode)
    else:
        _perform("ens.cli.migration", settings, "", mode, "--check")
    space.keep_environment(settings)
    return settings


def _demonstration_settings(space: Space) -> dict[str, str]:
    """What the demonstration's certificates and operators ask of the processes."""
    found: dict[str, str] = json.loads((space.data / "demonstration" / "reglages.json").read_text())
    return found


def _perform(module: str, settings: dict[str, str], failed: str, *arguments: str) -> None:
    """Run a short step in its own process; its last line is the reason when it refuses."""
    done = subprocess.run(
        python("-m", module, *arguments),
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
        start_new_session=True,
    )
    if done.returncode == 0:
        return
    if done.returncode == 2:
        raise CommandRefused(done.stderr.strip().splitlines()[-1])
    sys.stderr.write(done.stderr)
    raise CommandRefused(failed or "La base de données n'a pas pu être préparée.")


def _children(wanted: Wanted, space: Space, settings: dict[str, str]) -> list[Child]:
    logs = space.run

    def child(name: str, *command: str) -> Child:
        return Child(name, python(*command), settings, space.run, logs / f"{name}.log")

    web = [
        *("-m", "granian", "--interface", "wsgi", "--host", wanted.http.host, "--port", str(wanted.http.port)),
        *("--workers", settings.get("ENS_WEB_WORKERS", "2"), "--blocking-threads", "16", "--no-ws"),
        *("--backlog", "1024", "--respawn-failed-workers", "--workers-kill-timeout", "6", "--log-level", "warning"),
    ]
    if settings.get("ENS_TLS_CERT"):
        web += ["--ssl-certificate", settings["ENS_TLS_CERT"], "--ssl-keyfile", settings["ENS_TLS_KEY"]]
    found = [
        child("web", *web, "ens.config.wsgi:application"),
        child("smtp", "-m", "ens.interop.smtp"),
        child("worker", "-m", "ens.config.worker"),
    ]
    if wanted.demonstration:
        found.append(child("operators", "-m", "ens.demonstration.operators"))
    return found


def _wait_until_ready(base_url: str, children: list[Child]) -> None:
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(f"{base_url}/healthz", timeout=2) as answer:  # noqa: S310 - our own address
                if answer.status == 200:
                    return
        except (urllib.error.URLError, OSError):
            pass
        for child in children:
            if not child.is_alive:
                raise CommandRefused(f"« {child.name} » n'a pas démarré : voir {child.log}.")
        time.sleep(0.1)
    raise CommandRefused(f"L'espace ne répond pas après {READY_S} secondes : voir {children[0].log.parent}.")


def _say_ready(wanted: Wanted, space: Space, settings: dict[str, str]) -> None:
    base = settings["ENS_BASE_URL"]
    if wanted.as_json:
        print(json.dumps({"ready": True, "base_url": base, "data": str(space.data)}), flush=True)
        return
    _log(f"L'espace est prêt : {base}")
    if wanted.demonstration:
        _log(f"Entrez comme Inaya ou comme son médecin : {base}/demonstration/")
        _log("Données fictives. Ctrl-C pour arrêter.")


def _log(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


def _stop_all(children: list[Child], postgres: EmbeddedPostgres | None) -> None:
    """Web and smtp finish what they accepted, then the worker and the others, then PostgreSQL."""
    until = time.monotonic() + STOP_S
    first = [child for child in children if child.name in ("web", "smtp")]
    then = [child for child in children if child not in first]
    for group, limit in ((first, until - 2), (then, until)):
        for child in group:
            child.ask_to_stop()
        for child in group:
            child.wait(limit)
    if postgres is not None:
        try:
            postgres.stop()
        except PostgresRefused:
            postgres.stop(immediate=True)
        (postgres.data.parent / "run" / "postgres.pid").unlink(missing_ok=True)
