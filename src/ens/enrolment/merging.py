"""Two registrations of one person made one, and made two again: decided by a human, dated, traced, reversible.

A unit is about one usager, and these are two: each step is safe to repeat, the merge's own row says how far it went,
and ``finish`` takes up what was cut short. In order: the one absorbed leaves everything, its numbers find the one kept,
the one kept is told; an opposition of either is an opposition of both.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from ens.audit import events as traces
from ens.enrolment import queries, services
from ens.enrolment.errors import MergeImpossible, MergeUnknown, MoveNotAllowed
from ens.enrolment.lots import queue_one
from ens.enrolment.types import EventKind, State, derive
from ens.identity import merging as numbers
from ens.identity.errors import AlreadyDecided
from ens.identity.population import doubts
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.persistence.unit import Unit, unit_of_work


@dataclass(frozen=True, slots=True)
class MergeDone:
    id: UUID
    kept_id: UUID
    absorbed_id: UUID
    at: datetime


def merge(kept_id: UUID, absorbed_id: UUID, *, reason: str, by: Actor) -> UUID:
    """Make one of two. Only a registration whose space was never opened is absorbed: it holds nothing.

    Returns the merge, for ``separate``. Errors: MergeImpossible.
    """
    if kept_id == absorbed_id or _state(absorbed_id, by) not in (State.UNKNOWN, State.NOTICED, State.OPPOSED):
        raise MergeImpossible()
    if _state(kept_id, by) is State.MERGED:
        raise MergeImpossible()
    merge_id = numbers.begin(kept_id, absorbed_id, by=by)
    if merge_id is None:
        raise MergeImpossible()
    finish(merge_id, reason=reason, by=by)
    return merge_id


def finish(merge_id: UUID, *, reason: str, by: Actor) -> None:
    """Every step that is left of a merge. Errors: MergeUnknown, MergeImpossible (it was activated meanwhile)."""
    found = numbers.find(merge_id)
    if found is None:
        raise MergeUnknown()
    try:
        services.record(found.absorbed_id, EventKind.MERGED, by=by, along=_line(found.kept_id, reason, is_merge=True))
    except MoveNotAllowed as error:
        numbers.abandon(merge_id, by=by)
        raise MergeImpossible() from error
    numbers.move(merge_id)
    if _had_opposed(found.absorbed_id, by) and _state(found.kept_id, by) in (State.UNKNOWN, State.NOTICED):
        numbers.carry_opposition(merge_id)
        services.oppose(found.kept_id, by=by)
    if numbers.end(merge_id):
        _tell(found.kept_id, by, _line(found.absorbed_id, reason, is_merge=True))


def separate(merge_id: UUID, *, reason: str, by: Actor) -> None:
    """Two again, each with its numbers; an opposition carried from one to the other is taken back.

    Errors: MergeUnknown.
    """
    found = numbers.find(merge_id)
    if found is None or found.undone:
        raise MergeUnknown()
    numbers.move_back(merge_id)
    line = _line(found.kept_id, reason, is_merge=False)

    def along(unit: Unit) -> None:
        line(unit)
        told = queries.deadline(unit)
        if told is not None:  # their lot may be over: they come due with another
            queue_one(unit, channel="", sent_at=clock.now(), deadline=max(told, clock.today()))

    services.record(found.absorbed_id, EventKind.SEPARATED, by=by, along=along)
    if found.opposition_carried and _state(found.kept_id, by) is State.OPPOSED:
        services.change_mind(found.kept_id, by=by)
    if numbers.undo(merge_id, by=by):
        _tell(found.kept_id, by, _line(found.absorbed_id, reason, is_merge=False))


def answer_same(doubt_id: UUID, *, reason: str, by: Actor) -> UUID:
    """The doubt's two people are one: the one registered first is kept.

    Errors: DoubtUnknown, AlreadyDecided, MergeImpossible.
    """
    asked = doubts.open_one(doubt_id)
    if asked.other_id is None:
        raise AlreadyDecided()
    merge_id = merge(asked.other_id, asked.usager_id, reason=reason, by=by)
    doubts.decide(doubt_id, doubts.SAME, by=by)
    return merge_id


def _state(usager_id: UUID, by: Actor) -> State:
    def look(unit: Unit) -> State:
        unit.untraced("l'état d'une inscription, sans son contenu")
        return queries.state(unit)

    return unit_of_work(usager_id, look, by=by)


def _had_opposed(usager_id: UUID, by: Actor) -> bool:
    """Whether the one absorbed had opposed when they were."""

    def look(unit: Unit) -> bool:
        unit.untraced("l'état d'une inscription, sans son contenu")
        own = [one for one in queries.events(unit) if one.kind not in (EventKind.MERGED, EventKind.SEPARATED)]
        return derive(own) is State.OPPOSED

    return unit_of_work(usager_id, look, by=by)


def _line(other: UUID, reason: str, *, is_merge: bool) -> Callable[[Unit], None]:
    trace = traces.dossiers_merged if is_merge else traces.dossiers_separated
    return lambda unit: trace(unit, other, reason=reason)


def _tell(usager_id: UUID, by: Actor, line: Callable[[Unit], None]) -> None:
    unit_of_work(usager_id, line, by=by)
