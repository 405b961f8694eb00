"""Finding whose an object is (DESIGN 2.4)."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from django.db import connections

from ens.persistence import sql
from ens.persistence.errors import NobodyThere


def locate(key: UUID | str) -> UUID:
    """The usager an object of ours belongs to. Errors: NobodyThere."""
    try:
        wanted = key if isinstance(key, UUID) else UUID(str(key))
    except ValueError:
        raise NobodyThere() from None
    row = sql.row("SELECT usager_id FROM persistence_locator WHERE key = %s", [wanted])
    if row is None:
        raise NobodyThere()
    found: UUID = row[0]
    return found


def whose(keys: Iterable[UUID]) -> dict[UUID, UUID]:
    """The usager each of these objects belongs to; those of nobody are not in it."""
    wanted = list(keys)
    if not wanted:
        return {}
    return dict(sql.rows("SELECT key, usager_id FROM persistence_locator WHERE key = ANY(%s)", [wanted]))


def known(keys: Iterable[UUID]) -> set[UUID]:
    """Those of these keys under which somebody's object is, whoever's."""
    wanted = list(keys)
    if not wanted:
        return set()
    return {key for (key,) in sql.rows("SELECT key FROM persistence_locator WHERE key = ANY(%s)", [wanted])}


def is_empty(alias: str) -> bool:
    """Whether nothing of anybody is anywhere. Errors: those of the database."""
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT 1 FROM persistence_locator LIMIT 1")
        return cursor.fetchone() is None


def remove(keys: Iterable[UUID]) -> None:
    """Nothing is found under these keys any more. Sorted, like insertions."""
    ordered = sorted(set(keys))
    for start in range(0, len(ordered), 1000):
        sql.execute("DELETE FROM persistence_locator WHERE key = ANY(%s)", [ordered[start : start + 1000]])


_INSERTION = """
INSERT INTO persistence_locator (key, usager_id) SELECT key, %s FROM unnest(%s::uuid[]) AS key
ON CONFLICT (key) DO NOTHING
"""


def insertion(usager_id: UUID, keys: Iterable[UUID]) -> sql.Statement:
    """What declares the keys as this usager's. Sorted, so that two units never wait for each other."""
    return _INSERTION, [usager_id, sql.array(str(key) for key in sorted(set(keys)))]
