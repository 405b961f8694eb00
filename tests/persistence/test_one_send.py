"""Statements asked together leave in one send, and each is answered for itself."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from django.db import DataError, IntegrityError, ProgrammingError, connections, transaction

from ens.persistence import sql

INSERT = "INSERT INTO identity_trycount (key, began_at, tries) VALUES (%s, now(), %s)"
SHOWN = sql.Question("SHOW statement_timeout", [], lambda rows: rows[0][0])
COUNT = "SELECT count(*) FROM identity_trycount WHERE tries >= 900"


@contextmanager
def traced(path: Path) -> Iterator[list[str]]:
    """The kinds of messages sent to the server meanwhile."""
    connections["default"].ensure_connection()
    server, sent = connections["default"].connection.pgconn, []
    with path.open("w") as file:
        server.trace(file.fileno())
        try:
            yield sent
        finally:
            server.untrace()
    for line in path.read_text().splitlines():
        told = line.split("\t")
        sent += told[3:4] if told[1:2] == ["F"] else []


def interrupted(waited: Any) -> None:
    raise KeyboardInterrupt


@pytest.fixture
def undone(db: Any) -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def test_they_leave_together_and_each_is_prepared_once(undone: None, tmp_path: Path) -> None:
    asked = [(INSERT, [b"un", 900]), (INSERT, [b"deux", 900]), ("SELECT 900 WHERE %s", [True])]
    assert sql.row(COUNT, []) == (0,)  # and with it, BEGIN
    with traced(tmp_path / "first") as first:
        sql.together(asked)
    with traced(tmp_path / "second") as second:
        sql.together(asked[2:])
    assert (first.count("Sync"), first.count("Execute")) == (1, 3)
    assert (second.count("Sync"), second.count("Execute"), second.count("Parse")) == (1, 1, 0)


def test_what_is_written_anew_each_time_is_not_prepared(undone: None) -> None:
    for number in range(3):
        sql.ask_together([SHOWN], after=[(f"SET LOCAL statement_timeout = '{number}s'", None)])
    assert sql.ask_together([SHOWN, SHOWN]) == ["2s", "2s"]
    prepared = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE 'SET LOCAL statement%%'"
    assert sql.row(prepared, []) == (0,)


def test_a_statement_that_failed_the_first_time_is_prepared_the_next(undone: None) -> None:
    asked = ("SELECT %s / (%s - 900)::smallint", [1, 900])
    with pytest.raises(DataError), transaction.atomic():
        sql.together([asked])
    assert sql.row(asked[0], [2, 901]) == (2,)


def test_an_interruption_leaves_no_answer_to_who_asks_next(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    connections["default"].ensure_connection()
    raw = connections["default"].connection
    monkeypatch.setattr(raw, "wait", interrupted)
    with pytest.raises(KeyboardInterrupt):
        sql.row("SELECT 1", [])
    assert raw.closed
    connections["default"].close()
    assert sql.row("SELECT 2", []) == (2,)


def test_places_are_numbered_and_a_name_may_serve_twice(undone: None) -> None:
    assert sql.row("SELECT %(a)s || %(b)s || %(a)s || '%%'", {"b": "-", "a": "x"}) == ("x-x%",)
    assert sql.row("SELECT 1 WHERE 'a%' LIKE 'a%%'", []) == (1,)


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
