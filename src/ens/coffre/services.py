"""Keys of usagers: made at their first unit, found once a unit. Keys of imports, until then."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from functools import lru_cache
from uuid import UUID

from django.db import connections

from ens.coffre import keyring
from ens.coffre.errors import ContentDamaged, KeyDestroyed
from ens.coffre.sealing import CONTENT, LotSealer, Sealer
from ens.persistence import sql
from ens.persistence.facts import Fact
from ens.persistence.unit import Unit

__all__ = [
    "CONTENT",
    "LotSealer",
    "Sealer",
    "create_key",
    "destroy_key",
    "has_key",
    "lot_key",
    "lot_sealer",
    "opens_with_these_masters",
    "sealer",
    "sealer_of_nobody",
]

_CACHE, _NOBODY = "coffre.sealer", "coffre.sealer_of_nobody"
FACT = Fact(
    "usager_key",
    'SELECT version, master, wrapped FROM "cles"."usager_key" WHERE usager_id = %(usager)s '
    "ORDER BY version DESC LIMIT 1",
    ("version", "master", "wrapped"),
)


def opens_with_these_masters(alias: str) -> bool:
    """Whether the master keys here are those of a database, read as its owner, by one key of each kind.

    With others every content would be unreadable, and what is filed meanwhile sealed apart. Errors: MissingKey.
    """
    with connections[alias].cursor() as cursor:
        for table in ("cles.usager_key", "cles.lot_key"):
            cursor.execute("SELECT to_regclass(%s) IS NOT NULL", [table])
            if cursor.fetchone()[0]:
                cursor.execute(f"SELECT master, wrapped FROM {table} LIMIT 1")  # noqa: S608 - our own names
                for master, wrapped in cursor.fetchall():
                    try:
                        keyring.unwrap(master, bytes(wrapped))
                    except ContentDamaged:
                        return False
    return True


def create_key(unit: Unit) -> Sealer:
    """Make the usager's key, in the first unit about them."""
    key = os.urandom(32)
    master, wrapped = keyring.wrap(key)
    with connections["default"].cursor() as cursor:
        cursor.execute(
            'INSERT INTO "cles"."usager_key" (usager_id, version, master, wrapped, created_at) '
            "VALUES (%s, 1, %s, %s, %s)",
            [unit.usager_id, master, wrapped, datetime.now(UTC)],
        )
    unit.cache[_CACHE] = Sealer(unit.usager_id, 1, key)
    found: Sealer = unit.cache[_CACHE]
    return found


def sealer(unit: Unit) -> Sealer:
    """The usager's sealer, under the highest version of their key; of nobody, one whose seals are thrown away.

    Errors: KeyDestroyed.
    """
    found: Sealer | None = unit.cache.get(_CACHE)
    if found is None:
        version, master, wrapped = unit.facts[FACT.name]
        if version is None and unit.is_nobody:
            return sealer_of_nobody(unit)
        if version is None:
            raise KeyDestroyed()
        found = unit.cache[_CACHE] = Sealer(unit.usager_id, version, keyring.unwrap(master, bytes(wrapped)))
    return found


def sealer_of_nobody(unit: Unit) -> Sealer:
    """One whose seals are thrown away, by the same work: nobody's, or of someone whose key was destroyed."""
    found: Sealer | None = unit.cache.get(_NOBODY)
    if found is None:
        found = unit.cache[_NOBODY] = Sealer(unit.usager_id, 1, keyring.unwrap(*keyring.of_nobody()))
    return found


def has_key(unit: Unit) -> bool:
    """Whether the usager's key still exists; without it nothing of theirs opens."""
    return _CACHE in unit.cache or unit.facts[FACT.name][0] is not None


def destroy_key(unit: Unit) -> None:
    """Every version of the usager's key, for ever: what it sealed is erased wherever it is kept."""
    sql.execute('DELETE FROM "cles"."usager_key" WHERE usager_id = %s', [unit.usager_id])
    unit.cache.pop(_CACHE, None)
    unit.facts[FACT.name] = (None, None, None)


def lot_key(lot_id: UUID) -> bytes:
    """The key of an import, made the first time it is asked for."""
    with connections["default"].cursor() as cursor:
        key = os.urandom(32)
        master, wrapped = keyring.wrap(key)
        cursor.execute(
            'INSERT INTO "cles"."lot_key" (lot_id, master, wrapped, created_at) VALUES (%s, %s, %s, %s) '
            "ON CONFLICT (lot_id) DO NOTHING",
            [lot_id, master, wrapped, datetime.now(UTC)],
        )
    return _known_lot_key(lot_id)


def _known_lot_key(lot_id: UUID) -> bytes:
    with connections["default"].cursor() as cursor:
        cursor.execute('SELECT master, wrapped FROM "cles"."lot_key" WHERE lot_id = %s', [lot_id])
        row = cursor.fetchone()
    if row is None:
        raise KeyDestroyed()
    return keyring.unwrap(row[0], bytes(row[1]))


@lru_cache(maxsize=256)
def lot_sealer(lot_id: UUID) -> LotSealer:
    """What opens the declarations of an import. Errors: KeyDestroyed."""
    return LotSealer(lot_id, _known_lot_key(lot_id))
