"""Opaque ids: UUIDv7, in order of creation. Source: RFC 9562, 5.7 and 5.8."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7

_OF_NOBODY = 8


def new_id() -> UUID:
    return uuid7()


def id_of_nobody(digest: bytes) -> UUID:
    """A UUIDv8 that stands for someone asked about and unknown, the same each time: no object of ours has such an id.

    ``digest``: sixteen bytes at least, of a keyed digest.
    """
    number = int.from_bytes(digest[:16])
    return UUID(int=number & ~(0xF << 76) & ~(0b11 << 62) | _OF_NOBODY << 76 | 0b10 << 62)


def is_of_nobody(key: UUID) -> bool:
    return key.version == _OF_NOBODY
