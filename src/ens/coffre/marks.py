"""Marks of keys: a keyed digest of its own name tells a key from another without telling anything of it.

Of the keys a database cannot be served without: those that wrap (``maitresse-<n>``), look up (``recherche``) and make
provisional codes (``codes``). ``signature`` and ``django`` are changed at will, and nothing written refers to them.
"""

from __future__ import annotations

import hmac
from datetime import UTC, datetime

from django.db import connections

from ens.coffre import keyring

SEARCH, CODES = "recherche", "codes"


def differing(alias: str) -> set[str]:
    """Keys whose mark is kept in a database and is not that of the file here. Errors: MissingKey."""
    kept = _kept(alias)
    return {name for name, mark in kept.items() if not hmac.compare_digest(keyring.mark_of(name), mark)}


def are_kept(alias: str) -> bool:
    """Whether a database is marked; one made by an older version is not yet."""
    return SEARCH in _kept(alias)


def keep(alias: str) -> None:
    """Mark a database, as its owner, with the keys that are here. Safe to repeat. Errors: MissingKey."""
    masters = [f"maitresse-{number}" for number in keyring.masters()]
    with connections[alias].cursor() as cursor:
        for name in (*masters, SEARCH, CODES):
            cursor.execute(
                "INSERT INTO coffre_keymark (name, mark, since) VALUES (%s, %s, %s) "
                "ON CONFLICT (name) DO UPDATE SET mark = EXCLUDED.mark, since = EXCLUDED.since "
                "WHERE coffre_keymark.mark <> EXCLUDED.mark",
                [name, keyring.mark_of(name), datetime.now(UTC)],
            )


def _kept(alias: str) -> dict[str, bytes]:
    with connections[alias].cursor() as cursor:
        cursor.execute("SELECT to_regclass('coffre_keymark') IS NOT NULL")
        if not cursor.fetchone()[0]:
            return {}
        cursor.execute("SELECT name, mark FROM coffre_keymark")
        return {name: bytes(mark) for name, mark in cursor.fetchall()}
