"""What a reference that comes back says: a notice returned, an opposition by slip. Said twice: nothing more."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

from ens.enrolment import queries, references, services
from ens.enrolment.errors import MoveNotAllowed
from ens.enrolment.references import NoticeRef
from ens.enrolment.types import State
from ens.kernel.actor import SYSTEM, Actor, ActorKind
from ens.persistence.unit import Unit, unit_of_work

SLIP = Actor(ActorKind.SYSTEME, "coupon-reponse", "Coupon-réponse")


class Reply(StrEnum):
    """``doubtful``: a human answers it."""

    NOTED = "pris_en_compte"
    ALREADY = "deja_dit"
    OPEN = "espace_deja_ouvert"
    OTHER = "inscription_reunie_ou_supprimee"

    @property
    def doubtful(self) -> bool:
        return self in (Reply.OPEN, Reply.OTHER)


def came_back(written: str, *, at: datetime | None = None) -> Reply:
    """The notice of this reference was not delivered. Errors: ReferenceUnknown."""
    found = references.find(written)
    try:
        news = services.returned(found.usager_id, by=SYSTEM, at=at, lot_id=found.lot_id)
    except MoveNotAllowed:
        return Reply.OTHER
    return Reply.NOTED if news else Reply.ALREADY


def opposed(written: str, *, at: datetime | None = None) -> Reply:
    """The slip of this reference came back: its person opposes. A space opened since is never closed by it.

    Errors: ReferenceUnknown.
    """
    found = references.find(written)
    state = _state(found)
    if state is State.OPPOSED:
        return Reply.ALREADY
    if state in (State.MERGED, State.DELETED):
        return Reply.OTHER
    try:
        services.oppose(found.usager_id, by=SLIP, at=at)
    except MoveNotAllowed:
        return Reply.OPEN
    return Reply.NOTED


def _state(found: NoticeRef) -> State:
    def look(unit: Unit) -> State:
        unit.untraced("où en est l'enrôlement, avant de noter une opposition")
        return queries.state(unit)

    return unit_of_work(found.usager_id, look, by=SLIP)
