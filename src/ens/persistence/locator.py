"""Finding whose an object is (DESIGN 2.4)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connections

from ens.persistence.errors import NobodyThere


def locate(key: UUID | str) -> UUID:
    """The usager an object of ours belongs to. Errors: NobodyThere."""
    try:
        wanted = key if isinstance(key, UUID) else UUID(str(key))
    except ValueError:
        raise NobodyThere() from None
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT usager_id FROM persistence_locator WHERE key = %s", [wanted])
        row = cursor.fetchone()
    if row is None:
        raise NobodyThere()
    found: UUID = row[0]
    return found


def insert(usager_id: UUID, keys: Iterable[UUID]) -> None:
    """Sorted, so that two units never wait for each other."""
    ordered = sorted(set(keys))
    if not ordered:
        return
    with connections["default"].cursor() as cursor:
        cursor.executemany(
            "INSERT INTO persistence_locator (key, usager_id) VALUES (%s, %s) ON CONFLICT (key) DO NOTHING",
            [(key, usager_id) for key in ordered],
        )
