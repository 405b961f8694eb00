"""Copies of usagers' keys that backups made: until when they live. Technical time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings

from ens.persistence import sql


def no_copy_after(now: datetime | None = None) -> datetime:
    """From when no copy of a key destroyed now exists: every copy of keys made before is removed by then.

    Daily backups remove them in time; copies sent elsewhere are their keeper's to remove.
    """
    now = now or datetime.now(UTC)
    row = sql.row("SELECT max(made_at) FROM coffre_keycopy WHERE removed_at IS NULL", [])
    return max(now, row[0] + _life()) if row and row[0] else now


def backup_age(now: datetime | None = None) -> float:
    """Seconds since the last backup began; infinite when there is none."""
    row = sql.row("SELECT max(made_at) FROM coffre_keycopy", [])
    return ((now or datetime.now(UTC)) - row[0]).total_seconds() if row and row[0] else float("inf")


def overdue(now: datetime | None = None) -> int:
    """How many copies should have been removed: the promise made to whoever was deleted is late."""
    over = (now or datetime.now(UTC)) - _life()
    row = sql.row("SELECT count(*) FROM coffre_keycopy WHERE removed_at IS NULL AND made_at < %s", [over])
    return int(row[0]) if row else 0


def _life() -> timedelta:
    return timedelta(days=settings.ENS_KEYS_RETENTION_DAYS)
