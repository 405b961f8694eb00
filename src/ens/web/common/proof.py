"""What someone proved with a provisional code, kept in the web session for half an hour, as opaque ids.

Who proves a child's code may sign in afterwards: it goes on in the session that opens (``sessions.open_session``).
Technical time: the moved clock has no say.
"""

from __future__ import annotations

import time
from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from ens.enrolment.codes import Proof

KEY = "ens_preuve"
SECONDS = 30 * 60


def keep(request: HttpRequest, proof: Proof) -> None:
    """Under a new session key: who could know the former one proved nothing. Nothing of another proof stays."""
    if not request.user.is_authenticated:  # a session signed in has a key of its own already, listed with its account
        request.session.cycle_key()
    request.session[KEY] = {
        "usager": str(proof.usager_id),
        "rang": proof.rank,
        "canal": proof.channel,
        "fin": proof.expires_on.isoformat(),
        "le": int(time.time()),
    }


def current(request: HttpRequest) -> Proof | None:
    """None when nothing was proved in this session, or too long ago.

    The code may have served since: ``codes.check``.
    """
    kept = request.session.get(KEY)
    if kept is None:
        return None
    if not 0 <= time.time() - kept["le"] <= SECONDS:
        forget(request)
        return None
    return Proof(UUID(kept["usager"]), kept["rang"], kept["canal"], date.fromisoformat(kept["fin"]))


def note(request: HttpRequest, **facts: Any) -> None:
    """What a step learned, beside the proof: forgotten with it."""
    request.session[KEY] = {**request.session[KEY], "etapes": {**facts_of(request), **facts}}


def facts_of(request: HttpRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.session.get(KEY, {}).get("etapes", {})
    return found


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
