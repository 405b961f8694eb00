"""A conversation reported to the support: once, with a reason; the agent reads what was said of it, never the messages.

Who wrote is shown to the agent, since the usager says so when they report; the reading is in their history (N093).
"""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from ens.audit import events
from ens.audit import services as audit
from ens.audit.types import Event
from ens.coffre.services import sealer
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.kernel.ids import new_id
from ens.messaging import queries, trustspace
from ens.messaging.errors import SignalNotFound, SignalPointless, TooManySignals
from ens.messaging.models import Signal, SignalQueue
from ens.messaging.services import ending
from ens.messaging.services.keeping import thread_in
from ens.messaging.signals import SignalCard, SignalReason, SignalView
from ens.messaging.words import domain_of
from ens.persistence.locator import locate
from ens.persistence.unit import Unit, unit_of_work

WORDS_MAX = 500
DAY = timedelta(days=1)
A_DAY = 10  # reports of one space: an agent reads each of them


def signal(thread_id: UUID, reason: SignalReason, words: str, *, ends: bool = False, by: Actor) -> None:
    """Tell the support of a conversation; a second time changes nothing. ``ends``: the exchange too, with who wrote.

    Errors: NobodyThere, ThreadNotFound; SignalPointless, nobody wrote in it; TooManySignals,
    ``A_DAY`` others were reported in the last day.
    """

    def act(unit: Unit) -> None:
        events.conversation_moved(unit, Event.CONVERSATION_REPORTED, thread_id, attempt=True)
        thread = thread_in(unit, thread_id)
        audit.hold_head(unit)  # reports of one instant are counted in turn
        people = queries.writers(unit, thread_id)
        writers = [queries.identity_of(unit, one) for one in people]
        if not writers:
            raise SignalPointless()
        ended = ends and ending.end_in(unit, thread_id, people)
        if signalled_at(unit, thread_id) is not None:
            if not ended:
                unit.untraced("déjà signalée : rien n'a changé")
            return
        if Signal.objects.filter(usager_id=unit.usager_id, at__gt=clock.now() - DAY).count() >= A_DAY:
            raise TooManySignals(most=A_DAY)
        row = Signal(usager_id=unit.usager_id, id=new_id(), thread_id=thread_id, at=clock.now(), reason=reason)
        said = {"words": words[:WORDS_MAX], "writers": [[one["label"], one["address"]] for one in writers]}
        row.sealed_said = sealer(unit).seal_json("signalement", row.id, said)
        row.save(force_insert=True)
        operator = trustspace.listed_domain(domain_of(writers[0]["address"]))
        SignalQueue.objects.create(id=row.id, usager_id=unit.usager_id, at=row.at, reason=reason, operator=operator)
        events.conversation_moved(unit, Event.CONVERSATION_REPORTED, thread_id, title=queries.subject(unit, thread))

    unit_of_work(locate(thread_id), act, by=by)


def signallable(thread_id: UUID, *, by: Actor) -> tuple[tuple[str, str], ...]:
    """Who wrote in a conversation, label and address: what the support will see. Errors: those of ``signal``."""

    def act(unit: Unit) -> tuple[tuple[str, str], ...]:
        events.conversation_moved(unit, Event.CONVERSATION_REPORTED, thread_id, attempt=True)
        thread_in(unit, thread_id)
        found = [queries.identity_of(unit, one) for one in queries.writers(unit, thread_id)]
        if not found:
            raise SignalPointless()
        events.messages_listed(unit)
        return tuple((one["label"], one["address"]) for one in found)

    return unit_of_work(locate(thread_id), act, by=by)


def signalled_at(unit: Unit, thread_id: UUID) -> datetime | None:
    """Inside a unit: when the usager reported a conversation, if they did."""
    found = Signal.objects.filter(usager_id=unit.usager_id, thread_id=thread_id).values_list("at", flat=True)
    return found.first()


def waiting(limit: int = 100) -> list[SignalCard]:
    """For the support: those not read yet, oldest first, then the last ones read."""
    fresh = list(SignalQueue.objects.filter(read_at=None).order_by("at")[:limit])
    read = list(SignalQueue.objects.exclude(read_at=None).order_by("-read_at")[: limit - len(fresh)])
    return [
        SignalCard(one.id, one.at, SignalReason(one.reason), one.operator, one.read_at is not None)
        for one in (*fresh, *read)
    ]


def read_signal(signal_id: UUID, *, by: Actor) -> SignalView:
    """For an agent of the support: what was said, traced in the usager's history. Errors: SignalNotFound."""
    queued = SignalQueue.objects.filter(id=signal_id).first()
    if queued is None:
        raise SignalNotFound()

    def act(unit: Unit) -> SignalView:
        row = Signal.objects.filter(usager_id=unit.usager_id, id=signal_id).first()
        if row is None:
            raise SignalNotFound()
        said = sealer(unit).open_json("signalement", row.id, row.sealed_said)
        SignalQueue.objects.filter(id=signal_id, read_at=None).update(read_at=clock.now())
        events.report_read(unit, row.thread_id)
        writers = tuple((label, address) for label, address in said["writers"])
        return SignalView(row.at, SignalReason(row.reason), said["words"], writers)

    return unit_of_work(queued.usager_id, act, by=by)
