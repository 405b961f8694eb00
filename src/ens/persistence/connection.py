"""The database lost and found again: what to answer meanwhile, and how its connections are renewed.

Connections of a pool are not tried before each use (it would cost a trip): those that a fall of the server left dead
are found by the first statement that fails, and all are tried then.
"""

from __future__ import annotations

import structlog
from django.db import InterfaceError, OperationalError, connections
from psycopg import Error
from psycopg_pool import PoolTimeout

from ens.persistence.errors import DatabaseUnavailable

FAULTS = (OperationalError, InterfaceError)
# the server stops, fell, or starts (PostgreSQL, appendix A, class 57)
_GONE = ("57P01", "57P02", "57P03")
log = structlog.get_logger("ens.database")


def is_lost(error: BaseException) -> bool:
    """Whether the connection is gone, and not a statement refused: nothing came back from the server."""
    cause = error.__cause__
    if not isinstance(cause, Error) or isinstance(cause, PoolTimeout):
        return False
    state = cause.sqlstate
    return state is None or state.startswith("08") or state in _GONE


def renew(alias: str = "default") -> None:
    """Leave this thread's connection, and let go of those of the pool that are dead."""
    connection = connections[alias]
    connection.close()
    if connection.pool is not None:
        connection.pool.check()


def unavailable(error: BaseException) -> DatabaseUnavailable:
    """What to answer when the database does not: said once in the logs, by its state, never by its words."""
    cause = error.__cause__
    state = getattr(cause, "sqlstate", None)
    log.error("database_unavailable", state=state or type(cause or error).__name__)
    if is_lost(error):
        renew()
    return DatabaseUnavailable()
