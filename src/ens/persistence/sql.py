"""Statements without the ORM, for hot paths: building one there costs more than running it (decision 0010)."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Generic, NamedTuple, TypeVar

from django.apps import apps
from django.db import connections
from django.db.models import AutoField, Model

from ens.persistence import wire

T = TypeVar("T")
Values = Sequence[Any] | Mapping[str, Any]
Statement = tuple[str, Values]


def _sent(statements: Sequence[wire.Statement]) -> list[wire.Reply]:
    """Errors: those of Django's own cursors."""
    connection = connections["default"]
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    if connection.queries_logged:
        connection.queries_log.extend({"sql": statement, "time": ""} for statement, _ in statements)
    with connection.wrap_database_errors:
        return wire.send(connection.connection, statements)


def execute(statement: str, parameters: Values) -> int:
    """How many rows it changed. Errors: those of Django's own cursors."""
    return _sent([(statement, parameters)])[0].number


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


def array(words: Iterable[str]) -> str:
    """An array of ours as PostgreSQL reads it, where the driver would ask each element how it crosses.

    ``words`` hold nothing but letters, figures and hyphens, or the backslashes of an hexadecimal value, written twice.
    """
    return f"{{{','.join(words)}}}"


def together(statements: Sequence[Statement]) -> list[int]:
    """Run them in order, in one trip; how many rows each changed. Errors: those of Django's own cursors."""
    return [reply.number for reply in _sent(statements)]


def rows(statement: str, parameters: Values) -> list[tuple[Any, ...]]:
    """The rows, taken in binary form: sealed columns cross as they are, not as hexadecimal.

    Errors: those of Django's own cursors.
    """
    return _sent([(statement, parameters)])[0].rows


class Question(NamedTuple, Generic[T]):
    """A statement, and what its rows, in binary form, answer."""

    statement: str
    parameters: Values
    answer: Callable[[list[tuple[Any, ...]]], T]


def ask(question: Question[T]) -> T:
    """Errors: those of Django's own cursors."""
    return question.answer(rows(question.statement, question.parameters))


def ask_together(questions: Sequence[Question[Any]], *, after: Sequence[wire.Statement] = ()) -> list[Any]:
    """The answer to each, in one trip. Errors: those of Django's own cursors.

    ``after``: run before them, first thing in the transaction Django has announced: BEGIN leaves with them, where the
    driver would send it by itself, and wait.
    """
    replies = _sent([*after, *((one.statement, one.parameters) for one in questions)])
    return [one.answer(reply.rows) for one, reply in zip(questions, replies[len(after) :], strict=True)]


def row(statement: str, parameters: Values) -> tuple[Any, ...] | None:
    found = rows(statement, parameters)
    return found[0] if found else None
