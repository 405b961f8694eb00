"""Statements without the ORM, for hot paths: building one there costs more than running it (decision 0010)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

import psycopg
from django.apps import apps
from django.db import connections
from django.db.models import AutoField, Model
from psycopg.pq import ConnStatus, ExecStatus, Format

T = TypeVar("T")
Statement = tuple[str, Sequence[Any] | Mapping[str, Any]]


def begin(statements: str) -> None:
    """Begin the transaction Django has announced, and run these constants first thing in it, all in one trip.

    The driver would send BEGIN by itself, and wait for it: a sixth of what a short unit costs in trips. It sees the
    transaction open, and sends none. Errors: those of Django's own cursors.
    """
    connection = connections["default"]
    connection.ensure_connection()
    with connection.wrap_database_errors:
        server = connection.connection.pgconn
        result = server.exec_(f"BEGIN; {statements}".encode())
        if server.status != ConnStatus.OK:
            raise psycopg.OperationalError("the connection was lost as the transaction began")
        if result.status != ExecStatus.COMMAND_OK:
            raise psycopg.errors.error_from_result(result)


def execute(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> int:
    """How many rows it changed. Errors: those of Django's own cursors."""
    with connections["default"].cursor() as cursor:
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


@lru_cache(maxsize=64)
def _insertion(label: str) -> tuple[str, tuple[str, ...]]:
    model = apps.get_model(label)
    fields = [field for field in model._meta.local_concrete_fields if not isinstance(field, AutoField)]
    columns, places = ", ".join(f'"{field.column}"' for field in fields), ", ".join(["%s"] * len(fields))
    statement = f'INSERT INTO "{model._meta.db_table}" ({columns}) VALUES ({places})'  # noqa: S608 - our own names
    return statement, tuple(field.attname for field in fields)


def insertion(instance: Model) -> Statement:
    """What writes a new row as it is: no signal, no default made by the database."""
    statement, names = _insertion(instance._meta.label)
    return statement, [getattr(instance, name) for name in names]


def insert(instance: Model) -> None:
    execute(*insertion(instance))


@contextmanager
def _one_send(raw: psycopg.Connection[Any]) -> Iterator[None]:
    """What is executed inside leaves in one send, at its end, and is answered then.

    In its pipeline the driver sends each statement by itself, and asks each time whether something came back: as many
    system calls, and as many times the server wakes. A driver that named this otherwise would send them one by one.
    """
    with raw.pipeline() as pipeline:
        pipeline._communicate_gen = _not_yet  # type: ignore[method-assign, assignment]
        try:
            yield
        finally:
            del pipeline._communicate_gen
        while pipeline.command_queue:
            pipeline.command_queue.popleft()()


def _not_yet() -> Iterator[Any]:
    yield from ()


def together(statements: Sequence[Statement]) -> list[int]:
    """Run them in order, in one trip; how many rows each changed. Errors: those of Django's own cursors.

    Source: PostgreSQL, 32.5 (pipeline mode).
    """
    if len(statements) == 1:
        return [execute(*statements[0])]
    connection = connections["default"]
    connection.ensure_connection()
    with connection.wrap_database_errors, _one_send(connection.connection):
        cursors = [connection.connection.execute(*one) for one in statements]
    return [int(cursor.rowcount) for cursor in cursors]


def rows(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows, taken in binary form: sealed columns cross as they are, not as hexadecimal.

    Errors: those of Django's own cursors.
    """
    with connections["default"].cursor() as cursor:
        cursor.cursor.format = Format.BINARY
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


class Question(NamedTuple, Generic[T]):
    """A statement, and what its rows, in binary form, answer."""

    statement: str
    parameters: Sequence[Any] | Mapping[str, Any]
    answer: Callable[[list[tuple[Any, ...]]], T]


def ask(question: Question[T]) -> T:
    """Errors: those of Django's own cursors."""
    return question.answer(rows(question.statement, question.parameters))


def ask_together(questions: Sequence[Question[Any]]) -> list[Any]:
    """The answer to each, in one trip. Errors: those of Django's own cursors."""
    connection = connections["default"]
    connection.ensure_connection()
    raw = connection.connection
    with connection.wrap_database_errors, _one_send(raw):
        cursors = [raw.execute(one.statement, one.parameters, binary=True) for one in questions]
    return [one.answer(cursor.fetchall()) for one, cursor in zip(questions, cursors, strict=True)]


def row(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> tuple[Any, ...] | None:
    found = rows(statement, parameters)
    return found[0] if found else None
