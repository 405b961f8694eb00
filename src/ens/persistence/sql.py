"""Statements without the ORM, for hot paths: building one there costs more than running it (decision 0010)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from django.apps import apps
from django.db import connections
from django.db.models import AutoField, Model
from psycopg.pq import Format


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


def insert(instance: Model) -> None:
    """Write a new row as it is: no signal, no default made by the database."""
    statement, names = _insertion(instance._meta.label)
    execute(statement, [getattr(instance, name) for name in names])


def rows(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> list[tuple[Any, ...]]:
    """The rows, taken in binary form: sealed columns cross as they are, not as hexadecimal.

    Errors: those of Django's own cursors.
    """
    with connections["default"].cursor() as cursor:
        cursor.cursor.format = Format.BINARY
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def row(statement: str, parameters: Sequence[Any] | Mapping[str, Any]) -> tuple[Any, ...] | None:
    found = rows(statement, parameters)
    return found[0] if found else None
