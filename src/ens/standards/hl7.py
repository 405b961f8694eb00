"""HL7 v3 and v2 small types: timestamps and CX; XCN and XON are in ``xds``."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

from ens.standards.errors import StandardError

_TS = re.compile(
    r"([0-9]{4})(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:([0-9]{2})(?:\.[0-9]+)?)?)?)?)?)?([+-][0-9]{4})?"
)
# a namespace before the OID is allowed and says nothing more
_CX = re.compile(r"([^^&~|]+)\^\^\^[^^&~|]*&([0-9.]+)&ISO(?:\^(\w+))?")
PARIS = ZoneInfo("Europe/Paris")
PRECISIONS = ("year", "month", "day", "hour", "minute", "second")


class MalformedTimestamp(StandardError):
    """Not an HL7 timestamp."""

    code = "date_invalide"
    message = "une date n'est pas au format HL7 (AAAAMMJJhhmmss+ZZZZ)"


class MalformedCx(StandardError):
    """Not an identifier in the CX form."""

    code = "cx_invalide"
    message = "un identifiant n'est pas au format CX (numéro^^^&OID&ISO^NH)"


def timestamp(text: str) -> datetime:
    """An aware datetime; missing parts are the first of their period, a missing zone is Paris.

    Errors: MalformedTimestamp. Source: HL7 v3 datatypes, TS.
    """
    found = _TS.fullmatch(text.strip())
    if not found:
        raise MalformedTimestamp()
    year, month, day, hour, minute, second = (int(part) if part else None for part in found.groups()[:6])
    try:
        return datetime(
            year or 1,
            month or 1,
            day or 1,
            hour or 0,
            minute or 0,
            min(second or 0, 59),  # a leap second has no place in a datetime
            tzinfo=_zone(found[7]),
        )
    except ValueError as error:
        raise MalformedTimestamp() from error


def _zone(text: str | None) -> tzinfo:
    if not text:
        return PARIS
    shift = timedelta(hours=int(text[1:3]), minutes=int(text[3:]))
    return timezone(-shift if text[0] == "-" else shift)


def precision(text: str) -> str:
    """The smallest part that the sender gave: one of PRECISIONS. Errors: MalformedTimestamp."""
    found = _TS.fullmatch(text.strip())
    if not found:
        raise MalformedTimestamp()
    return PRECISIONS[sum(1 for part in found.groups()[:6] if part) - 1]


def format_timestamp(moment: datetime) -> str:
    """In UTC, to the second: the form of XDS metadata."""
    return moment.astimezone(UTC).strftime("%Y%m%d%H%M%S")


def parse_cx(text: str) -> tuple[str, str]:
    """(matricule, OID) of « matricule^^^&OID&ISO^NH ». Errors: MalformedCx."""
    found = _CX.fullmatch(text.strip())
    if not found:
        raise MalformedCx()
    return found[1], found[2]


def format_cx(matricule: str, oid: str) -> str:
    return f"{matricule}^^^&{oid}&ISO^NH"
