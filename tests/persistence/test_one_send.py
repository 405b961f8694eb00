"""Statements asked together leave in one send, and each is answered for itself."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connections, transaction

from ens.persistence import sql

INSERT = "INSERT INTO identity_trycount (key, began_at, tries) VALUES (%s, now(), %s)"
COUNT = "SELECT count(*) FROM identity_trycount WHERE tries >= 900"


@pytest.fixture
def undone(db: Any) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_nothing_leaves_before_the_last_statement(undone: None) -> None:
    connections["default"].ensure_connection()
    raw = connections["default"].connection
    with sql._one_send(raw):
        first = raw.execute(INSERT, [b"un", 900])
        raw.execute(INSERT, [b"deux", 900])
        assert len(raw._pipeline.command_queue) >= 2  # the driver still queues them under this name
        assert first.rowcount == -1
    assert first.rowcount == 1
    assert raw._pipeline is None


def test_each_statement_says_how_many_rows_it_changed(undone: None) -> None:
    raised = "UPDATE identity_trycount SET tries = tries + 1 WHERE tries >= %s"
    asked = [(INSERT, [b"un", 900]), (INSERT, [b"deux", 950]), (raised, [900]), (raised, [940]), (raised, [5000])]
    assert sql.together(asked) == [1, 1, 2, 1, 0]


def test_the_fault_of_one_is_told_as_django_tells_it_and_the_connection_goes_on(undone: None) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        sql.together([(INSERT, [b"un", 900]), (INSERT, [b"un", 900]), ("SELECT %s", [1])])
    assert sql.row(COUNT, []) == (0,)


def test_a_statement_that_cannot_be_written_leaves_nothing_of_the_others(undone: None) -> None:
    with pytest.raises(ProgrammingError), transaction.atomic():
        sql.together([(INSERT, [b"un", 900]), ("SELECT %s, %s", [1])])
    assert sql.row(COUNT, []) == (0,)


def test_more_than_the_driver_s_buffer_passes_too(undone: None) -> None:
    assert sql.together([("SELECT length(%s)", ["x" * 1_000_000])] * 4) == [1] * 4
