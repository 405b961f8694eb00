"""The usager ends an exchange: what this mailbox writes is refused, until the usager writes to it or reopens it.

The mailbox is answered as one that nobody reads (decision 0030). Nothing that came is lost, and no access changes.
"""

from __future__ import annotations

from uuid import UUID

from ens.audit import events
from ens.audit.types import Event
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.messaging import queries
from ens.messaging.errors import ThreadNotFound
from ens.messaging.models import Correspondent
from ens.messaging.services.keeping import thread_in
from ens.messaging.types import Contact
from ens.persistence.locator import locate
from ens.persistence.unit import Unit, unit_of_work


def endable(thread_id: UUID, *, by: Actor) -> tuple[Contact, ...]:
    """Who wrote in a conversation, and since when the usager ended the exchange with them, if they did.

    Errors: NobodyThere; ThreadNotFound, also when nobody wrote in it; SpaceAbsent.
    """

    def act(unit: Unit) -> tuple[Contact, ...]:
        events.exchange_changed(unit, Event.EXCHANGE_ENDED, thread_id, attempt=True)
        thread_in(unit, thread_id)
        found = queries.correspondents(unit, thread_id)
        if not found:
            raise ThreadNotFound()
        events.messages_listed(unit)
        return found

    return unit_of_work(locate(thread_id), act, by=by)


def end_exchange(thread_id: UUID, people: tuple[UUID, ...], *, by: Actor) -> None:
    """With these of who wrote in a conversation; ended already, it stays as it was.

    Errors: NobodyThere; ThreadNotFound, also when one of them did not write in it; SpaceAbsent.
    """

    def act(unit: Unit) -> None:
        events.exchange_changed(unit, Event.EXCHANGE_ENDED, thread_id, attempt=True)
        if not end_in(unit, thread_id, _of(unit, thread_id, people)):
            unit.untraced("déjà terminé : rien n'a changé")

    unit_of_work(locate(thread_id), act, by=by)


def end_in(unit: Unit, thread_id: UUID, people: list[Correspondent]) -> bool:
    """``end_exchange`` inside a unit, with people already known to have written: whether anything changed."""
    return _change(unit, Event.EXCHANGE_ENDED, thread_id, people)


def reopen_exchange(thread_id: UUID, people: tuple[UUID, ...], *, by: Actor) -> None:
    """What they write is received again; open already, nothing more. Errors: as ``end_exchange``."""

    def act(unit: Unit) -> None:
        events.exchange_changed(unit, Event.EXCHANGE_REOPENED, thread_id, attempt=True)
        if not _change(unit, Event.EXCHANGE_REOPENED, thread_id, _of(unit, thread_id, people)):
            unit.untraced("déjà ouvert : rien n'a changé")

    unit_of_work(locate(thread_id), act, by=by)


def written_to_again(unit: Unit, thread_id: UUID, people: list[Correspondent]) -> None:
    """Inside a unit that writes to them: who was ended with is heard again."""
    _change(unit, Event.EXCHANGE_REOPENED, thread_id, [one for one in people if one.refused_at is not None])


def _of(unit: Unit, thread_id: UUID, people: tuple[UUID, ...]) -> list[Correspondent]:
    thread_in(unit, thread_id)
    known = {one.id: one for one in queries.writers(unit, thread_id)}
    if not people or not known.keys() >= set(people):
        raise ThreadNotFound()
    return [known[key] for key in dict.fromkeys(people)]


def _change(unit: Unit, event: Event, thread_id: UUID, people: list[Correspondent]) -> bool:
    ends, changed = event is Event.EXCHANGE_ENDED, False
    for one in people:
        rows = Correspondent.objects.filter(usager_id=unit.usager_id, id=one.id, refused_at__isnull=ends)
        if rows.update(refused_at=clock.now() if ends else None):
            changed = True
            events.exchange_changed(unit, event, thread_id, to=queries.identity_of(unit, one)["label"])
    return changed
