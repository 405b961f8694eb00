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
HELD = "ens_preuve_a_preciser"
SECONDS = 30 * 60


def keep(request: HttpRequest, proof: Proof) -> None:
    """Under a new session key: who could know the former one proved nothing. Nothing of another proof stays."""
    if not request.user.is_authenticated:  # a session signed in has a key of its own already, listed with its account
        request.session.cycle_key()
    request.session.pop(HELD, None)
    request.session[KEY] = _written(proof)


def _written(proof: Proof) -> dict[str, Any]:
    return {
        "usager": str(proof.usager_id),
        "rang": proof.rank,
        "canal": proof.channel,
        "fin": proof.expires_on.isoformat(),
        "le": int(time.time()),
    }


def _read(kept: dict[str, Any]) -> Proof:
    return Proof(UUID(kept["usager"]), kept["rang"], kept["canal"], date.fromisoformat(kept["fin"]))


def _is_over(kept: dict[str, Any]) -> bool:
    return not 0 <= time.time() - kept["le"] <= SECONDS


def hold(request: HttpRequest, proof: Proof, people: list[UUID]) -> None:
    """Proved, but of several people: no step sees a proof before one was chosen.

    Who they are stays here: what a browser sends back is a place in the list, and nobody else can be named by it.
    """
    forget(request)
    if not request.user.is_authenticated:
        request.session.cycle_key()
    request.session[HELD] = {**_written(proof), "parmi": [str(one) for one in people]}


def held(request: HttpRequest) -> tuple[Proof, list[UUID]] | None:
    """What waits for a choice, and among whom; None when nothing does, or for too long."""
    kept = request.session.get(HELD)
    if kept is None or _is_over(kept):
        request.session.pop(HELD, None)
        return None
    return _read(kept), [UUID(one) for one in kept["parmi"]]


def current(request: HttpRequest) -> Proof | None:
    """None when nothing was proved in this session, or too long ago.

    The code may have served since: ``codes.check``.
    """
    kept = request.session.get(KEY)
    if kept is None:
        return None
    if _is_over(kept):
        forget(request)
        return None
    return _read(kept)


def note(request: HttpRequest, **facts: Any) -> None:
    """What a step learned, beside the proof: forgotten with it."""
    request.session[KEY] = {**request.session[KEY], "etapes": {**facts_of(request), **facts}}


def facts_of(request: HttpRequest) -> dict[str, Any]:
    found: dict[str, Any] = request.session.get(KEY, {}).get("etapes", {})
    return found


def forget(request: HttpRequest) -> None:
    request.session.pop(KEY, None)
    request.session.pop(HELD, None)
