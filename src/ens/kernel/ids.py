"""Opaque ids: UUIDv7, in order of creation. Source: RFC 9562, 5.7."""

from __future__ import annotations

from uuid import UUID

from uuid_utils.compat import uuid7


def new_id() -> UUID:
    return uuid7()
