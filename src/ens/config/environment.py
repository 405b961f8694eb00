"""The one reader of the environment: ``ENS_…`` variables, or a file named by ``ENS_CONFIG``.

A missing setting stops the start and says where to set it. Listed in ``docs/exploitation/reglages.md``.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Collection
from datetime import date, time
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

_HOURS = re.compile(r"([1-7])(?:-([1-7]))? (\d\d:\d\d)-(\d\d:\d\d)")


class MissingSetting(SystemExit):
    """A setting without which nothing can start."""


@cache
def _from_file() -> dict[str, str]:
    path = os.environ.get("ENS_CONFIG", "")
    if not path:
        return {}
    try:
        values = tomllib.loads(Path(path).read_text("utf-8"))
    except (OSError, tomllib.TOMLDecodeError) as error:
        raise MissingSetting(f"Le fichier de réglages ENS_CONFIG={path} n'est pas lisible : {error}") from error
    return {name: str(value) for name, value in values.items()}


def setting(name: str, default: str | None = None) -> str:
    """The value of ``ENS_…``; without a default, its absence stops the start."""
    value = os.environ.get(name) or _from_file().get(name) or default
    if value is None:
        raise MissingSetting(
            f"Le réglage {name} manque : donnez-le dans l'environnement ou dans le fichier ENS_CONFIG "
            "(voir docs/exploitation/reglages.md)."
        )
    return value


def export_file() -> None:
    """Make the settings of the file those of the environment, which comes first, for a command and its processes."""
    for name, value in _from_file().items():
        if name.startswith("ENS_"):
            os.environ.setdefault(name, value)


def flag(name: str) -> bool:
    return setting(name, "0").lower() in ("1", "true", "oui")


def number(name: str, default: int) -> int:
    value = setting(name, str(default))
    try:
        return int(value)
    except ValueError as error:
        raise MissingSetting(f"Le réglage {name} doit être un nombre entier, et non « {value} ».") from error


def day(name: str, default: date) -> date:
    value = setting(name, default.isoformat())
    try:
        return date.fromisoformat(value)
    except ValueError as error:
        raise MissingSetting(f"Le réglage {name} doit être une date (2026-01-31), et non « {value} ».") from error


def day_or_none(name: str) -> date | None:
    return day(name, date.max) if setting(name, "") else None


def words(name: str) -> list[str]:
    return [word.strip() for word in setting(name, "").split(",") if word.strip()]


def addresses(name: str) -> list[str]:
    """Web addresses, http or https, separated by commas; a password in one would be read in the state of the space."""
    found = words(name)
    for one in found:
        parts = urlsplit(one)
        if parts.scheme not in ("http", "https") or not parts.hostname or "@" in parts.netloc or parts.fragment:
            raise MissingSetting(f"Le réglage {name} donne des adresses http(s)://hote/chemin, et non « {one} ».")
    return found


def store_address(name: str, default: str) -> str:
    """A folder, or ``s3://bucket/folder``."""
    value = setting(name, default)
    if "://" in value:
        parts = urlsplit(value)
        if parts.scheme != "s3" or not re.fullmatch(r"[a-z0-9][a-z0-9.-]{2,62}", parts.netloc) or parts.query:
            raise MissingSetting(f"Le réglage {name} donne un dossier ou s3://seau/dossier, et non « {value} ».")
    return value


def endpoint(name: str) -> str:
    """One web address, without a path; empty when none is given."""
    found = addresses(name)
    if len(found) > 1 or any(urlsplit(one).path.strip("/") for one in found):
        raise MissingSetting(f"Le réglage {name} donne une adresse http(s)://hote:port, et non « {setting(name)} ».")
    return found[0].rstrip("/") if found else ""


def key_pair(name: str) -> tuple[str, str] | None:
    """An identifier and its secret, the two lines of the file that the setting names."""
    path = setting(name, "")
    if not path:
        return None
    try:
        lines = Path(path).read_text("utf-8").split()
    except (OSError, UnicodeDecodeError) as error:
        raise MissingSetting(f"Le fichier {path}, que donne {name}, n'est pas lisible.") from error
    if len(lines) != 2:
        raise MissingSetting(f"Le fichier {path}, que donne {name}, a deux lignes : l'identifiant, puis le secret.")
    return lines[0], lines[1]


def authorities(name: str) -> bytes:
    """The certificates of authorities, PEM, of the file that the setting names; nothing when none is named."""
    path = setting(name, "")
    if not path:
        return b""
    from ens.standards.certificates import authorities as read

    try:
        pem = Path(path).read_bytes()
        known = read(pem)
    except (OSError, ValueError) as error:
        raise MissingSetting(
            f"Le fichier {path}, que donne {name}, n'est pas lisible, ou n'est pas un certificat d'autorité (PEM)."
        ) from error
    return pem if known else b""


def seconds(name: str, default: int) -> int:
    """How long something is waited for: at least one."""
    value = number(name, default)
    if value < 1:
        raise MissingSetting(f"Le réglage {name} est un nombre de secondes, 1 au moins, et non « {value} ».")
    return value


def hours(name: str, default: str) -> list[tuple[int, int, time, time]]:
    """« 1-5 08:30-17:30, 6 09:00-12:00 »: weekdays, from 1 for Monday, and hours of the day."""
    value = setting(name, default)
    found = []
    for part in filter(None, (one.strip() for one in value.split(","))):
        shape = _HOURS.fullmatch(part)
        try:
            first, last, opens, closes = shape.groups() if shape else ("", "", "", "")
            found.append((int(first), int(last or first), time.fromisoformat(opens), time.fromisoformat(closes)))
        except ValueError as error:
            raise MissingSetting(f"Le réglage {name} s'écrit « 1-5 08:30-17:30 », et non « {value} ».") from error
    return found


def openings(name: str, departements: Collection[str]) -> dict[str, dict[str, date]]:
    """« agenda=2027-01-15, agenda@974=2027-03-01 »: the day each part opens, everywhere or in a département."""
    found: dict[str, dict[str, date]] = {}
    for part in words(name):
        what, _, day_text = part.partition("=")
        what, at, departement = (one.strip() for one in what.partition("@"))
        try:
            known = bool(what) and (departement in departements if at else True)
            found.setdefault(what, {})[departement] = date.fromisoformat(day_text.strip() if known else "")
        except ValueError as error:
            sample = "agenda=2027-01-15, agenda@974=2027-03-01"
            raise MissingSetting(f"Le réglage {name} s'écrit « {sample} », et non « {part} ».") from error
    return found


def database(url: str, *, pool: dict[str, Any] | None = None) -> dict[str, Any]:
    """Django's description of a ``postgresql://user:password@host:port/name`` address.

    Of a local socket, ``postgresql://user:password@/name?host=/folder&port=…``. Source: PostgreSQL, 32.1.1.2.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres"):
        raise MissingSetting("Une adresse de base de données s'écrit postgresql://utilisateur:secret@hote:port/base.")
    options: dict[str, Any] = dict(parse_qsl(parts.query))
    host, port = options.pop("host", ""), options.pop("port", "")
    # Statements seen twice are prepared on their connection: parsed and planned once (decision 0008).
    options |= {"server_side_binding": True, "prepare_threshold": 2}
    if pool:
        options["pool"] = pool
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": parts.hostname or host,
        "PORT": str(parts.port or port),
        "OPTIONS": options,
        "CONN_MAX_AGE": 0 if pool else 300,
    }
