"""A space whose contents are in a store of objects: filed, read, saved, and what happens when that one falls.

The store is a real one, SeaweedFS. Whatever becomes of it, everything acknowledged is there and nothing else is.
"""

from __future__ import annotations

import re
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from ens.coffre.remote import Listening
from tests.scenarios.conftest import Space, Visitor, refused, started_on, until
from tests.scenarios.load import OK, PATIENCE_S, Load, contents_named, health, pdf, title
from tests.seaweed import Seaweed

pytestmark = [pytest.mark.space, pytest.mark.slow, pytest.mark.timeout(300)]
PLACE = "espace"
STORE_503, STORE_451 = "503 stockage_indisponible", "451 4.3.0 stockage_indisponible"
PAGE_503 = "503 Le service ne répond pas"


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="ens-ailleurs-") as found:
        Path(found).chmod(0o755)
        yield Path(found)


@pytest.fixture(scope="module")
def running(folder: Path, seaweedfs: Seaweed) -> Iterator[Load]:
    with started_on(folder, settings={**seaweedfs.settings(PLACE), "ENS_STORE_SECONDS": "1"}) as space:
        yield Load(space, lambda: {path.rpartition("/")[2] for path in seaweedfs.paths(PLACE)})


@pytest.fixture
def load(running: Load) -> Iterator[Load]:
    """Well again by itself afterwards, everything acknowledged being there, and nothing else."""
    yield running
    assert until(lambda: health(running.space)[0] == 200, PATIENCE_S), health(running.space)
    for client in running.clients:
        client.insists(title(), pdf())
    running.reconcile()


def test_what_is_filed_and_received_is_in_the_store_and_read_back(load, seaweedfs):
    before = seaweedfs.paths(PLACE)
    for client in load.clients:
        client.insists(title(), pdf())
    # a document, a message, the file joined to it, and an answer
    assert len(seaweedfs.paths(PLACE) - before) >= 4
    assert not (load.space.data / "contenus").exists()


def test_the_store_is_killed_in_the_middle_of_deposits(load, seaweedfs):
    with load.running():
        load.progress()
        heard = [len(client.refusals) for client in load.clients]
        seaweedfs.kill()
        try:
            assert until(lambda: all_refused(load, heard), PATIENCE_S)
            assert until(lambda: health(load.space)[1].get("store") == "unavailable", PATIENCE_S)
        finally:
            seaweedfs.start()
        load.progress()
    said = {answer for client, since in zip(load.clients, heard, strict=True) for answer in client.refusals[since:]}
    assert said == {STORE_503, STORE_451, PAGE_503}


def all_refused(load: Load, since: list[int]) -> bool:
    return all(len(client.refusals) > before for client, before in zip(load.clients, since, strict=True))


def test_a_store_that_says_nothing_is_said_at_each_door_and_what_needs_no_content_is_read(load, seaweedfs):
    inaya = Visitor(load.space, "inaya")
    (document, *_) = re.findall(r'href="(/documents/[0-9a-f-]{36}/)"', inaya.get("/documents/"))
    with seaweedfs.silent():
        assert load.documents.tries(title(), pdf()) == STORE_503
        assert load.messages.tries(title(), pdf()) == STORE_451
        assert load.replies.tries(title(), pdf()) == PAGE_503
        assert refused(lambda: inaya.get(document)) == 503
        assert "Charge " in inaya.get("/messages/")
        inaya.get("/documents/")
    time.sleep(Listening.REST_S)  # processes that it left without an answer do not ask it meanwhile
    assert load.documents.tries(title(), pdf()) == OK


def test_it_is_saved_while_it_works_and_its_place_is_never_restored_over(load, seaweedfs, folder):
    """What is restored in a store of objects is read there by the scenario of backups."""
    with load.running():
        load.progress()
        kept = contents_named(load.space)
        done = load.space.ens("backup", str(folder / "sauvegarde"))
        load.progress()
    assert done.returncode == 0, done.stderr
    saved = {path.name: path.read_bytes() for path in (folder / "sauvegarde" / "contenus").glob("??/*")}
    assert kept
    assert kept <= saved.keys()
    assert saved == seaweedfs.contents(PLACE, saved)

    elsewhere = Space(folder / "restaure", {}, settings=load.space.settings)
    used = elsewhere.ens("restore", str(folder / "sauvegarde"))
    assert (used.returncode, elsewhere.data.exists()) == (2, False)
    assert "Le magasin donné n'est pas vide" in used.stderr
