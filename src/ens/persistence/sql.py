"""Statements written by hand, for the hot reads: building one by the ORM costs more than running it (decision 0009)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connections


def rows(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows, taken in binary form: sealed columns cross as they are, not as hexadecimal.

    Errors: those of Django's own cursors.
    """
    connection = connections["default"]
    connection.ensure_connection()
    with connection.wrap_database_errors, connection.connection.cursor(binary=True) as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def row(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> tuple[Any, ...] | None:
    found = rows(statement, parameters)
    return found[0] if found else None
