"""Who is signed in, and for how long without doing anything.

Web sessions live in technical time: the product's clock, which tests and the demonstration move, has no say.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponseBase
from django.urls import Resolver404, resolve
from django.utils.http import url_has_allowed_host_and_scheme

from ens.identity import websessions
from ens.identity.actors import actor_of
from ens.identity.signedin import BACKEND
from ens.kernel.network import address_of
from ens.web.common import proof

LAST_SEEN = "ens_vu"
# Whose space is shown, for an account tied to several.
PROFILE = "ens_rattachement"
# When the password was typed last in this session: what matters asks for it again after a while.
PROVED = "ens_prouve"
PROVED_SECONDS = 15 * 60
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
        if LAST_SEEN in request.session:
            websessions.seen(request.session.session_key)
        request.session[LAST_SEEN] = int(time.time())


def _shown_profile(request: HttpRequest) -> UUID | None:
    chosen = request.session.get(PROFILE)
    return UUID(chosen) if chosen else None


# -- opening and closing --------------------------------------------------------------------------------------


def open_session(request: HttpRequest, compte: Any, *, typed_password: bool) -> None:
    """Sign the account in, in a session of its own: nothing of the one before is kept but its place to come back to."""
    kept = request.session.get(proof.KEY)
    request.session.flush()
    login(request, compte, backend=BACKEND)
    if kept:
        request.session[proof.KEY] = kept
    if typed_password:
        note_proof(request)


def note_new_session(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    """Django's signal of a sign-in, whatever the way: the session is listed among the account's."""
    if request is not None and request.session.session_key:
        websessions.note(user, request.session.session_key, request.META.get("HTTP_USER_AGENT", ""))


def note_end_of_session(sender: Any, request: HttpRequest, user: Any, **_: Any) -> None:
    if request is not None and request.session.session_key:
        websessions.ended(request.session.session_key)


def keep_session(request: HttpRequest, compte: Any) -> None:
    """After a change of password, this session goes on under a new key; the account's others are over."""
    former = request.session.session_key
    update_session_auth_hash(request, compte)
    websessions.moved(former, request.session.session_key)
    note_proof(request)


def note_proof(request: HttpRequest) -> None:
    request.session[PROVED] = int(time.time())


def is_proved(request: HttpRequest) -> bool:
    """Whether the password was typed lately; an account without one has nothing to type."""
    recently = time.time() - request.session.get(PROVED, 0) < PROVED_SECONDS
    return recently or not request.user.has_usable_password()


def network_address(request: HttpRequest) -> str:
    """Who calls: see ``kernel.network``."""
    forwarded = request.headers.get("X-Forwarded-For", "")
    return address_of(request.META.get("REMOTE_ADDR", ""), forwarded, settings.ENS_PROXIES)


def place_to_come_back_to(asked: str) -> str:
    """The address to go to after signing in: a page of ours, or nothing."""
    if not asked.startswith("/") or not url_has_allowed_host_and_scheme(asked, allowed_hosts=None):
        return ""
    try:
        resolve(asked.split("?")[0])
    except Resolver404:
        return ""
    return asked
