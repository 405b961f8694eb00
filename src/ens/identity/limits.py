"""How often something may fail: counted in the database, so that every process counts together, under keyed digests.

Technical time: the moved clock has no say.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from django.conf import settings

from ens.coffre.keyring import digest
from ens.identity.errors import TooManyTries
from ens.persistence import sql

_ADD = (
    "INSERT INTO identity_trycount (key, began_at, tries) VALUES (%(key)s, %(now)s, 1) "
    "ON CONFLICT (key) DO UPDATE SET "
    "tries = CASE WHEN identity_trycount.began_at < %(since)s THEN 1 ELSE identity_trycount.tries + 1 END, "
    "began_at = CASE WHEN identity_trycount.began_at < %(since)s THEN %(now)s ELSE identity_trycount.began_at END "
    "RETURNING tries"
)
_COUNT = "SELECT tries FROM identity_trycount WHERE key = %s AND began_at >= %s"
_SWEEP = (
    "DELETE FROM identity_trycount WHERE key IN "
    "(SELECT key FROM identity_trycount WHERE began_at < %s ORDER BY began_at LIMIT 20)"
)


def window() -> timedelta:
    return timedelta(minutes=settings.ENS_TRIES_MINUTES)


def add(purpose: str, subject: str) -> int:
    """Count one more failure; how many this window now has."""
    now = datetime.now(UTC)
    found = sql.row(_ADD, {"key": digest("essais", purpose, subject), "now": now, "since": now - window()})
    assert found is not None
    if found[0] == 1:
        sql.execute(_SWEEP, [now - window() * 2])
    return int(found[0])


def count(purpose: str, subject: str) -> int:
    """How many the present window has."""
    found = sql.row(_COUNT, [digest("essais", purpose, subject), datetime.now(UTC) - window()])
    return int(found[0]) if found else 0


def forget(purpose: str, subject: str) -> None:
    """After a success."""
    sql.execute("DELETE FROM identity_trycount WHERE key = %s", [digest("essais", purpose, subject)])


def check(purpose: str, subject: str, most: int) -> None:
    """Errors: TooManyTries."""
    if count(purpose, subject) >= most:
        raise too_many()


def too_many() -> TooManyTries:
    return TooManyTries(minutes=settings.ENS_TRIES_MINUTES)
