"""Keys of usagers: made with the usager, found once a unit."""

from __future__ import annotations

import os
from datetime import UTC, datetime

from django.db import connections

from ens.coffre import keyring
from ens.coffre.errors import KeyDestroyed
from ens.coffre.sealing import CONTENT, Sealer
from ens.persistence.facts import Fact
from ens.persistence.unit import Unit

__all__ = ["CONTENT", "Sealer", "create_key", "sealer"]

_CACHE = "coffre.sealer"
FACT = Fact(
    "usager_key",
    'SELECT version, master, wrapped FROM "cles"."usager_key" WHERE usager_id = %(usager)s '
    "ORDER BY version DESC LIMIT 1",
    ("version", "master", "wrapped"),
)


def create_key(unit: Unit) -> Sealer:
    """Make the usager's key, in the unit that makes the usager."""
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
    """The usager's sealer, under the highest version of their key. Errors: KeyDestroyed."""
    found: Sealer | None = unit.cache.get(_CACHE)
    if found is None:
        version, master, wrapped = unit.facts[FACT.name]
        if version is None:
            raise KeyDestroyed()
        found = unit.cache[_CACHE] = Sealer(unit.usager_id, version, keyring.unwrap(master, bytes(wrapped)))
    return found
