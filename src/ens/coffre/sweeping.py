"""Contents that no row refers to: what a crash left between a content's writing and its commit, or after a deletion.

The locator holds the id of every content a row refers to, written in that row's transaction: what it does not know,
and was written long before any transaction still open, nobody will ever ask for.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

import structlog
from django.conf import settings

from ens.coffre import founding, store
from ens.persistence import locator, transactions

FOLDERS = range(256)
SAFE_AGE = timedelta(hours=24)  # technical time, by the store's clock: no unit of work lasts that long
CLOCKS_DIFFER = timedelta(hours=1)  # that of the store and that of the database, at most
# More strangers than this, and more than half of what is there: the database is not that of the store, or was rolled
# back. Nothing is removed.
TOLERATED = 10
_AT_ONCE = 100
log = structlog.get_logger("ens.sweep")


@dataclass(frozen=True, slots=True)
class Swept:
    looked_at: int = 0
    removed: int = 0
    unfinished: int = 0  # files that a killed process had not finished writing
    refused: str = ""  # why nothing was removed: "unknown", most are; "foreign", the store is another space's


def sweep(folders: Iterable[int] = FOLDERS, *, now: datetime | None = None) -> Swept:
    """Remove the orphans of these folders of the store. Safe to repeat. Errors: StoreUnavailable."""
    before = (now or datetime.now(UTC)) - SAFE_AGE
    names = [f"{number:02x}" for number in folders]
    swept = _sweep(names, before) if founding.is_ours() else Swept(refused="foreign")
    if swept.refused:
        log.error("sweep_refused", reason=swept.refused, looked_at=swept.looked_at)
    else:
        log.info("swept", looked_at=swept.looked_at, removed=swept.removed, unfinished=swept.unfinished)
    return swept


def folders_of(hour: int) -> range:
    """Those of one hour of the day: the whole store is looked at once a day."""
    return range(256 * hour // 24, 256 * (hour + 1) // 24)


def _sweep(names: list[str], before: datetime) -> Swept:
    looked_at = 0
    orphans: list[tuple[UUID, datetime]] = []
    for name in names:
        for batch in store.listing(settings.ENS_STORE, name):
            old = {found: one.written_at for one in batch if one.written_at < before and (found := _content(one.path))}
            looked_at += len(old)
            known = locator.known(old)
            orphans += [(content, at) for content, at in old.items() if content not in known]
    if len(orphans) > TOLERATED and 2 * len(orphans) > looked_at:
        return Swept(looked_at, refused="unknown")
    removed = sum(_remove(orphans[start : start + _AT_ONCE]) for start in range(0, len(orphans), _AT_ONCE))
    return Swept(looked_at, removed, sum(store.remove_unfinished(name, before) for name in names))


def _remove(orphans: list[tuple[UUID, datetime]]) -> int:
    """Asked once more of the database, and in this order: what was still open then is spared, whatever its age;
    what was committed by then is found in the locator.
    """
    oldest = transactions.oldest_open()
    known = locator.known(content for content, _ in orphans)
    removed = 0
    for content, written_at in orphans:
        if content not in known and (oldest is None or written_at < oldest - CLOCKS_DIFFER):
            store.delete(content)
            removed += 1
    return removed


def _content(path: str) -> UUID | None:
    """The id of a content of ours; anything else in the store is somebody's, and is left alone."""
    try:
        found = UUID(path.rpartition("/")[2])
    except ValueError:
        return None
    return found if store.path_of(found) == path else None
