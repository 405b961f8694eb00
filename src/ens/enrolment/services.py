"""The moves of an enrolment, each a dated event of one person. What is done by lots is in ``lots``."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings

from ens.audit import services as audit
from ens.enrolment import daily, queries, waiting
from ens.enrolment.errors import MoveNotAllowed
from ens.enrolment.lots import open_due, queue_one
from ens.enrolment.models import Event, Lot, Return
from ens.enrolment.types import MOVES, EventKind, State, is_frozen
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.persistence import sql
from ens.persistence.unit import StartAgain, Unit, unit_of_work

__all__ = [
    "activate", "ask_letter", "change_mind", "close", "delivered", "freeze", "note_deletion", "notice", "open_due",
    "oppose", "record", "release", "returned",
]  # fmt: skip

ON_ITS_WAY = timedelta(days=10)  # a letter, from its handing over
ASKED = "demande"

Also = Callable[[Unit], None]


def nothing(_: Unit) -> None:
    """Nothing beside the event itself."""


def notice(usager_id: UUID, *, channel: str, by: Actor, sent_at: datetime | None = None) -> None:
    """The letter or e-mail was sent to this person: the delay to oppose runs from its sending (S010, S029)."""
    sent = sent_at or clock.now()
    last_day = (sent.astimezone(clock.PARIS) + timedelta(days=settings.ENS_OPPOSITION_DAYS)).date()

    def act(unit: Unit) -> None:
        lot_id = queue_one(unit, channel=channel, sent_at=sent, deadline=last_day)
        _append(unit, EventKind.NOTICED, at=sent, deadline=last_day, channel=channel, lot_id=lot_id)

    _move(usager_id, EventKind.NOTICED, act, by=by)


def delivered(usager_id: UUID, *, by: Actor, at: datetime | None = None) -> None:
    """The notice reached its address, as far as anyone can tell."""
    _move(usager_id, EventKind.DELIVERED, lambda unit: _append(unit, EventKind.DELIVERED, at=at), by=by)


def returned(usager_id: UUID, *, by: Actor, at: datetime | None = None, lot_id: UUID | None = None) -> bool:
    """The e-mail bounced, or the letter came back (PND): a dated event; an e-mail may then be followed by a letter.

    ``lot_id``: of the notice that came back; when another was sent since, or it was said already, nothing changes.
    Returns whether it was news.
    """
    news = False

    def act(unit: Unit) -> None:
        nonlocal news
        notices = Event.objects.filter(usager_id=usager_id)
        last = notices.filter(kind=EventKind.NOTICED).order_by("-rank").first()
        news = lot_id is None or (
            last is not None
            and last.lot_id == lot_id
            and not notices.filter(kind=EventKind.RETURNED, rank__gt=last.rank).exists()
        )
        if not news:
            return
        if last is not None and queries.state(unit) is State.NOTICED:
            wave_id = Lot.objects.filter(id=last.lot_id).values_list("wave_id", flat=True).first()
            Return.objects.create(usager_id=usager_id, channel=last.channel, wave_id=wave_id, at=at or clock.now())
        _append(unit, EventKind.RETURNED, at=at)

    _move(usager_id, EventKind.RETURNED, act, by=by)
    return news


def ask_letter(unit: Unit, *, in_hand: bool = False) -> date | None:
    """Inside a unit: whoever was noticed and chose nothing is written to again, by letter, with another delay.

    From which day the campaign hands it over with its next lots: once the last notice can no longer be on its way.
    None when no letter will leave: the choice of the notice is made, or it was of no campaign. Asked twice, one letter.
    ``in_hand``: the person has the last letter, and cannot read it: the next one waits for nothing.
    """
    last = Event.objects.filter(usager_id=unit.usager_id, kind=EventKind.NOTICED).order_by("-rank").first()
    if last is None or queries.state(unit) is not State.NOTICED:
        return None
    wave_id = Lot.objects.filter(id=last.lot_id).values_list("wave_id", flat=True).first()
    if wave_id is None:
        return None
    waiting = Return.objects.filter(usager_id=unit.usager_id, answered_at=None).first()
    if waiting is None:
        at = clock.now() if in_hand else max(clock.now(), last.at + ON_ITS_WAY)
        waiting = Return.objects.create(usager_id=unit.usager_id, channel=ASKED, wave_id=wave_id, at=at)
    elif in_hand and waiting.at > clock.now():
        waiting.at = clock.now()
        waiting.save(update_fields=("at",))
    return max(clock.today(), waiting.at.astimezone(clock.PARIS).date())


def oppose(usager_id: UUID, *, by: Actor, at: datetime | None = None, also: Also = nothing) -> None:
    """The person refuses: no space, no mailbox, no document, whatever runs at the same time (S009).

    ``also``, here and below: what happens in the same unit, before the event.
    """
    _move(usager_id, EventKind.OPPOSED, lambda unit: _append(unit, EventKind.OPPOSED, at=at), by=by, also=also)


def change_mind(usager_id: UUID, *, by: Actor, at: datetime | None = None, also: Also = nothing) -> None:
    """The person wants a space after all: it opens at the deadline they were told, or tomorrow when it is over."""

    def act(unit: Unit) -> None:
        last_day = max(queries.deadline(unit) or clock.today(), clock.today())
        queue_one(unit, channel="", sent_at=at or clock.now(), deadline=last_day)
        _append(unit, EventKind.CHANGED_MIND, at=at, deadline=last_day)

    _move(usager_id, EventKind.CHANGED_MIND, act, by=by, also=also)


def activate(usager_id: UUID, *, by: Actor, at: datetime | None = None, also: Also = nothing) -> None:
    """The person enters: the space opens at once (S007); it may follow an opposition (S012)."""
    _move(usager_id, EventKind.ACTIVATED, lambda unit: _append(unit, EventKind.ACTIVATED, at=at), by=by, also=also)


def close(usager_id: UUID, *, by: Actor, at: datetime | None = None, also: Also = nothing) -> None:
    _move(usager_id, EventKind.CLOSED, lambda unit: _append(unit, EventKind.CLOSED, at=at), by=by, also=also)


def freeze(usager_id: UUID, *, by: Actor, at: datetime | None = None, also: Also = nothing) -> None:
    """Nothing opens at the deadline while it lasts: « I am not the legal representative », a dispute (N002, B11)."""

    def act(unit: Unit) -> None:
        if not is_frozen(queries.events(unit)):
            _append(unit, EventKind.FROZEN, at=at)

    _move(usager_id, EventKind.FROZEN, act, by=by, also=also)


def release(usager_id: UUID, *, by: Actor, at: datetime | None = None) -> None:
    """The opening goes on: at the deadline that was told, or tomorrow when it is over."""

    def act(unit: Unit) -> None:
        told = queries.deadline(unit)
        if told is not None:
            queue_one(unit, channel="", sent_at=at or clock.now(), deadline=max(told, clock.today()))
        _append(unit, EventKind.RELEASED, at=at)

    _move(usager_id, EventKind.RELEASED, act, by=by)


def note_deletion(unit: Unit, *, at: datetime) -> None:
    """The person's data are being erased in this unit: no move follows this one. Errors: MoveNotAllowed."""
    if queries.state(unit) not in MOVES[EventKind.DELETED][0]:
        raise MoveNotAllowed()
    _append(unit, EventKind.DELETED, at=at)
    queries.moved(unit)
    audit.rights_changed(unit)


def record(usager_id: UUID, kind: EventKind, *, by: Actor, along: Callable[[Unit], None]) -> None:
    """Write an event and what goes along with it, once: for moves that are part of a longer act (``merging``)."""

    def act(unit: Unit) -> None:
        along(unit)
        _append(unit, kind)

    _move(usager_id, kind, act, by=by)


_ONCE = (EventKind.OPPOSED, EventKind.CHANGED_MIND, EventKind.ACTIVATED, EventKind.CLOSED, EventKind.MERGED)


def _move(usager_id: UUID, kind: EventKind, write: Also, *, by: Actor, also: Also = nothing) -> None:
    """Errors: MoveNotAllowed; those of ``also``."""

    def act(unit: Unit) -> None:
        also(unit)
        allowed, gives = MOVES[kind]
        current = queries.state(unit)
        unit.untraced("l'événement d'enrôlement, daté et signé, est sa propre trace")
        if (current is gives and kind in _ONCE) or (kind is EventKind.SEPARATED and current is not State.MERGED):
            return  # said twice: nothing more
        if current not in allowed:
            raise MoveNotAllowed()
        audit.hold_head(unit)  # what is kept in this instant until they choose is seen here, or sees what they chose
        write(unit)
        queries.moved(unit)
        audit.rights_changed(unit)  # a unit that saw the former state starts again

    unit_of_work(usager_id, act, by=by)


_APPEND = (
    "INSERT INTO enrolment_event (usager_id, rank, kind, at, deadline, channel, by_kind, lot_id) "
    "VALUES (%s, %s, %s, %s, %s, %s, %s, %s) ON CONFLICT DO NOTHING"
)


def _append(
    unit: Unit,
    kind: EventKind,
    *,
    at: datetime | None = None,
    deadline: date | None = None,
    channel: str = "",
    lot_id: UUID | None = None,
) -> None:
    """The next event; when somebody wrote it meanwhile (a batch: the others raise the counter of rights), start again.

    Time does not go back along a person's events, whatever the clock does.
    """
    past = queries.events(unit)
    moment = max([at or clock.now(), *(event.at for event in past[-1:])])
    row = [unit.usager_id, len(past) + 1, kind, moment, deadline, channel, unit.by.kind, lot_id]
    if not sql.execute(_APPEND, row):
        raise StartAgain
    daily.note_move(unit.usager_id, len(past) + 1)
    waiting.released_by(unit, kind)

