"""Master keys, outside the database: files of mode 600 in ``ENS_SECRETS``.

``maitresse-<n>`` wraps usagers' keys, the highest number for new ones; ``recherche`` makes look-up digests; ``codes``
makes provisional codes and their digests.
"""

from __future__ import annotations

import os
from functools import lru_cache
from uuid import UUID

from cryptography.hazmat.primitives.keywrap import InvalidUnwrap, aes_key_unwrap, aes_key_wrap
from django.conf import settings

from ens.coffre.digests import keyed
from ens.coffre.errors import ContentDamaged


class MissingKey(RuntimeError):
    """A master key's file is missing or unreadable: nothing sealed under it opens."""


@lru_cache(maxsize=32)
def _file(name: str) -> bytes:
    try:
        key: bytes = (settings.ENS_SECRETS / name).read_bytes()
    except OSError as error:
        raise MissingKey(f"La clé « {name} » manque dans {settings.ENS_SECRETS}.") from error
    if len(key) != 32:
        raise MissingKey(f"La clé « {name} » n'a pas 32 octets.")
    return key


def masters() -> list[int]:
    """The numbers of the master keys that are here. Errors: MissingKey when none is."""
    names = [path.name for path in settings.ENS_SECRETS.glob("maitresse-*")]
    numbers = [int(name.removeprefix("maitresse-")) for name in names if name.removeprefix("maitresse-").isdigit()]
    if not numbers:
        raise MissingKey(f"Aucune clé maîtresse dans {settings.ENS_SECRETS}.")
    return sorted(numbers)


@lru_cache(maxsize=1)
def current_master() -> int:
    """The number of the master key that wraps new usagers' keys."""
    return masters()[-1]


def wrap(key: bytes) -> tuple[int, bytes]:
    """Source: RFC 3394, AES key wrap."""
    number = current_master()
    return number, aes_key_wrap(_file(f"maitresse-{number}"), key)


@lru_cache(maxsize=1)
def of_nobody() -> tuple[int, bytes]:
    """A key wrapped like the others, that nothing is kept under."""
    return wrap(os.urandom(32))


def unwrap(number: int, wrapped: bytes) -> bytes:
    try:
        return aes_key_unwrap(_file(f"maitresse-{number}"), wrapped)
    except InvalidUnwrap as error:
        raise ContentDamaged() from error


def digest(purpose: str, *parts: str | bytes | UUID) -> bytes:
    """A keyed digest (32 bytes) for look-ups and deduplication: never a bare hash of what people can guess.

    Parts are length-prefixed: ("ab", "c") and ("a", "bc") differ.
    """
    return keyed(search_key(), purpose, *parts)


def search_key() -> bytes:
    """The key of look-up digests, for the processes of an import."""
    return _file("recherche")


def codes_key() -> bytes:
    """What provisional codes are made from, and found by."""
    return _file("codes")


def signing_key() -> bytes:
    """The seed of the space's signing key."""
    return _file("signature")


def mark_of(name: str) -> bytes:
    """What a key marks a database with: see ``marks``."""
    return keyed(_file(name), "marque-de-cle", name)


def forget_cached_keys() -> None:
    """After a rotation, and in tests."""
    _file.cache_clear()
    current_master.cache_clear()
    of_nobody.cache_clear()
