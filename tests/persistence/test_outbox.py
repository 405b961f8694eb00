"""What must happen after a commit happens at least once, whatever fails on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from tests.factories import before_all_due


@pytest.fixture
def kind(db):
    """A kind of rows of this test's own, and what its handler was asked."""
    from ens.kernel.ids import new_id
    from ens.persistence import outbox

    name, asked = f"essai-{new_id().hex[-8:]}", []

    def handler(usager_id, object_id):
        asked.append(object_id)
        if handler.fails:
            raise handler.fails

    handler.fails = None
    outbox.register(name, handler, lambda usager_id, object_id: asked.append("abandon"))
    return name, handler, asked


def _row(kind_name, person):
    from ens.kernel.ids import new_id
    from ens.persistence import outbox
    from ens.persistence.unit import unit_of_work

    key = new_id()

    def act(unit):
        unit.untraced("essai")
        outbox.put(unit, kind_name, key, due_at=before_all_due())

    unit_of_work(person.usager_id, act, by=person.actor)
    return key


def _due_again(key):
    from ens.persistence.models import OutboxRow

    OutboxRow.objects.filter(object_id=key).update(due_at=before_all_due())


def _left(key):
    from ens.persistence.models import OutboxRow

    return OutboxRow.objects.filter(object_id=key).first()


def test_a_row_is_done_once_and_gone(people, kind):
    from ens.persistence import outbox

    name, _, asked = kind
    key = _row(name, people.usager())
    outbox.run_due(1)
    outbox.run_due(1)
    assert asked.count(key) == 1
    assert _left(key) is None


@pytest.mark.parametrize("fault", [OSError("ailleurs"), KeyError("faute de programme")])
def test_a_fault_is_tried_again_later_and_stops_no_other_row(people, kind, fault):
    from ens.persistence import outbox

    name, handler, asked = kind
    key = _row(name, people.usager())
    handler.fails = fault
    outbox.run_due(1)
    left = _left(key)
    assert left.due_at > datetime.now(UTC)
    assert left.last_error == type(fault).__name__
    handler.fails = None
    _due_again(key)
    outbox.run_due(1)
    assert asked == [key, key]
    assert _left(key) is None


def test_after_two_days_of_attempts_it_is_set_apart_and_said(people, kind):
    from ens.persistence import outbox

    name, handler, asked = kind
    key = _row(name, people.usager())
    handler.fails = OSError("toujours")
    for _ in range(outbox.MAX_ATTEMPTS):
        _due_again(key)
        outbox.run_due(1)
    assert asked[-1] == "abandon"
    assert _left(key).failed_at is not None


def test_a_worker_killed_in_the_middle_leaves_the_row_due_again(people, kind):
    from ens.persistence import outbox

    name, handler, _ = kind
    key = _row(name, people.usager())
    handler.fails = KeyboardInterrupt()  # nothing after the handler runs, as with kill -9
    with pytest.raises(KeyboardInterrupt):
        outbox.run_due(1)
    left = _left(key)
    assert left is not None
    assert left.failed_at is None
    assert left.due_at < datetime.now(UTC) + timedelta(hours=7)
    left.delete()  # else it would come due, and stop a test that has nothing to do with it


def test_a_lot_is_done_in_the_order_it_was_due_and_a_fault_is_its_own(people, kind):
    from ens.persistence import outbox

    name, _, asked = kind
    anyone = people.usager()
    keys = [_row(name, anyone) for _ in range(3)][::-1]  # each is due before those put until then
    outbox.register(name, _failing_on(keys[1], asked))
    assert outbox.run_due(3) == 2
    assert asked == keys
    assert [_left(key) is None for key in keys] == [True, False, True]


def _failing_on(wrong, asked):
    def handler(usager_id, object_id):
        asked.append(object_id)
        if object_id == wrong:
            raise OSError("ailleurs")

    return handler


def test_a_lot_that_is_slow_gives_back_what_it_has_not_begun(people, kind, monkeypatch):
    from ens.persistence import outbox

    name, _, asked = kind
    anyone = people.usager()
    keys = [_row(name, anyone) for _ in range(3)]
    monkeypatch.setattr(outbox, "LOT_S", -1.0)
    outbox.run_due(3)
    assert asked == []
    assert [_left(key).attempts for key in keys] == [0, 0, 0]
    assert all(_left(key).due_at <= datetime.now(UTC) for key in keys)


def test_a_row_taken_is_nobody_elses_while_it_is_done(people, kind):
    from ens.persistence import outbox

    name, _, asked = kind
    anyone = people.usager()
    keys = [_row(name, anyone) for _ in range(2)][::-1]

    def meanwhile(usager_id, object_id):
        asked.append(object_id)
        outbox.run_due(1)  # as another worker would: what this lot holds is not due for it

    outbox.register(name, meanwhile)
    outbox.run_due(2)
    assert [key for key in asked if key in keys] == keys


def test_delays_grow_to_six_hours():
    from ens.persistence.outbox import MAX_ATTEMPTS, delay

    delays = [delay(attempt) for attempt in range(MAX_ATTEMPTS)]
    assert delays == sorted(delays)
    assert delays[-1] == timedelta(hours=6)
    assert timedelta(days=1) < sum(delays, timedelta()) < timedelta(days=3)
