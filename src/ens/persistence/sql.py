"""Statements written by hand, for the hot reads: building one by the ORM costs more than running it (decision 0009)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections


def rows(statement: str, parameters: Sequence[Any]) -> list[tuple[Any, ...]]:
    with connections["default"].cursor() as cursor:
        cursor.execute(statement, parameters)
        found: list[tuple[Any, ...]] = cursor.fetchall()
    return found


def row(statement: str, parameters: Sequence[Any]) -> tuple[Any, ...] | None:
    found = rows(statement, parameters)
    return found[0] if found else None
