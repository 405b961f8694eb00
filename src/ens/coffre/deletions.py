"""The ledger of deletions, outside what a restore rewinds: one small file a person, in a store of its own.

A deletion is committed first, then noted here; a backup copies the ledger, a restore reads it and deletes again.
An entry holds an opaque id and a time, under a seal of the space: nobody deletes by writing a file.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import orjson
from django.conf import settings

from ens.coffre import store
from ens.coffre.keyring import digest

_PURPOSE = "suppression"


@dataclass(frozen=True, slots=True, order=True)
class Deletion:
    """Whose data were deleted, and when: in product time, as the events of an enrolment."""

    usager_id: UUID
    at: datetime


def _seal(deletion: Deletion) -> str:
    return digest(_PURPOSE, deletion.usager_id, deletion.at.isoformat()).hex()


def note(deletion: Deletion) -> None:
    """Add to the ledger, synced; twice is once. Errors: StoreUnavailable."""
    entry = {"usager": deletion.usager_id.hex, "le": deletion.at.isoformat(), "sceau": _seal(deletion)}
    path = store.path_of(deletion.usager_id)
    store.put_at(settings.ENS_DELETIONS, path, orjson.dumps(entry), makes_it=True)  # by whoever is deleted first


def read(address: str) -> tuple[set[Deletion], int]:
    """The entries of a ledger, and how many files there are none of ours. Errors: StoreUnavailable."""
    found, strangers = set(), 0
    for batch in store.listing(address):
        for one in batch:
            deletion = _entry(store.get_at(address, one.path))
            if deletion is None:
                strangers += 1
            else:
                found.add(deletion)
    return found, strangers


def _entry(data: bytes) -> Deletion | None:
    try:
        entry = orjson.loads(data)
        deletion = Deletion(UUID(entry["usager"]), datetime.fromisoformat(entry["le"]))
        return deletion if hmac.compare_digest(_seal(deletion), entry["sceau"]) else None
    except (ValueError, KeyError, TypeError):
        return None
