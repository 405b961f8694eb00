"""The moves of an enrolment, each a dated event; and the opening of what is due."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connections

from ens.audit import services as audit
from ens.enrolment import queries
from ens.enrolment.errors import MoveNotAllowed
from ens.enrolment.models import Event
from ens.enrolment.types import MOVES, EventKind, State
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.persistence.unit import Unit, unit_of_work


def notice(usager_id: UUID, *, channel: str, by: Actor, sent_at: datetime | None = None) -> None:
    """The letter or e-mail was sent: the delay to oppose runs from its sending (S010, S029)."""
    sent = sent_at or clock.now()
    last_day = (sent.astimezone(clock.PARIS) + timedelta(days=settings.ENS_OPPOSITION_DAYS)).date()
    _move(usager_id, EventKind.NOTICED, by=by, at=sent, deadline=last_day, channel=channel)


def oppose(usager_id: UUID, *, by: Actor, at: datetime | None = None) -> None:
    """The person refuses: no space, no mailbox, no document, whatever runs at the same time (S009)."""
    _move(usager_id, EventKind.OPPOSED, by=by, at=at)


def change_mind(usager_id: UUID, *, by: Actor, at: datetime | None = None) -> None:
    _move(usager_id, EventKind.CHANGED_MIND, by=by, at=at)


def activate(usager_id: UUID, *, by: Actor, at: datetime | None = None) -> None:
    """The person enters: the space opens at once (S007); it may follow an opposition (S012)."""
    _move(usager_id, EventKind.ACTIVATED, by=by, at=at)


def close(usager_id: UUID, *, by: Actor, at: datetime | None = None) -> None:
    _move(usager_id, EventKind.CLOSED, by=by, at=at)


def _move(
    usager_id: UUID, kind: EventKind, *, by: Actor, at: datetime | None, deadline: object = None, channel: str = ""
) -> None:
    """Errors: MoveNotAllowed."""

    def act(unit: Unit) -> None:
        allowed, gives = MOVES[kind]
        current = queries.state(unit)
        unit.untraced("l'événement d'enrôlement, daté et signé, est sa propre trace")
        if current is gives and kind is not EventKind.NOTICED:
            return  # said twice: nothing more
        if current not in allowed:
            raise MoveNotAllowed()
        Event.objects.create(
            usager_id=unit.usager_id,
            kind=kind,
            at=at or clock.now(),
            deadline=deadline,
            channel=channel,
            by_kind=by.kind,
        )
        queries.moved(unit)
        audit.rights_changed(unit)  # a unit that saw the former state starts again: the race with the batch is settled

    unit_of_work(usager_id, act, by=by)


_DUE = """
WITH last AS (
    SELECT DISTINCT ON (usager_id) usager_id, kind, deadline
    FROM enrolment_event ORDER BY usager_id, at DESC, id DESC
), due AS (
    SELECT usager_id FROM last WHERE kind IN ('noticed', 'changed_mind') AND coalesce(deadline, %(today)s) < %(today)s
    LIMIT %(chunk)s
)
SELECT usager_id FROM due
"""


def open_due(chunk: int = 5_000) -> int:
    """Open the spaces whose delay ended without opposition; returns how many. Safe to repeat (S010).

    Found set-wise, opened one unit each: the head's counter makes an opposition and an opening exclude each other.
    """
    opened = 0
    system = Actor(ActorKind.SYSTEME, "enrolement", "Mon espace santé")
    with connections["batch"].cursor() as cursor:
        cursor.execute(_DUE, {"today": clock.today(), "chunk": chunk})
        due = [usager_id for (usager_id,) in cursor.fetchall()]
    for usager_id in due:
        opened += unit_of_work(usager_id, _open_one, by=system)
    return opened


def _open_one(unit: Unit) -> int:
    unit.untraced("l'événement d'enrôlement, daté et signé, est sa propre trace")
    last_day = queries.deadline(unit)
    if queries.state(unit) is not State.NOTICED or last_day is None or last_day >= clock.today():
        return 0
    Event.objects.create(
        usager_id=unit.usager_id, kind=EventKind.OPENED, at=clock.now(), by_kind=ActorKind.SYSTEME, channel=""
    )
    audit.rights_changed(unit)
    return 1
