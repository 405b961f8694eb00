"""Who is signed in, and for how long without doing anything.

Web sessions live in technical time: the product's clock, which tests and the demonstration move, has no say.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

from ens.identity.queries import actor_of

LAST_SEEN = "ens_vu"
# Whose space is shown, for an account tied to several.
PROFILE = "ens_rattachement"
# A page that asks by itself says so, and does not keep a session alive.
POLLING_HEADER = "X-Ens-Sondage"
# The time of the last act is written at most this often, so that reading a page is not a write to the session.
PRECISION_SECONDS = 60


class SessionActorMiddleware:
    """Give ``request.actor`` and ``request.usager_id``, both ``None`` for someone not signed in.

    A session without any act for ``ENS_SESSION_IDLE_MINUTES`` is destroyed; ``request.session_ended`` tells it
    to the sign-in page.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = None
        request.usager_id = None
        request.session_ended = False
        if request.user.is_authenticated:
            if _idle_for(request) > settings.ENS_SESSION_IDLE_MINUTES * 60:
                logout(request)
                request.session_ended = True
            else:
                _note_act(request)
                request.actor = actor_of(request.user, _shown_profile(request))
                request.usager_id = request.actor.usager_id if request.actor else None
        return self.get_response(request)


def _idle_for(request: HttpRequest) -> float:
    return time.time() - request.session.get(LAST_SEEN, time.time())


def _note_act(request: HttpRequest) -> None:
    if POLLING_HEADER in request.headers:
        return
    if LAST_SEEN not in request.session or _idle_for(request) > PRECISION_SECONDS:
        request.session[LAST_SEEN] = int(time.time())


def _shown_profile(request: HttpRequest) -> UUID | None:
    chosen = request.session.get(PROFILE)
    return UUID(chosen) if chosen else None
