"""A space on a folder: its addresses, its secrets, its lock, and the environment of its processes."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
import socket
from dataclasses import dataclass
from pathlib import Path

from ens.cli.postgres import DatabaseUrls
from ens.cli.refusals import CommandRefused

SECRETS = ("maitresse-1", "recherche", "codes", "signature", "django")
OURS = (
    *("base", "secrets", "run", "contenus", "suppressions", "imports", "static", "espace"),
    *("demonstration", "demo.json", "crowd.txt"),
)
MEMORY = Path("/dev/shm")  # noqa: S108 - a folder of our own is made there, closed to others
LOOPBACK = ("127.0.0.1", "localhost", "::1")


@dataclass(frozen=True, slots=True)
class Address:
    host: str
    port: int

    @classmethod
    def parse(cls, text: str, option: str) -> Address:
        host, colon, port = text.rpartition(":")
        if not colon or not port.isdigit() or not 0 < int(port) < 65536:
            raise CommandRefused(f"{option} s'écrit HOTE:PORT, par exemple 127.0.0.1:8000.")
        return cls(host.strip("[]") or "127.0.0.1", int(port))

    @property
    def is_loopback(self) -> bool:
        return self.host in LOOPBACK

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    def from_here(self) -> str:
        """Where this machine reaches what listens there."""
        everywhere = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - recognised, not bound
        return str(Address(everywhere.get(self.host, self.host), self.port))

    def check_free(self) -> None:
        family = socket.AF_INET6 if ":" in self.host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((self.host, self.port))
            except OSError as error:
                raise CommandRefused(f"L'adresse {self} est déjà prise ou interdite : {error.strerror}.") from error


class Space:
    """``DIR`` of ``--data``."""

    def __init__(self, data: Path) -> None:
        self.data = data.absolute()
        self.secrets = self.data / "secrets"
        self.run = self.data / "run"
        self.unfinished = self.data / "restauration-en-cours"
        self._lock: int | None = None

    # -- before anything changes ---------------------------------------------------------------------------
    def check_folder(self) -> None:
        """The folder can be made or written, and holds nothing but a space. Errors: CommandRefused."""
        existing = self.data
        while not existing.exists():
            existing = existing.parent
        if not existing.is_dir():
            raise CommandRefused(f"{existing} n'est pas un dossier.")
        if not os.access(existing, os.W_OK | os.X_OK):
            raise CommandRefused(f"Le dossier {existing} n'est pas accessible en écriture.")
        if self.unfinished.exists():
            raise CommandRefused(
                f"La restauration de {self.data} n'est pas allée à son terme : supprimez ce dossier et recommencez-la."
            )
        if self.data.exists():
            marker = self.data / "espace"
            strangers = [path.name for path in self.data.iterdir() if path.name not in OURS]
            if strangers and not marker.exists():
                raise CommandRefused(f"Le dossier {self.data} contient autre chose qu'un espace ({strangers[0]}…).")
            try:
                with (self.data / ".essai").open("w"):
                    pass
                (self.data / ".essai").unlink()
            except OSError as error:
                raise CommandRefused(
                    f"Le dossier {self.data} n'est pas accessible en écriture : {error.strerror}."
                ) from error

    def is_running(self) -> bool:
        """Whether a supervisor holds the lock of this folder."""
        path = self.run / "verrou"
        if not path.exists():
            return False
        with path.open() as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                return True
            return False

    def lock(self) -> None:
        """Hold the folder until this process ends. Errors: CommandRefused when another holds it."""
        try:
            self.run.mkdir(mode=0o755, parents=True, exist_ok=True)
            (self.data / "espace").touch()
        except OSError as error:
            raise CommandRefused(
                f"Le dossier {self.data} n'est pas accessible en écriture : {error.strerror}."
            ) from error
        self._lock = os.open(self.run / "verrou", os.O_RDWR | os.O_CREAT, 0o600)
        os.set_inheritable(self._lock, False)
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise CommandRefused(f"Un espace est déjà en marche sur {self.data}.") from error

    def forget_contract(self) -> None:
        """``demo.json`` says that this start is ready: the one of an earlier start is taken away first."""
        (self.data / "demo.json").unlink(missing_ok=True)

    # -- secrets and settings of the processes -------------------------------------------------------------
    def make_secrets(self, *, first_time: bool) -> None:
        """Random keys of 32 bytes, once, unless ``ENS_SECRETS`` names where they are; none is ever replaced.

        Errors: CommandRefused when the database is there and a key is not: a new one would open nothing.
        """
        if os.environ.get("ENS_SECRETS"):
            return
        missing = [name for name in SECRETS if not (self.secrets / name).exists()]
        if any(self.secrets.glob("maitresse-*")) and "maitresse-1" in missing:
            missing.remove("maitresse-1")  # rotated since
        if missing and not first_time:
            raise CommandRefused(
                f"La base de {self.data} existe, mais il manque la clé {self.secrets / missing[0]} : "
                "remettez les clés de sa sauvegarde."
            )
        self.secrets.mkdir(mode=0o700, parents=True, exist_ok=True)
        for name in missing:
            descriptor = os.open(self.secrets / name, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as out:
                out.write(secrets.token_bytes(32))
                out.flush()
                os.fsync(out.fileno())

    def environment(
        self, urls: DatabaseUrls | None, *, demonstration: bool, http: Address, smtp: Address
    ) -> dict[str, str]:
        """What the processes of this space read; the operator's own ``ENS_…`` settings come first."""
        ours = {
            "ENS_DATA": str(self.data),
            "ENS_SECRETS": str(self.secrets),
            "ENS_STORE": str(self.data / "contenus"),
            "ENS_DEMONSTRATION": "1" if demonstration else "0",
            "ENS_HTTP": str(http),
            "ENS_BASE_URL": f"{'https' if os.environ.get('ENS_TLS_CERT') else 'http'}://{http}",
            "ENS_SMTP_LISTEN": str(smtp),
            "DJANGO_SETTINGS_MODULE": "ens.config.settings",
        }
        if self.measures.exists():  # of a space that runs
            ours["PROMETHEUS_MULTIPROC_DIR"] = str(self.measures)
        if urls is not None:
            ours["ENS_DATABASE_URL"] = urls.web
            ours["ENS_DATABASE_BATCH_URL"] = urls.batch
        settings = {**ours, **{name: value for name, value in os.environ.items() if name.startswith("ENS_")}}
        settings["ENS_DATA"] = ours["ENS_DATA"]
        settings["ENS_DEMONSTRATION"] = ours["ENS_DEMONSTRATION"]
        return settings

    @property
    def measures(self) -> Path:
        """Where the processes of the space count together, for /metrics; empty at each start.

        In memory where there is such a place: they write there by mapping files, and a full disk would kill them.
        """
        if not os.access(MEMORY, os.W_OK):
            return self.run / "mesures"
        own = hashlib.sha256(f"{os.geteuid()} {self.data}".encode()).hexdigest()[:16]
        return MEMORY / f"ens-mesures-{own}"

    def empty_measures(self) -> None:
        """Errors: CommandRefused, when somebody else made that folder."""
        self.forget_measures()
        try:
            self.measures.mkdir(mode=0o700)
        except OSError as error:
            raise CommandRefused(f"Le dossier {self.measures} ne peut pas être fait : {error.strerror}.") from error

    def forget_measures(self) -> None:
        shutil.rmtree(self.measures, ignore_errors=True)

    def keep_environment(self, settings: dict[str, str]) -> None:
        """So that ``ens clock`` and ``ens crowd`` speak to the running space."""
        path = self.run / "environnement.json"
        temporary = path.with_suffix(".nouveau")
        descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as out:
            json.dump(settings, out)
        temporary.replace(path)

    def kept_environment(self) -> dict[str, str]:
        """Of the running space. Errors: CommandRefused when none runs here."""
        if not self.is_running():
            raise CommandRefused(f"Aucun espace n'est en marche sur {self.data} : lancez « ens up » d'abord.")
        try:
            found: dict[str, str] = json.loads((self.run / "environnement.json").read_text())
        except (OSError, ValueError) as error:
            raise CommandRefused(f"L'espace de {self.data} n'est pas encore prêt.") from error
        return found
