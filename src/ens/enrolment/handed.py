"""Which e-mails of a lot the relay answered for: a lot cut short goes on with the others, and nobody gets two."""

from __future__ import annotations

from uuid import UUID

from django.db import connections

from ens.enrolment import services
from ens.kernel import clock
from ens.kernel.actor import SYSTEM

_SENT = "(SELECT id FROM enrolment_lot WHERE sent_at IS NOT NULL)"


def already(lot_id: UUID) -> set[UUID]:
    """Whose e-mail of this lot the relay answered for."""
    with connections["batch"].cursor() as cursor:
        cursor.execute("SELECT usager_id FROM enrolment_handed WHERE lot_id = %s", [lot_id])
        return {who for (who,) in cursor.fetchall()}


def note(lot_id: UUID, usager_id: UUID, *, refused: bool) -> None:
    """Committed at once: a process killed after it does not hand this one over again."""
    with connections["batch"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO enrolment_handed (lot_id, usager_id, refused, at) VALUES (%s, %s, %s, %s) "
            "ON CONFLICT DO NOTHING",
            [lot_id, usager_id, refused, clock.now()],
        )


def settle() -> int:
    """In the lots that were sent: whose address the relay refused is as if it came back. Returns how many."""
    with connections["batch"].cursor() as cursor:
        cursor.execute(f"SELECT lot_id, usager_id FROM enrolment_handed WHERE refused AND lot_id IN {_SENT}")  # noqa: S608
        refused = cursor.fetchall()
        for lot_id, usager_id in refused:
            services.returned(usager_id, by=SYSTEM, lot_id=lot_id)
        cursor.execute(f"DELETE FROM enrolment_handed WHERE lot_id IN {_SENT}")  # noqa: S608 - our own constant
    return len(refused)
