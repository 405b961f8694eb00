"""Orphans are removed, once old enough; a content that a row refers to, never."""

from __future__ import annotations

import os
import threading
from datetime import UTC, datetime, timedelta
from uuid import UUID

import psycopg
import pytest
from django.test import override_settings

from ens.coffre import founding, store, sweeping
from ens.coffre.errors import ContentDamaged, StoreUnavailable
from ens.coffre.sweeping import SAFE_AGE, Swept, folders_of, sweep
from ens.kernel.ids import new_id
from ens.persistence import locator, sql, transactions
from ens.persistence.unit import Unit, unit_of_work
from tests.messaging.mails import mail
from tests.record.builders import deposit, document, listed


@pytest.fixture
def own_store(tmp_path, db):
    """A store of the test's own: others' orphans are theirs."""
    with override_settings(ENS_STORE=str(tmp_path / "contenus")):
        founding.make()
        yield tmp_path / "contenus"


def later() -> datetime:
    """A moment when what is written now is old enough."""
    return datetime.now(UTC) + SAFE_AGE + timedelta(minutes=1)


def orphan() -> UUID:
    content = new_id()
    store.put(content, b"\x01scelle")
    return content


def is_there(content: UUID) -> bool:
    try:
        store.get(content)
    except ContentDamaged:
        return False
    return True


def test_an_orphan_is_removed_and_a_second_sweep_finds_nothing(own_store):
    content = orphan()
    assert sweep(now=later()) == Swept(looked_at=1, removed=1)
    assert not is_there(content)
    assert sweep(now=later()) == Swept()


def test_a_young_one_may_be_about_to_commit_and_stays(own_store):
    content = orphan()
    assert sweep(now=datetime.now(UTC) + SAFE_AGE - timedelta(minutes=1)) == Swept()
    assert is_there(content)


def test_whatever_a_row_refers_to_stays_and_is_read(own_store, people):
    """Documents, messages as received, answers and their files."""
    from ens.kernel.actor import Actor, ActorKind
    from ens.messaging.services import allow_operator, list_threads, open_thread, receive, reply
    from ens.messaging.types import File, IncomingMail, OperatorRef, Reply
    from ens.record.services import open_content

    allow_operator(OperatorRef("operateur.example", "Opérateur d'essai", "127.0.0.1", 1))
    person = people.usager()
    deposit(person, document(), document(), by=people.actor(people.establishment()))
    operator = Actor(ActorKind.OPERATEUR, "operateur.example", "Opérateur d'essai")
    data = mail(person.address, files=(("bilan.pdf", "application/pdf", b"%PDF-1.4 x"),))
    receive(IncomingMail("labo@operateur.example", person.address, data), by=operator)
    thread = list_threads(person.usager_id, by=person.actor)[0]
    reply(thread.id, Reply("Merci", (File("photo.jpg", b"\xff\xd8\xff1"),)), by=person.actor)
    before = sorted(own_store.glob("*/*"))
    assert len(before) == 2 + 2 + 2

    content = orphan()
    assert sweep(now=later()) == Swept(looked_at=7, removed=1)
    assert not is_there(content)
    assert sorted(own_store.glob("*/*")) == before
    for card in listed(person).cards:
        assert open_content(card.id, by=person.actor).data
    assert open_thread(thread.id, by=person.actor).messages


def test_a_deposit_that_was_abandoned_leaves_an_orphan_that_goes(own_store, people, monkeypatch):
    """Killed between the content and its commit: nothing takes it back but the sweep."""
    person = people.usager()

    def killed(unit: Unit, keys: object) -> None:
        raise MemoryError

    with monkeypatch.context() as patch:
        patch.setattr(Unit, "register_locator", killed)
        patch.setattr(Unit, "abandon", lambda _: None)
        with pytest.raises(MemoryError):
            deposit(person, document(), by=people.actor(people.establishment()))
    assert len(list(own_store.glob("*/*"))) == 1
    assert sweep(now=later()).removed == 1
    assert list(own_store.glob("*/*")) == []


def test_what_a_killed_process_was_writing_goes_too(own_store):
    content = orphan()
    half = own_store / f"{store.path_of(content)}#1"
    half.write_bytes(b"\x01sce")
    locator_knows(content)
    assert sweep(now=datetime.now(UTC)).unfinished == 0, "somebody may be writing it"
    assert sweep(now=later()) == Swept(looked_at=1, unfinished=1)
    assert is_there(content)
    assert not half.exists()


def test_what_is_not_ours_is_left_alone(own_store):
    strangers = [own_store / "00" / "lisez-moi", own_store / "00" / ("f" * 32), own_store / "zz" / ("0" * 32)]
    for path in strangers:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("à quelqu'un")
        os.utime(path, (0, 0))
    assert sweep(now=later()) == Swept()
    assert all(path.exists() for path in strangers)


def test_contents_mostly_unknown_mean_a_database_that_was_rolled_back_and_stay(own_store, monkeypatch):
    monkeypatch.setattr(sweeping, "TOLERATED", 3)
    sweep([0x2A])
    contents = [UUID(int=new_id().int & ~0xFF | 0x2A) for _ in range(8)]
    for content in contents:
        store.put(content, b"x")
    assert sweep([0x2A], now=later()) == Swept(looked_at=8, refused="unknown")
    assert all(is_there(content) for content in contents)
    for content in contents[:5]:
        locator_knows(content)
    assert sweep([0x2A], now=later()) == Swept(looked_at=8, removed=3)


def test_a_store_that_is_another_space_s_is_not_emptied(own_store, capfd):
    sweep()  # marked as ours
    content = orphan()
    (own_store / "espace").write_bytes(b"la marque d'un autre")
    assert sweep(now=later()) == Swept(refused="foreign")
    assert is_there(content)
    assert '"event": "sweep_refused"' in capfd.readouterr().err


def test_its_lines_hold_counts_and_no_name(own_store, capfd):
    content = orphan()
    sweep(now=later())
    said = capfd.readouterr().err
    assert '"removed": 1' in said
    assert content.hex not in said
    assert str(content) not in said


def test_what_an_open_transaction_wrote_stays_whatever_its_age(own_store, people):
    """The age limit is a belt; the database is asked just before: here a unit of work that lasts."""
    person = people.usager()
    content, written, may_end = new_id(), threading.Event(), threading.Event()

    def lasting() -> None:
        from django.db import connections

        def act(unit: Unit) -> None:
            unit.untraced("essai")
            store.put(content, b"scelle")
            unit.register_locator([content])
            written.set()
            assert may_end.wait(10)
            unit.write_now()

        unit_of_work(person.usager_id, act, by=person.actor)
        connections.close_all()

    thread = threading.Thread(target=lasting)
    thread.start()
    try:
        assert written.wait(10)
        assert sweep(now=later()) == Swept(looked_at=1)
        assert is_there(content)
    finally:
        may_end.set()
        thread.join()
    assert sweep(now=later()) == Swept(looked_at=1)
    assert is_there(content)


def test_what_commits_between_the_two_questions_stays(own_store, monkeypatch):
    content = orphan()
    oldest = transactions.oldest_open

    def commits_now() -> datetime | None:
        locator_knows(content)
        return oldest()

    monkeypatch.setattr(transactions, "oldest_open", commits_now)
    assert sweep(now=later()) == Swept(looked_at=1)
    assert is_there(content)


def test_messages_received_before_the_sweep_existed_are_made_known(own_store, people, db):
    """What the migration of those already there does, on a space of before it."""
    from importlib import import_module

    from ens.kernel.actor import Actor, ActorKind
    from ens.messaging.services import allow_operator, receive
    from ens.messaging.types import IncomingMail, OperatorRef

    allow_operator(OperatorRef("operateur.example", "Opérateur d'essai", "127.0.0.1", 1))
    person = people.usager()
    operator = Actor(ActorKind.OPERATEUR, "operateur.example", "Opérateur d'essai")
    receive(IncomingMail("labo@operateur.example", person.address, mail(person.address)), by=operator)
    (raw,) = (UUID(path.name) for path in own_store.glob("*/*"))
    locator.remove([raw])
    migration = import_module("ens.messaging.migrations.0003_raw_messages_in_the_locator")
    with psycopg.connect(db.owner, autocommit=True) as owner:
        owner.execute(migration.DECLARED)
    assert locator.locate(raw) == person.usager_id
    assert sweep(now=later()) == Swept(looked_at=1)


def locator_knows(content: UUID) -> None:
    sql.execute(*locator.insertion(new_id(), [content]))


def test_deposits_go_on_while_it_sweeps_and_none_is_lost(own_store, people):
    person, by = people.usager(), people.actor(people.establishment())
    stop = threading.Event()

    def sweeping_on() -> None:
        from django.db import connections

        while not stop.is_set():
            sweep(now=datetime.now(UTC))  # the true age: everything is young
        connections.close_all()

    thread = threading.Thread(target=sweeping_on)
    thread.start()
    for _ in range(20):
        deposit(person, document(), by=by)
    stop.set()
    thread.join()
    assert len(list(own_store.glob("*/*"))) == 20


def test_the_hours_of_a_day_cover_the_store_once():
    covered = [number for hour in range(24) for number in folders_of(hour)]
    assert covered == list(range(256))


def test_the_job_sweeps_the_part_of_its_hour(own_store, monkeypatch):
    from ens.config import jobs

    asked = []
    monkeypatch.setattr(sweeping, "sweep", lambda folders: asked.append(folders))
    jobs.sweep(int(datetime(2026, 3, 16, 23, 17, tzinfo=UTC).timestamp()))
    assert asked == [range(245, 256)]


@pytest.mark.parametrize("empty", [False, True])
def test_a_store_that_is_not_mounted_is_not_swept_nor_taken_for_ours(db, store_not_mounted, empty):
    with store_not_mounted(empty=empty) as place, pytest.raises(StoreUnavailable):
        sweep(now=later())
    assert not any(place.glob("*"))
