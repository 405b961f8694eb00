"""To delete is to destroy the key, then rows and contents (DESIGN 3). Nothing brings them back, not even a backup.

One unit: key, rows, what was waiting, event, trace. Then the contents, unreadable already; what a crash leaves of
them is swept. The deletion is noted in the ledger by the outbox, and replayed from there after a restore.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

import structlog

from ens.access import services as access
from ens.audit import events
from ens.audit.services import hold_head
from ens.coffre import copies, deletions, receipts, store
from ens.coffre import services as coffre
from ens.coffre.deletions import Deletion
from ens.coffre.errors import StoreUnavailable
from ens.enrolment import codes
from ens.enrolment import queries as enrolment
from ens.enrolment.errors import SpaceAbsent
from ens.enrolment.services import note_deletion
from ens.enrolment.types import EventKind, State
from ens.identity import erasing as identity
from ens.kernel import clock
from ens.kernel.actor import SYSTEM, Actor, ActorKind
from ens.messaging import services as messaging
from ens.notifications import services as notifications
from ens.persistence import locator, outbox
from ens.persistence.erasing import Erased
from ens.persistence.unit import Unit, unit_of_work
from ens.record.services import erasing as record

OUTBOX_KIND = "suppression"
Receipt = dict[str, str]
log = structlog.get_logger("ens.deletion")


def delete_space(usager_id: UUID, *, by: Actor, at: datetime | None = None) -> Receipt:
    """Erase everything of this person, for ever; asked twice, it is done once. Returns a signed receipt.

    Only the service executes it, on a request it has checked. ``at`` is for a replay. Errors: SpaceAbsent.
    """

    def act(unit: Unit) -> tuple[datetime, Erased]:
        events.space_deleted(unit, attempt=True)
        if by.kind is not ActorKind.SYSTEME:
            raise SpaceAbsent()
        if enrolment.state(unit) is State.DELETED:
            unit.untraced("déjà supprimé")
            return deleted_at(unit), Erased()
        hold_head(unit)
        when = at or clock.now()
        erased = _erase(unit)
        note_deletion(unit, at=when)
        outbox.put(unit, OUTBOX_KIND, unit.usager_id)
        events.space_deleted(unit)
        return when, erased

    when, erased = unit_of_work(usager_id, act, by=by)
    _take_away(erased.contents)
    gone = copies.no_copy_after()
    return receipts.sign(
        {
            "usager": str(usager_id),
            "supprime_le": when.isoformat(),
            "aucune_copie_apres": gone.date().isoformat(),
        }
    )


def _erase(unit: Unit) -> Erased:
    """Rows first, while identity can still read what it must find again; the key in the same transaction."""
    erased = (
        messaging.erase(unit)
        + record.erase(unit)
        + access.erase(unit)
        + notifications.erase(unit)
        + codes.erase(unit)
        + identity.erase(unit)
    )
    coffre.destroy_key(unit)
    locator.remove(erased.keys)
    outbox.forget(unit)
    return erased


def deleted_at(unit: Unit) -> datetime:
    return next(event.at for event in reversed(enrolment.events(unit)) if event.kind is EventKind.DELETED)


def _take_away(contents: Iterable[UUID]) -> None:
    for content in contents:
        try:
            store.delete(content)
        except StoreUnavailable:
            log.warning("content_left_to_sweep", content=str(content))


def note_in_ledger(usager_id: UUID, _: UUID) -> None:
    """Done by the outbox, until it is. Errors: StoreUnavailable."""

    def act(unit: Unit) -> datetime:
        unit.untraced("la suppression a laissé sa trace")
        return deleted_at(unit)

    deletions.note(Deletion(usager_id, unit_of_work(usager_id, act, by=SYSTEM)))


def replay(ledger: Iterable[Deletion]) -> int:
    """After a restore: whoever was deleted since the backup is deleted again. Returns how many were there."""
    done = 0
    for deletion in sorted(ledger):
        deletions.note(deletion)
        if _is_there(deletion.usager_id):
            delete_space(deletion.usager_id, by=SYSTEM, at=deletion.at)
            done += 1
    return done


def _is_there(usager_id: UUID) -> bool:
    def act(unit: Unit) -> bool:
        unit.untraced("rejeu des suppressions : rien n'est lu du contenu")
        return unit.rights is not None and enrolment.state(unit) is not State.DELETED

    return unit_of_work(usager_id, act, by=SYSTEM)
