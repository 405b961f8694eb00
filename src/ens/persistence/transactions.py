"""What other connections have under way."""

from __future__ import annotations

from datetime import datetime

from ens.persistence import sql

# A role sees the times of its own sessions: ours are those that serve. A prepared one is a cluster's, its outcome
# not known yet (PostgreSQL, 52.16).
_OLDEST = """
SELECT min(began) FROM (
    SELECT xact_start AS began FROM pg_stat_activity
     WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL
    UNION ALL SELECT prepared FROM pg_prepared_xacts WHERE database = current_database()
) open
"""


def oldest_open() -> datetime | None:
    """When the oldest transaction still open on this database began, this connection's apart; None without one.

    What a transaction that is no longer listed committed is seen by any statement after this one.
    """
    row = sql.row(_OLDEST, [])
    found: datetime | None = row[0] if row else None
    return found
