"""Notices and openings by lots: once, whole, and never against a choice made in the same instant."""

from __future__ import annotations

import threading
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from ens.enrolment import lots, queries, services
from ens.enrolment.types import EventKind
from ens.kernel import clock
from ens.kernel.actor import SYSTEM
from ens.persistence.unit import unit_of_work

T0 = datetime(2026, 1, 5, 9, tzinfo=UTC)
DELAY = timedelta(days=42)
AFTER = T0 + timedelta(days=43)


def events(person):
    def act(unit):
        unit.untraced("essai")
        return queries.events(unit)

    return unit_of_work(person.usager_id, act, by=person.actor)


def kinds(person):
    return [event.kind for event in events(person)]


def lot_of(*people):
    from ens.enrolment.models import Lot

    return Lot.objects.create(
        people=sorted(person.usager_id for person in people), count=len(people), channel="email", made_at=clock.now()
    ).id


def in_a_thread(act):
    from django.db import connections

    def run():
        try:
            act()
        finally:
            connections.close_all()

    thread = threading.Thread(target=run)
    thread.start()
    return thread


@pytest.fixture
def three(people):
    return [people.usager(state="unknown") for _ in range(3)]


@pytest.mark.feature("S010", "S029")
def test_a_lot_sent_gives_each_its_last_day_and_opens_the_day_after(three):
    lot_id = lot_of(*three)
    assert lots.sent(lot_id, at=T0, delay=DELAY) == 3
    assert lots.sent(lot_id, at=T0 + timedelta(days=9), delay=DELAY) == 3  # said twice: nothing more
    assert [(e.kind, e.at, e.deadline) for e in events(three[0])] == [(EventKind.NOTICED, T0, (T0 + DELAY).date())]
    with clock.freeze(T0 + DELAY):
        services.open_due()
        assert kinds(three[0]) == [EventKind.NOTICED]
    with clock.freeze(AFTER):
        services.open_due()
    assert all(kinds(person) == [EventKind.NOTICED, EventKind.OPENED] for person in three)


def test_who_chose_meanwhile_is_not_noticed_nor_noticed_twice(three, people):
    opposed, active, other = three
    services.oppose(opposed.usager_id, by=SYSTEM)
    services.activate(active.usager_id, by=SYSTEM)
    assert lots.sent(lot_of(opposed, active, other), at=clock.now(), delay=DELAY) == 1
    assert lots.sent(lot_of(other), at=clock.now(), delay=DELAY) == 0
    assert kinds(other) == [EventKind.NOTICED]


def test_a_notice_that_came_back_is_sent_again_once_and_the_last_day_is_the_later_one(three):
    person = three[0]
    lots.sent(lot_of(person), at=T0, delay=DELAY)
    services.returned(person.usager_id, by=SYSTEM, at=T0 + timedelta(days=1))
    second = lot_of(person)
    assert lots.sent(second, at=T0 + timedelta(days=10), delay=DELAY, again=True) == 1
    assert kinds(person) == [EventKind.NOTICED, EventKind.RETURNED, EventKind.NOTICED]
    with clock.freeze(AFTER):
        services.open_due()
        assert EventKind.OPENED not in kinds(person)
    with clock.freeze(AFTER + timedelta(days=10)):
        services.open_due()
        assert kinds(person)[-1] is EventKind.OPENED


@pytest.mark.feature("N002")
def test_a_frozen_opening_waits_until_it_is_released(three):
    person = three[0]
    lots.sent(lot_of(person), at=T0, delay=DELAY)
    services.freeze(person.usager_id, by=SYSTEM, at=T0 + timedelta(days=2))
    with clock.freeze(AFTER):
        services.open_due()
        assert EventKind.OPENED not in kinds(person)
        services.release(person.usager_id, by=SYSTEM)
        services.open_due()
        assert EventKind.OPENED not in kinds(person)  # today is still theirs
    with clock.freeze(AFTER + timedelta(days=1)):
        services.open_due()
        assert kinds(person)[-1] is EventKind.OPENED


@pytest.mark.feature("S012")
def test_a_change_of_mind_opens_at_the_deadline_told_or_the_next_day(three):
    before, after, _ = three
    lots.sent(lot_of(before, after), at=T0, delay=DELAY)
    for person, days in ((before, 5), (after, 60)):
        services.oppose(person.usager_id, by=SYSTEM, at=T0 + timedelta(days=days - 1))
        with clock.freeze(T0 + timedelta(days=days)):
            services.change_mind(person.usager_id, by=SYSTEM)
    with clock.freeze(AFTER):
        services.open_due()
        assert kinds(before)[-1] is EventKind.OPENED
        assert kinds(after)[-1] is EventKind.CHANGED_MIND
    with clock.freeze(T0 + timedelta(days=61)):
        services.open_due()
        assert kinds(after)[-1] is EventKind.OPENED


def test_time_never_goes_back_along_a_person_s_events(three):
    person = three[0]
    lots.sent(lot_of(person), at=T0, delay=DELAY)
    services.oppose(person.usager_id, by=SYSTEM, at=T0 - timedelta(days=3))  # a clock set back
    assert [event.at for event in events(person)] == [T0, T0]
    with clock.freeze(AFTER):
        services.open_due()
    assert kinds(person)[-1] is EventKind.OPPOSED


def test_two_workers_open_nobody_twice(people):
    crowd = [people.usager(state="unknown") for _ in range(20)]
    for start in range(0, 20, 2):
        lots.sent(lot_of(*crowd[start : start + 4]), at=T0, delay=DELAY)  # some are in two lots
    done = []

    def work():
        with clock.freeze(AFTER):
            done.append(lots.open_due(chunk=3))

    threads = [in_a_thread(work) for _ in range(3)]
    for thread in threads:
        thread.join()
    assert len(done) == 3
    assert all(kinds(person).count(EventKind.OPENED) == 1 for person in crowd)


@pytest.mark.feature("S009")
@pytest.mark.parametrize("choice", ["oppose", "activate"])
def test_a_choice_not_yet_committed_is_waited_for_and_wins(three, choice):
    """The batch wants the rank that the choice wrote: it waits for it, then leaves the person alone."""
    from django.db import transaction

    person = three[0]
    lots.sent(lot_of(person), at=T0, delay=DELAY)
    opening: list[threading.Thread] = []

    class Held:
        """A unit held just before its commit, while the batch runs."""

        def __init__(self, close):
            self.close = close

        def __call__(self, unit):
            self.close(unit)
            if not opening:
                opening.append(in_a_thread(work))
                opening[0].join(0.5)
                assert opening[0].is_alive()  # it waits for this transaction

    def work():
        with clock.freeze(AFTER):
            lots.open_due()

    from ens.persistence import unit as units

    ledger = units._ledger
    assert ledger is not None and not transaction.get_connection("default").in_atomic_block
    held = type("HeldLedger", (), {"open": ledger.open, "close": staticmethod(Held(ledger.close))})()
    units.use_ledger(held)
    try:
        with clock.freeze(AFTER):
            getattr(services, choice)(person.usager_id, by=SYSTEM)
    finally:
        units.use_ledger(ledger)
    opening[0].join()
    assert EventKind.OPENED not in kinds(person)


def test_an_event_that_changes_nothing_written_meanwhile_does_not_keep_a_space_closed(three, monkeypatch):
    """The rank the batch wanted was taken by a returned letter: it looks again, and opens."""
    person = three[0]
    lots.sent(lot_of(person), at=T0, delay=DELAY)
    settled, looks = lots._until_settled, []

    class Cursor:
        def __init__(self, cursor):
            self.cursor = cursor

        def execute(self, statement, what):
            if not looks:  # as if it were written between the look and the insertion
                statement = statement.replace("last + 1, 'opened'", "last, 'opened'")
            looks.append(1)
            self.cursor.execute(statement, what)

        @property
        def rowcount(self):
            return self.cursor.rowcount

    monkeypatch.setattr(lots, "_until_settled", lambda cursor, *rest: settled(Cursor(cursor), *rest))
    with clock.freeze(AFTER):
        services.open_due()
    assert kinds(person) == [EventKind.NOTICED, EventKind.OPENED]
    assert len(looks) >= 2


def test_a_run_cut_short_is_done_whole_the_next_time(three, monkeypatch):
    lots.sent(lot_of(*three), at=T0, delay=DELAY)
    settled = lots._until_settled

    def cut(*arguments):
        settled(*arguments)
        raise KeyboardInterrupt

    with monkeypatch.context() as short, clock.freeze(AFTER):
        short.setattr(lots, "_until_settled", cut)
        with pytest.raises(KeyboardInterrupt):
            lots.open_due()
    assert all(kinds(person) == [EventKind.NOTICED] for person in three)
    with clock.freeze(AFTER):
        lots.open_due()
    assert all(kinds(person)[-1] is EventKind.OPENED for person in three)


def test_an_unknown_lot_is_said(db):
    from ens.enrolment.errors import LotUnknown

    with pytest.raises(LotUnknown):
        lots.sent(uuid4(), at=T0, delay=DELAY)


