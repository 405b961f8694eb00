"""Contents kept in a real store spoken to by S3: what it takes, what it refuses, and what is heard when it is away."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import pytest
from django.conf import settings

from ens.coffre import remote, store
from ens.coffre.errors import ContentDamaged, StoreUnavailable
from ens.config.health import AWAY, OK, RemoteTrial
from tests.seaweed import BUCKET, Seaweed

pytestmark = pytest.mark.slow  # a store is started for all of them
LARGE = 20_000_000  # the largest document; sent in pieces


@pytest.mark.parametrize("size", [0, 1, 50_000, LARGE])
def test_a_content_is_put_and_read_back(elsewhere: Seaweed, size: int) -> None:
    key, sealed = uuid4(), random.randbytes(size)
    store.put(key, sealed)
    assert store.get(key) == sealed


def test_what_is_there_is_listed_by_folder_with_the_hour_of_the_store(elsewhere: Seaweed) -> None:
    assert store.is_empty()
    first, second = UUID(int=0x0A << 8 | 1), UUID(int=0x0B << 8 | 2)
    for key in (first, second):
        store.put(key, b"scelle")
    assert not store.is_empty()
    ((one,),) = list(store.listing(settings.ENS_STORE, "02"))
    assert one.path == store.path_of(second)
    assert abs(datetime.now(UTC) - one.written_at) < timedelta(minutes=5)
    assert store.remove_unfinished("02", datetime.now(UTC)) == 0  # a store of objects shows nothing unfinished


def test_a_content_taken_away_is_there_no_more_and_taking_it_away_twice_is_fine(elsewhere: Seaweed) -> None:
    kept, taken = uuid4(), uuid4()
    for key in (kept, taken):
        store.put(key, b"scelle")
    for _ in range(2):
        store.delete(taken)
    with pytest.raises(ContentDamaged):
        store.get(taken)
    assert store.get(kept) == b"scelle"


def test_a_content_written_over_is_the_last_one(elsewhere: Seaweed) -> None:
    key = uuid4()
    for sealed in (b"un brouillon", b"scelle"):
        store.put(key, sealed)
    assert store.get(key) == b"scelle"


@pytest.mark.parametrize(
    ("setting", "value", "said"),
    [
        ("ENS_STORE_KEY", ("cle-d-essai", "un-autre-secret"), "HTTP 403"),
        ("ENS_STORE", "s3://un-autre-seau/contenus", "HTTP 403"),
        ("ENS_STORE_ENDPOINT", "http://127.0.0.1:1", "ECONNREFUSED"),
    ],
)
def test_a_store_that_refuses_is_said_and_nothing_is_acknowledged(elsewhere, monkeypatch, capfd, setting, value, said):
    monkeypatch.setattr(settings, setting, value)
    assert RemoteTrial().state(settings.ENS_STORE) == AWAY
    with pytest.raises(StoreUnavailable):
        store.put(uuid4(), b"scelle")
    assert said in capfd.readouterr().err


def test_a_store_killed_and_started_again_lost_nothing(elsewhere: Seaweed, capfd) -> None:
    key = uuid4()
    store.put(key, b"scelle")
    elsewhere.kill()
    try:
        for act in (lambda: store.put(uuid4(), b"scelle"), lambda: store.get(key), lambda: store.delete(key)):
            with pytest.raises(StoreUnavailable):
                act()
        assert "ECONNREFUSED" in capfd.readouterr().err
    finally:
        elsewhere.start()
    assert store.get(key) == b"scelle"


def test_a_store_that_takes_a_write_is_well_and_is_tried_once_in_a_while(elsewhere: Seaweed) -> None:
    trial, place = RemoteTrial(), settings.ENS_STORE.removeprefix(f"s3://{BUCKET}/")
    assert [trial.state(settings.ENS_STORE) for _ in range(3)] == [OK] * 3
    assert elsewhere.paths(place) == {f"{place}/sonde"}
    assert store.is_empty()  # that is not a content
    elsewhere.kill()
    try:
        assert trial.state(settings.ENS_STORE) == OK  # the last answer stands
        trial.KEPT_S = 0.0
        assert trial.state(settings.ENS_STORE) == AWAY
    finally:
        elsewhere.start()
    assert trial.state(settings.ENS_STORE) == OK


def test_a_store_that_says_nothing_is_waited_for_as_long_as_it_is_set_and_no_longer(elsewhere, monkeypatch, capfd):
    """The bound is the client's: of a silence, not of a content; once over it is not tried again."""
    key, given = uuid4(), []
    opened = remote.S3Store.from_url
    monkeypatch.setattr(
        remote.S3Store, "from_url", lambda address, **options: given.append(options) or opened(address, **options)
    )
    monkeypatch.setattr(settings, "ENS_STORE_SECONDS", 1)
    monkeypatch.setattr(remote.Listening, "REST_S", 0.0)
    store.put(key, b"scelle")
    with elsewhere.silent():  # what it was asked meanwhile it may do once it is heard again: another is taken away
        for act in (lambda: store.put(uuid4(), b"scelle"), lambda: store.get(key), lambda: store.delete(uuid4())):
            with pytest.raises(StoreUnavailable):
                act()
    assert capfd.readouterr().err.count("ETIMEDOUT") == 3
    (options,) = given
    assert options["client_options"]["read_timeout"] == options["client_options"]["connect_timeout"]
    assert options["client_options"]["read_timeout"] == options["retry_config"]["retry_timeout"] == timedelta(seconds=1)
    assert store.get(key) == b"scelle"


def test_while_it_says_nothing_one_waits_and_the_others_are_told_at_once(elsewhere, monkeypatch, capfd):
    """They would hold every thread, and pages that ask nothing of the store would not answer."""
    monkeypatch.setattr(settings, "ENS_STORE_SECONDS", 1)
    monkeypatch.setattr(remote.Listening, "REST_S", 600.0)  # however slow this machine is
    store.put(uuid4(), b"scelle")
    with elsewhere.silent():
        for _ in range(50):
            with pytest.raises(StoreUnavailable):
                store.put(uuid4(), b"scelle")
    said = capfd.readouterr().err
    assert (said.count("ETIMEDOUT"), said.count('"silent"')) == (1, 49)
