"""Where an account is signed in: each browser, and how to close one or all of them. Technical time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.sessions.models import Session

from ens.identity.models import Compte, WebSession


@dataclass(frozen=True, slots=True)
class SessionRef:
    id: UUID
    device: str
    opened_at: datetime
    seen_at: datetime
    is_this_one: bool


def note(compte: Compte, session_key: str, user_agent: str) -> None:
    """The account was signed in there. What ended by itself is forgotten."""
    now = datetime.now(UTC)
    WebSession.objects.filter(compte=compte, seen_at__lt=now - timedelta(seconds=settings.SESSION_COOKIE_AGE)).delete()
    WebSession.objects.create(
        compte=compte, session_key=session_key, device=device(user_agent), opened_at=now, seen_at=now
    )


def seen(session_key: str) -> None:
    """Something was done there."""
    WebSession.objects.filter(session_key=session_key).update(seen_at=datetime.now(UTC))


def moved(former_key: str, session_key: str) -> None:
    """The session goes on under another key."""
    WebSession.objects.filter(session_key=former_key).update(session_key=session_key)


def ended(session_key: str) -> None:
    WebSession.objects.filter(session_key=session_key).delete()


def of(compte: Compte, current_key: str) -> list[SessionRef]:
    """Those still open, this one first."""
    idle = datetime.now(UTC) - timedelta(minutes=settings.ENS_SESSION_IDLE_MINUTES)
    rows = list(WebSession.objects.filter(compte=compte, seen_at__gte=idle).order_by("-seen_at"))
    alive = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=datetime.now(UTC)
        ).values_list("session_key", flat=True)
    )
    found = [
        SessionRef(row.id, row.device, row.opened_at, row.seen_at, row.session_key == current_key)
        for row in rows
        if row.session_key in alive
    ]
    return sorted(found, key=lambda one: not one.is_this_one)


def close(compte: Compte, session_id: UUID) -> bool:
    """End one, at once; False when it is not one of theirs."""
    row = WebSession.objects.filter(compte=compte, id=session_id).first()
    if row is None:
        return False
    _end([row])
    return True


def close_others(compte: Compte, current_key: str = "") -> int:
    """End all but the current one; how many."""
    rows = list(WebSession.objects.filter(compte=compte).exclude(session_key=current_key))
    _end(rows)
    return len(rows)


def _end(rows: list[WebSession]) -> None:
    keys = [row.session_key for row in rows]
    Session.objects.filter(session_key__in=keys).delete()
    WebSession.objects.filter(session_key__in=keys).delete()


_BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox", "Firefox"), ("FxiOS", "Firefox"), ("CriOS", "Chrome"),
             ("Chrom", "Chrome"), ("Safari", "Safari"))  # fmt: skip
_SYSTEMS = (("iPhone", "iPhone"), ("iPad", "iPad"), ("Android", "Android"), ("Windows", "Windows"), ("Mac OS", "Mac"),
            ("CrOS", "ChromeOS"), ("Linux", "Linux"))  # fmt: skip


def device(user_agent: str) -> str:
    """« Firefox sur Android »: what the browser says of itself, in words."""
    browser = next((name for sign, name in _BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in _SYSTEMS if re.search(re.escape(sign), user_agent)), "")
    if browser and system:
        return f"{browser} sur {system}"
    return browser or system or "Appareil inconnu"
