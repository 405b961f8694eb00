"""A disk full or read-only, a database that falls in the middle of acts, ``kill -9`` of each process under load.

One space for all: each fault is put, looked at through every door, and taken away; nobody repairs anything. After each,
everything acknowledged is there, to the byte and with its trace, and nothing else is.
"""

from __future__ import annotations

import os
import signal
import tempfile
import threading
import urllib.error
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import psycopg
import pytest

from tests.record.files import pdf as own_pdf
from tests.scenarios.conftest import Space, Visitor, copy, started_on, until
from tests.scenarios.disks import NoSmallDisk, SmallDisk, small_disk
from tests.scenarios.load import OK, PATIENCE_S, Client, Load, heading, health, owner, pdf, pid, title

pytestmark = [pytest.mark.space, pytest.mark.slow, pytest.mark.timeout(400), pytest.mark.feature("B18")]
STORE_503, STORE_451 = "503 stockage_indisponible", "451 4.3.0 stockage_indisponible"
BASE_503, BASE_451 = "503 base_indisponible", "451 4.3.0 base_indisponible"
PAGE_503 = "503 Le service ne répond pas"


@dataclass
class Fragile:
    """A space, its disks where some can be mounted, and the people at its doors."""

    space: Space
    load: Load
    inaya: Visitor
    starts_again: Callable[[], None]
    added: set[str] = field(default_factory=set)

    def adds(self, name: str) -> str:
        """What Inaya sees when she adds a file of her own."""
        given = {"titre": name, "categorie": "ORD_SOIN", "date_jour": "16", "date_mois": "2", "date_annee": "2021"}
        try:
            form = self.inaya.get("/documents/ajouter/")
            self.inaya.submit(form, "/documents/ajouter/", given, (("fichier", "scan.pdf", own_pdf()),))
        except urllib.error.HTTPError as error:
            with error:
                return heading(error)
        self.added.add(name)
        return OK

    def hears(self, client: Client, data: bytes) -> str:
        """What is answered once no process meets a connection that an earlier test cut."""
        heard = [BASE_503]
        assert until(lambda: heard.append(client.tries(title(), data)) or heard[-1] not in (BASE_503, BASE_451))
        return heard[-1]

    def ails(self) -> dict[str, str]:
        """The parts that are not well."""
        return {part: state for part, state in health(self.space)[1].items() if state != "ok"}

    def said(self, process: str) -> str:
        return (self.space.data / "run" / f"{process}.log").read_text()

    def is_well_again(self) -> None:
        """By itself; each door does its work, and everything acknowledged is there, nothing else."""
        assert until(lambda: health(self.space)[0] == 200, PATIENCE_S), health(self.space)
        for client in self.load.clients:
            client.insists(title(), pdf())
        assert self.adds(f"Ajout {len(self.added)}") == OK
        self.load.reconcile()
        assert sorted(name for name, _ in self.load.documents_there("Ajout ")) == sorted(self.added)
        for process in ("web", "smtp", "worker"):
            for secret in (self.load.who["matricule"], "Charge ", "Inaya", "MICHEL", "christelle"):
                assert secret not in self.said(process), f"{process}: {secret}"


@dataclass
class Disks:
    """Those of the contents, of the database, and of the rest: logs, settings, process numbers."""

    contents: SmallDisk
    database: SmallDisk
    rest: SmallDisk


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ens-pannes-") as found:
        Path(found).chmod(0o755)
        yield Path(found)


@pytest.fixture(scope="module")
def mounted(folder: Path) -> Iterator[Disks | str]:
    """Or why none can be: the space is then on the disk of everything else."""
    data = folder / "var"
    with ExitStack() as disks:
        try:
            rest = disks.enter_context(small_disk(data, 200))
            contents = disks.enter_context(small_disk(data / "contenus", 200))
            database = disks.enter_context(small_disk(data / "base", 600))
        except NoSmallDisk as reason:
            yield str(reason)
        else:
            yield Disks(contents, database, rest)


@pytest.fixture
def disks(mounted: Disks | str) -> Disks:
    if isinstance(mounted, str):
        pytest.skip(mounted)
    return mounted


@pytest.fixture(scope="module")
def running(folder: Path, mounted: Disks | str, prepared: Path) -> Iterator[Fragile]:
    copy(prepared, folder / "var")
    with ExitStack() as spaces:
        space = spaces.enter_context(started_on(folder))

        def starts_again() -> None:
            found.space.supervisor = spaces.enter_context(started_on(folder, like=space)).supervisor

        found = Fragile(space, Load(space), Visitor(space, "inaya"), starts_again)
        yield found


@pytest.fixture
def space(running: Fragile) -> Iterator[Fragile]:
    """Well before and after: what a fault left would be seen here."""
    assert until(lambda: health(running.space)[0] == 200, PATIENCE_S), health(running.space)
    yield running
    running.is_well_again()


@pytest.mark.parametrize(
    ("fault", "state", "reason"), [("full", "full", "ENOSPC"), ("read_only", "unavailable", "EROFS")]
)
def test_the_store_takes_nothing_more(space, disks, fault, state, reason):
    with getattr(disks.contents, fault)():
        assert space.hears(space.load.documents, pdf()) == STORE_503
        assert space.hears(space.load.messages, pdf()) == STORE_451
        assert space.load.replies.tries(title(), pdf()) == PAGE_503
        assert space.adds("Ajout refusé") == PAGE_503
        space.inaya.get("/documents/")  # what is there is read all the same
        assert until(lambda: space.ails() == {"store": state}), space.ails()
    for process in ("web", "smtp"):
        assert f'"reason": "{reason}", "event": "store_unavailable"' in space.said(process)


def test_a_disk_that_lets_a_little_in_keeps_no_half_of_anything(space, disks):
    """Small things pass, large ones do not: what is refused leaves nothing, neither a row nor a piece of a file."""
    with disks.contents.full(left=400_000):
        before = sealed(disks)
        assert space.hears(space.load.documents, pdf() * 50) == STORE_503
        assert space.hears(space.load.messages, pdf() * 50) == STORE_451
        assert sealed(disks) == before
        assert space.load.documents.tries(title(), pdf()) == OK


def sealed(disks: Disks) -> set[Path]:
    return set(disks.contents.place.glob("??/*"))


def test_the_disk_of_the_database_is_full(space, disks):
    """Refused when its journal needs room; whatever was acknowledged until then is there after."""

    def are_refused() -> bool:
        # each its own: what is joined to a message and is already in the record is read there
        sent = [(client, title(), pdf() * 20) for client in clients]
        heard = tuple(client.tries(name, large) for client, name, large in sent)
        assert set(heard) <= {OK, BASE_503, BASE_451, "503 issue_inconnue", "451 4.3.0 issue_inconnue"}, heard
        unsettled.extend(one for one, answer in zip(sent, heard, strict=True) if answer != OK)
        return heard == (BASE_503, BASE_451)

    clients, unsettled = (space.load.documents, space.load.messages), []
    with disks.database.full():
        assert until(are_refused, PATIENCE_S)
        assert until(lambda: space.ails().get("database") in ("full", "unavailable")), space.ails()
    for client, name, large in unsettled:  # refused or unknown, each is sent again and is filed once
        client.insists(name, large)
    assert "database_unavailable" in space.said("web")


def test_every_disk_is_full_and_two_processes_fall(space, disks):
    """They are started again all the same, though neither their log nor their number can be written."""
    with ExitStack() as full:
        for disk in (disks.contents, disks.database, disks.rest):
            full.enter_context(disk.full())
        os.kill(pid(space.space, "smtp"), signal.SIGKILL)
        os.kill(pid(space.space, "worker"), signal.SIGKILL)
        assert until(lambda: space.ails().get("smtp") == "unavailable", PATIENCE_S)
        assert until(lambda: {"store": "full"}.items() <= space.ails().items(), PATIENCE_S), space.ails()
        assert until(lambda: "smtp" not in space.ails(), PATIENCE_S), space.ails()
        name, data = title(), pdf()
        assert until(lambda: space.load.documents.tries(name, data) in (STORE_503, BASE_503), PATIENCE_S)
        assert until(lambda: space.load.messages.tries(name, data) in (STORE_451, BASE_451), PATIENCE_S)


def test_the_database_is_killed_in_the_middle_of_deposits(space):
    """Each waits at its last statement, its content already in the store, when the database falls."""
    clients = (space.load.documents, space.load.messages)
    insisting = [threading.Thread(target=client.insists, args=(title(), pdf())) for client in clients]
    with pytest.raises(psycopg.OperationalError), owner(space.space) as holding:  # cut by the fall
        holding.execute("BEGIN")
        holding.execute("SELECT 1 FROM audit_head FOR UPDATE")
        for one in insisting:
            one.start()
        with owner(space.space) as looking:
            waiting = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
            assert until(lambda: looking.execute(waiting).fetchone()[0] >= len(clients), PATIENCE_S)
        os.kill(pid(space.space, "postgres"), signal.SIGKILL)
        for one in insisting:
            one.join(PATIENCE_S)
        holding.execute("COMMIT")
    assert not any(one.is_alive() for one in insisting)


def test_each_process_is_killed_under_load(space):
    with space.load.running():
        space.load.progress()
        for part in ("web", "smtp", "worker", "postgres"):
            killed = pid(space.space, part)
            os.kill(killed, signal.SIGKILL)
            assert until(lambda part=part, killed=killed: pid(space.space, part) != killed, PATIENCE_S)
            space.load.progress()


def test_all_of_them_are_killed_under_load_and_started_again(space):
    """As when the machine loses its power."""
    with space.load.running():
        space.load.progress()
        os.kill(space.space.supervisor, signal.SIGKILL)  # the others die with it
        space.starts_again()
        space.load.progress()
