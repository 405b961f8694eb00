"""A deleted space answers like one that never was, from every state, once."""

from __future__ import annotations

import threading

import psycopg
import pytest
from django.db import connections

from ens.coffre import store
from ens.coffre.errors import StoreUnavailable
from ens.enrolment.errors import MoveNotAllowed, SpaceAbsent
from ens.enrolment.types import State
from ens.kernel.actor import SYSTEM
from ens.persistence.models import Locator
from tests.journeys.deletion.conftest import KEPT, contents_of, delete, rows_of, state_of
from tests.record.builders import deposit, document, history, listed


@pytest.mark.feature("S085")
def test_a_deleted_space_answers_like_one_that_never_was(full, operator, people):
    from ens.messaging.errors import MailboxAbsent
    from ens.messaging.services import check_recipient

    delete(full)
    with pytest.raises(MailboxAbsent):
        check_recipient(full.address, by=operator)
    doctor = people.actor(people.professional())
    with pytest.raises(SpaceAbsent):
        listed(full, by=doctor)
    with pytest.raises(SpaceAbsent):
        deposit(full, document(), by=people.actor(people.establishment()))


def test_an_attempt_on_a_deleted_space_is_still_traced(full, people, db):
    delete(full)
    doctor = people.actor(people.professional())
    with pytest.raises(SpaceAbsent):
        listed(full, by=doctor)
    with psycopg.connect(db.owner) as connection:
        last = connection.execute(
            "SELECT outcome, actor_id, sealed FROM audit_auditline WHERE usager_id = %s ORDER BY seq DESC LIMIT 1",
            [full.usager_id],
        ).fetchone()
    assert last == ("refuse", doctor.id, b"")


@pytest.mark.parametrize("state", ["unknown", "noticed", "opposed", "opened", "closed", "activated"])
def test_from_every_state_no_move_follows(people, state):
    from ens.enrolment import services as enrolment

    person = people.usager(state=state)
    delete(person)
    for move in (enrolment.activate, enrolment.oppose, enrolment.change_mind, enrolment.close):
        with pytest.raises(MoveNotAllowed):
            move(person.usager_id, by=SYSTEM)
    enrolment.open_due()
    assert state_of(person) is State.DELETED


def test_asked_twice_it_is_done_once(full):
    first, again = delete(full), delete(full)
    assert first["supprime_le"] == again["supprime_le"]


def test_only_the_service_executes_it_and_the_attempt_is_traced(full, people):
    for by in (full.actor, people.actor(people.professional()), people.usager().actor):
        with pytest.raises(SpaceAbsent):
            delete(full, by=by)
    assert [line.event for line in history(full) if line.is_refusal] == ["espace_supprime"] * 3
    assert len(listed(full).cards) == 1


def test_deposits_at_the_same_moment_leave_nothing(people, db):
    """Whatever the order, nothing of theirs remains: no row, no content."""
    person, by = people.usager(), people.actor(people.establishment())
    stop = threading.Event()
    kept = set_of_contents()

    def load() -> None:
        try:
            while not stop.is_set():
                deposit(person, document(), by=by)
        except SpaceAbsent:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    while len(listed(person).cards) < 3:
        stop.wait(0.01)
    delete(person)
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    assert {name for name, count in rows_of(person, db.owner).items() if count} == KEPT.keys()
    assert set_of_contents() == kept


def set_of_contents() -> set[str]:
    from django.conf import settings

    return {one.path for batch in store.listing(settings.ENS_STORE) for one in batch}


def test_a_content_that_the_store_keeps_for_now_is_unreadable_and_left_to_the_sweep(full, db, monkeypatch):
    def away(_: object) -> None:
        raise StoreUnavailable()

    content = contents_of(full, db.owner)[0]
    monkeypatch.setattr(store, "delete", away)
    delete(full)
    assert store.get(content)
    assert not Locator.objects.filter(usager_id=full.usager_id).exists()
