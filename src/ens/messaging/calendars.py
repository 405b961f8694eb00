"""An invitation that came by mail, read for a card: what, when, where, and whether it stands.

The file itself is kept with the message, as it came; nothing is put in an agenda by this. What cannot be read is a file
like another. Source: RFC 5545 (iCalendar), RFC 5546 and 6047 (invitations by mail).
"""

from __future__ import annotations

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from ens.kernel import clock
from ens.messaging.words import sound

if TYPE_CHECKING:
    from icalendar import Event

MEDIA_TYPE = "text/calendar"
MAX_BYTES = 200_000
MAX_EVENTS = 5
MAX_WORDS = 300
CANCELLED = "CANCEL"


def read(data: bytes) -> list[dict[str, str]]:
    """Its appointments, the first ones: ``title``, ``start`` and ``end`` (ISO), ``place``, ``by``, ``is_cancelled``.

    ``start`` is a day alone when the invitation gives no hour. A time without a zone is one of Paris.
    """
    if len(data) > MAX_BYTES:
        return []
    from icalendar import Calendar, Event  # a tenth of the start of each process, for the few that read one

    try:
        calendar = Calendar.from_ical(data)
        method = _words(calendar.get("METHOD")).upper()
        events = [one for one in calendar.walk("VEVENT") if isinstance(one, Event)]
        return [found for one in events[:MAX_EVENTS] if (found := _event(one, method))]
    except (ValueError, KeyError, TypeError, IndexError, AttributeError, OverflowError, RecursionError):
        return []  # the library's own, on what is not a calendar


def _event(event: Event, method: str) -> dict[str, str]:
    start, end = _moment(event, "DTSTART"), _moment(event, "DTEND")
    if not start:
        return {}
    cancelled = method == CANCELLED or _words(event.get("STATUS")).upper() == "CANCELLED"
    organiser = event.get("ORGANIZER")
    named = _words(getattr(organiser, "params", {}).get("CN")) if organiser is not None else ""
    return {
        "title": _words(event.get("SUMMARY")),
        "start": start,
        "end": end,
        "place": _words(event.get("LOCATION")),
        "by": named,
        "is_cancelled": "oui" if cancelled else "",
    }


def _moment(event: Event, name: str) -> str:
    """In Paris; nothing when it is absent or out of any calendar's reach."""
    found: Any = getattr(event.get(name), "dt", None)
    if isinstance(found, datetime):
        if not 1900 <= found.year <= 2200:
            return ""
        zoned = found if found.tzinfo else datetime.combine(found.date(), found.time(), clock.PARIS)
        return zoned.astimezone(clock.PARIS).isoformat()
    if isinstance(found, date) and not isinstance(found, time) and 1900 <= found.year <= 2200:
        return found.isoformat()
    return ""


def _words(value: Any) -> str:
    return " ".join(sound(str(value)).split())[:MAX_WORDS] if value is not None else ""
