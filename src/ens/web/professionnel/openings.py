"""The records open in a professional's session: why, since when, and until when without any act.

They live in technical time, as sessions do, and end with the session. Closed, a record stays among those opened lately.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import wraps
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from ens.access.types import Motive
from ens.kernel import clock
from ens.web.common.sessions import POLLING_HEADER, PRECISION_SECONDS
from ens.web.professionnel.patients import patient_of

KEY = "ens_dossiers"
KEPT = 12  # records of one session: the oldest openings are forgotten first


@dataclass(frozen=True, slots=True)
class Opening:
    """One record, as its professional opened it. ``seen``: the last act in it, in seconds; 0 once closed."""

    usager_id: UUID
    motive: Motive
    opened: int
    seen: int

    @property
    def opened_at(self) -> datetime:
        """As the patient's history dates it."""
        return datetime.fromtimestamp(self.opened, UTC) + clock.offset()

    @property
    def is_open(self) -> bool:
        return bool(self.seen) and time.time() - self.seen <= settings.ENS_RECORD_IDLE_MINUTES * 60

    @property
    def fell_asleep(self) -> bool:
        return bool(self.seen) and not self.is_open


def lately(request: HttpRequest) -> list[Opening]:
    """Every record opened in this session, the latest first."""
    kept: dict[str, list[Any]] = request.session.get(KEY, {})
    found = [Opening(UUID(who), Motive(motive), opened, seen) for who, (motive, opened, seen) in kept.items()]
    return sorted(found, key=lambda one: one.opened, reverse=True)


def of(request: HttpRequest, usager_id: UUID) -> Opening | None:
    return next((one for one in lately(request) if one.usager_id == usager_id), None)


def note(request: HttpRequest, usager_id: UUID, motive: Motive) -> None:
    """The record was just opened, its opening traced."""
    now = int(time.time())
    others = [one for one in lately(request) if one.usager_id != usager_id][: KEPT - 1]
    _keep(request, [Opening(usager_id, motive, now, now), *others])


def close(request: HttpRequest, usager_id: UUID) -> None:
    """Nothing of it is shown any more before its reason is said again."""
    _seen(request, usager_id, 0)


def forget(request: HttpRequest, usager_id: UUID) -> None:
    """It is no longer among those opened lately either."""
    _keep(request, [one for one in lately(request) if one.usager_id != usager_id])


def _seen(request: HttpRequest, usager_id: UUID, seen: int) -> None:
    known = lately(request)
    _keep(request, [Opening(o.usager_id, o.motive, o.opened, seen) if o.usager_id == usager_id else o for o in known])


def _keep(request: HttpRequest, openings: list[Opening]) -> None:
    request.session[KEY] = {str(one.usager_id): [str(one.motive), one.opened, one.seen] for one in openings}


def of_an_open_record(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """The view of a page inside a record, which ``request.opening`` tells of.

    A record that fell asleep leads to the page that says so; one that was not opened, to its reason. Whoever may not
    enter is answered as by an absent record, opened or not: that is judged again by what each page reads.
    """

    @wraps(view)
    def inside(request: HttpRequest, usager_id: UUID, **rest: Any) -> HttpResponse:
        opening = of(request, usager_id)
        if opening is not None and opening.is_open:
            if time.time() - opening.seen > PRECISION_SECONDS and POLLING_HEADER not in request.headers:
                _seen(request, usager_id, int(time.time()))
            request.opening = opening
            return view(request, usager_id=usager_id, **rest)
        if opening is not None and opening.fell_asleep:
            close(request, usager_id)
            return _to(reverse("professionnel:referme"), request.path)
        patient_of(request, usager_id, traced=False)
        return _to(reverse("professionnel:ouvrir", args=(usager_id,)), request.path)

    return inside


def shown(request: HttpRequest) -> dict[str, Any]:
    """Why the record is open, and until when: on each of its pages."""
    return {"ouverture": request.opening, "minutes": settings.ENS_RECORD_IDLE_MINUTES}


def _to(address: str, place: str) -> HttpResponse:
    """``place``: where to come back to, without what was looked for there."""
    return HttpResponseRedirect(f"{address}?{urlencode({'suite': place})}")
