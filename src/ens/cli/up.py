"""``ens up``: checks, database, migrations, processes; then watch until told to stop."""

from __future__ import annotations

import json
import os
import signal
import ssl
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from http.client import HTTPException
from pathlib import Path
from urllib.parse import urlsplit

from ens.cli.children import Child, python
from ens.cli.postgres import EmbeddedPostgres, PostgresRefused
from ens.cli.refusals import CommandRefused
from ens.cli.space import Address, Space
from ens.cli.steps import perform
from ens.cli.supervisor import Supervisor, say, wait_for_orphans
from ens.config.arrivals import THREADS

READY_S = 60
FULL = {"database": "Le disque de la base", "store": "Le disque des contenus"}


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
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, _stop)
    postgres = None if os.environ.get("ENS_DATABASE_URL") else EmbeddedPostgres(space.data / "base")
    supervisor = Supervisor(space.run, postgres)
    try:
        settings = _prepare(wanted, space, supervisor)
        space.forget_contract()
        supervisor.start(_children(wanted, space, settings))
        _wait_until_ready(wanted, settings, supervisor.children)
        if wanted.demonstration:
            perform("ens.demonstration.prepare", settings, "La démonstration n'a pas pu être préparée.")
        _say_ready(wanted, space, settings)
        while True:
            supervisor.watch()
            time.sleep(0.2)
    except Stopped:
        return 0
    finally:
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        supervisor.stop()
        space.forget_measures()


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
    wait_for_orphans(space.data)
    if wanted.http.from_here() == wanted.smtp.from_here():
        raise CommandRefused(f"Les pages et le courrier ne s'écoutent pas à la même adresse : {wanted.http}.")
    wanted.http.check_free()
    wanted.smtp.check_free()


def _prepare(wanted: Wanted, space: Space, supervisor: Supervisor) -> dict[str, str]:
    postgres = supervisor.postgres
    space.make_secrets(first_time=postgres is None or not postgres.exists)
    space.empty_measures()
    try:
        supervisor.start_database()
    except PostgresRefused as error:
        raise CommandRefused(str(error)) from error
    urls = postgres.urls if postgres is not None else None
    settings = space.environment(urls, demonstration=wanted.demonstration, http=wanted.http, smtp=wanted.smtp)
    if wanted.demonstration:
        perform("ens.demonstration.certificates", settings, "Les certificats n'ont pas pu être faits.")
        settings = {**settings, **_demonstration_settings(space)}
    mode = "demonstration" if wanted.demonstration else "production"
    unready = "La base de données n'a pas pu être préparée."
    if urls is not None:
        perform("ens.cli.migration", {**settings, "ENS_DATABASE_OWNER_URL": urls.owner}, unready, mode)
    else:
        perform("ens.cli.migration", settings, unready, mode, "--check")
    space.keep_environment(settings)
    return settings


def _demonstration_settings(space: Space) -> dict[str, str]:
    """What the demonstration's certificates and operators ask of the processes."""
    found: dict[str, str] = json.loads((space.data / "demonstration" / "reglages.json").read_text())
    return found


def _children(wanted: Wanted, space: Space, settings: dict[str, str]) -> list[Child]:
    logs = space.run

    def child(name: str, *command: str) -> Child:
        return Child(name, python(*command), settings, space.run, logs / f"{name}.log")

    web = [
        *("-m", "granian", "--interface", "wsgi", "--host", wanted.http.host, "--port", str(wanted.http.port)),
        *("--workers", settings.get("ENS_WEB_WORKERS", "2"), "--blocking-threads", str(THREADS), "--no-ws"),
        *("--backlog", "1024", "--respawn-failed-workers", "--workers-kill-timeout", "6", "--log-level", "warning"),
    ]
    if settings.get("ENS_TLS_CERT"):
        web += ["--ssl-certificate", settings["ENS_TLS_CERT"], "--ssl-keyfile", settings["ENS_TLS_KEY"]]
    found = [
        child("web", *web, "ens.config.wsgi:application"),
        child("smtp", "-m", "ens.interop.smtp", settings.get("ENS_SMTP_PROCESSES", "2")),
        child("worker", "-m", "ens.config.worker"),
    ]
    if wanted.demonstration:
        found.append(child("operators", "-m", "ens.demonstration.operators"))
    return found


def _wait_until_ready(wanted: Wanted, settings: dict[str, str], children: list[Child]) -> None:
    """Ask /healthz at the address the server listens to, under the name the public calls it."""
    secure = "ENS_TLS_CERT" in settings
    address = f"{'https' if secure else 'http'}://{wanted.http.from_here()}/healthz"
    name = urlsplit(settings["ENS_BASE_URL"]).netloc
    request = urllib.request.Request(address, headers={"Host": name})  # noqa: S310 - our own address
    context = None
    if secure:  # our own certificate names the public host, not the address asked here; no secret is sent
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    deadline = time.monotonic() + READY_S
    while time.monotonic() < deadline:
        try:
            with urllib.request.urlopen(request, timeout=2, context=context):  # noqa: S310 - our own address
                return
        except urllib.error.HTTPError as error:  # 503 while a part is missing, or wants room
            with error:
                answer = error.read()
            full = can_serve(answer)
            if full is not None:
                for part in full:
                    say(f"{FULL.get(part, part)} est plein ou presque : voir docs/exploitation/pannes.md.")
                return
            last = unwell(answer) or str(error)
        except (OSError, HTTPException) as error:  # not listening yet, or not ours
            last = str(error)
        for child in children:
            if not child.is_alive:
                raise CommandRefused(f"« {child.name} » n'a pas démarré : voir {child.log}.")
        time.sleep(0.1)
    raise CommandRefused(f"L'espace ne répond pas après {READY_S} secondes ({last}) : voir {children[0].log.parent}.")


def unwell(answer: bytes) -> str:
    """The parts that keep the space from serving, as ``/healthz`` names them; empty when it does not say."""
    try:
        parts: dict[str, str] = json.loads(answer)["parts"]
    except (ValueError, LookupError):
        return ""
    return ", ".join(f"{name} : {state}" for name, state in parts.items() if state not in ("ok", "full"))


def can_serve(answer: bytes) -> list[str] | None:
    """The parts that want room, when every part answers; else None.

    A disk almost full keeps nobody from reading what is there; a demonstration is about to be made; without its
    antivirus, a space keeps files aside or lets them wait, and serves.
    """
    try:
        parts: dict[str, str] = json.loads(answer)["parts"]
    except (ValueError, LookupError):
        return None
    if {name for name, state in parts.items() if state not in ("ok", "full")} - {"demonstration", "antivirus"}:
        return None
    return [name for name, state in parts.items() if state == "full"]


def _say_ready(wanted: Wanted, space: Space, settings: dict[str, str]) -> None:
    base = settings["ENS_BASE_URL"]
    if wanted.as_json:
        print(json.dumps({"ready": True, "base_url": base, "data": str(space.data)}), flush=True)
        return
    say(f"L'espace est prêt : {base}")
    if wanted.demonstration:
        say(f"Entrez comme Inaya ou comme son médecin : {base}/demonstration/")
        say("Données fictives. Ctrl-C pour arrêter.")
