"""HL7 v3 and v2 small types: timestamps, CX, XCN."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

from ens.standards.errors import StandardError

_TS = re.compile(r"(\d{4})(\d{2})?(\d{2})?(\d{2})?(\d{2})?(\d{2})?(?:\.\d+)?([+-]\d{4})?")
_CX = re.compile(r"([^^]*)\^\^\^&([0-9.]+)&ISO(?:\^(\w+))?")
PARIS = ZoneInfo("Europe/Paris")


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
    zone = found[7]
    try:
        moment = datetime(year or 1, month or 1, day or 1, hour or 0, minute or 0, min(second or 0, 59))
    except ValueError as error:
        raise MalformedTimestamp() from error
    if zone:
        shift = timedelta(hours=int(zone[1:3]), minutes=int(zone[3:]))
        if shift >= timedelta(hours=24):
            raise MalformedTimestamp()
        return moment.replace(tzinfo=timezone(-shift if zone[0] == "-" else shift))
    return moment.replace(tzinfo=PARIS)


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
