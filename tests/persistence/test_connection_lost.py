"""The server hangs up on a unit, at each of its moments: what is retried, what is answered, what is left."""

from __future__ import annotations

from uuid import uuid4

import psycopg
import pytest
from django.db import connections

from ens.kernel.actor import SYSTEM


@pytest.fixture
def hang_up(database):
    """Has the server end the connection of this thread, as it does when it falls."""

    def act():
        pid = connections["default"].connection.info.backend_pid
        with psycopg.connect(database.web, autocommit=True) as other:
            assert other.execute("SELECT pg_terminate_backend(%s, 5000)", [pid]).fetchone() == (True,)

    return act


@pytest.fixture
def inaya(people):
    return people.usager()


def kept(content_id):
    from ens.coffre import store
    from ens.coffre.errors import ContentDamaged

    try:
        return store.get(content_id)
    except ContentDamaged:
        return None


def writing(content_ids, then=lambda: None):
    """An act that stores a content, as a deposit does."""
    from ens.coffre import store

    def act(unit):
        unit.untraced("un essai")
        content_id = uuid4()
        content_ids.append(content_id)
        unit.on_abandon(lambda: store.delete(content_id))
        store.put(content_id, b"scelle")
        then()
        with connections["default"].cursor() as cursor:
            cursor.execute("SELECT 1")
        return content_id

    return act


def test_a_connection_found_dead_is_replaced_and_nobody_hears_of_it(inaya, hang_up):
    from ens.persistence.clock import refresh
    from ens.persistence.unit import unit_of_work

    refresh()
    hang_up()
    refresh()
    hang_up()
    contents = []
    assert kept(unit_of_work(inaya.usager_id, writing(contents), by=SYSTEM)) == b"scelle"
    assert len(contents) == 1


def test_a_unit_cut_in_its_middle_starts_again_once_and_what_it_stored_is_taken_back(inaya, hang_up):
    from ens.persistence.unit import unit_of_work

    contents, moments = [], iter([hang_up, lambda: None])
    result = unit_of_work(inaya.usager_id, writing(contents, lambda: next(moments)()), by=SYSTEM)
    assert [kept(one) for one in contents] == [None, b"scelle"]
    assert result == contents[1]


def test_a_unit_cut_again_and_again_says_that_the_database_is_away(inaya, hang_up, capfd):
    from ens.persistence.errors import DatabaseUnavailable
    from ens.persistence.unit import unit_of_work

    contents = []
    with pytest.raises(DatabaseUnavailable):
        unit_of_work(inaya.usager_id, writing(contents, hang_up), by=SYSTEM)
    assert [kept(one) for one in contents] == [None, None]
    assert '"state": "57P01", "event": "database_unavailable"' in capfd.readouterr().err
    assert unit_of_work(inaya.usager_id, writing(contents), by=SYSTEM) == contents[2]


def test_a_unit_cut_while_it_commits_does_not_say_that_nothing_was_done(inaya, hang_up, monkeypatch):
    """The content stays: its rows may be there. Sent again, it is filed once (DESIGN 4)."""
    from ens.persistence import unit as module
    from ens.persistence.errors import OutcomeUnknown
    from ens.persistence.unit import unit_of_work

    contents, ledger = [], module._ledger

    class CutAtTheEnd:
        open = staticmethod(ledger.open)

        def close(self, unit):
            ledger.close(unit)
            hang_up()

    monkeypatch.setattr(module, "_ledger", CutAtTheEnd())
    with pytest.raises(OutcomeUnknown):
        unit_of_work(inaya.usager_id, writing(contents), by=SYSTEM)
    assert [kept(one) for one in contents] == [b"scelle"]


def test_a_statement_the_server_refuses_is_not_a_lost_connection(inaya):
    from django.db import OperationalError

    from ens.persistence.connection import is_lost

    refused = OperationalError()
    refused.__cause__ = psycopg.errors.DiskFull()
    assert not is_lost(refused)
    lost = OperationalError()
    lost.__cause__ = psycopg.OperationalError("server closed the connection unexpectedly")
    assert is_lost(lost)


def test_what_cannot_be_taken_back_stops_nothing(inaya, capfd):
    from ens.coffre.errors import StoreUnavailable
    from ens.kernel.errors import Refused
    from ens.persistence.unit import unit_of_work

    undone = []

    def fails():
        raise StoreUnavailable()

    def act(unit):
        unit.untraced("un essai")
        unit.on_abandon(lambda: undone.append("le premier"))
        unit.on_abandon(fails)
        raise Refused()

    with pytest.raises(Refused):
        unit_of_work(inaya.usager_id, act, by=SYSTEM)
    assert undone == ["le premier"]
    assert "left_behind" in capfd.readouterr().err
