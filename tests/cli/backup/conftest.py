"""A backup made on the database of the tests, and what restoring it is asked."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
from django.conf import settings

from ens.cli.backup import making
from ens.cli.main import main
from ens.kernel.actor import SYSTEM
from tests.cli.conftest import bare_environment
from tests.record.builders import deposit, document

ENS = Path(__file__).resolve().parents[3] / ".venv" / "bin" / "ens"


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
    with_something_in_it(people)
    return save(place)


def with_something_in_it(people: Any) -> None:
    """A document of someone, and someone deleted."""
    erased(people.usager())
    person = people.usager()
    deposit(person, document(), by=people.actor(people.establishment()))


@pytest.fixture
def other(place: Path) -> making.Report:
    """Of the same space, in another folder."""
    return save(place, "autre")


def part_of(report: making.Report, table: str) -> Path:
    return report.backup / f"base-{report.id}" / table


def content_of(report: making.Report) -> Path:
    return next(path for path in sorted((report.backup / "contenus").glob("*/*")) if path.stat().st_size)


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-7])


@pytest.fixture
def outside(db: Any, place: Path) -> Iterator[Callable[[str], dict[str, str]]]:
    """Makes an empty database on a server that is not the space's, and gives the settings that name it."""
    base = Path(settings.ENS_DATA) / "base"
    password, port = (base / "mots-de-passe" / "postgres").read_text(), (base / "port").read_text()
    names: list[str] = []
    with psycopg.connect(f"postgresql://postgres:{password}@127.0.0.1:{port}/postgres", autocommit=True) as connection:

        def make(name: str) -> dict[str, str]:
            connection.execute(f"CREATE DATABASE {name} OWNER ens_owner".encode())
            names.append(name)
            urls = {"URL": db.web, "BATCH_URL": db.batch, "OWNER_URL": db.owner}
            there = {kind: urlsplit(url)._replace(path=f"/{name}").geturl() for kind, url in urls.items()}
            return {f"ENS_DATABASE_{kind}": url for kind, url in there.items()}

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


def erased(person: Any) -> None:
    """Deleted, and noted in the ledger by the outbox."""
    from ens.journeys.deletion import delete_space, note_in_ledger

    delete_space(person.usager_id, by=SYSTEM)
    note_in_ledger(person.usager_id, person.usager_id)


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
