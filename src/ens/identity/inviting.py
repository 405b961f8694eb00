"""A representative asks a second one to act for the child; only the person asked can answer, until a day (N024, N025).

Whoever invites is never told whether somebody was recognised: every invitation waits alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

from django.db.models import Q

from ens.coffre.services import sealer
from ens.identity.errors import InvitationAbsent, TooManyInvitations
from ens.identity.models import Compte, Invitation
from ens.identity.representing import check_may_represent, managers_of
from ens.identity.types import InvitationState
from ens.kernel import clock
from ens.kernel.ids import new_id
from ens.persistence.unit import Unit

LASTS = timedelta(days=30)
MOST = 3  # waiting at once for one child


@dataclass(frozen=True, slots=True)
class Invited:
    """``name``: of who is invited, as typed. ``to_compte``: None where nobody was recognised."""

    id: UUID
    usager_id: UUID
    by_compte: UUID
    by_name: str
    to_compte: UUID | None
    ends_on: date
    state: InvitationState
    name: str = ""


def _waiting() -> Q:
    return Q(state=InvitationState.WAITING, ends_on__gte=clock.today())


def invite(unit: Unit, compte: Compte, to_compte: Compte | None, *, name: str) -> UUID:
    """In the child's unit, which holds the head of their trace. The same person asked twice is asked once.

    Errors: TooManyManagers, TooManyInvitations.
    """
    check_may_represent(None, unit.usager_id)
    waiting = Invitation.objects.filter(_waiting(), usager_id=unit.usager_id)
    if waiting.count() >= MOST:
        raise TooManyInvitations()
    if to_compte is not None and waiting.filter(to_compte=to_compte).exists():
        to_compte = None  # told already; shown twice to who asks twice, as for anybody
    row = Invitation(
        id=new_id(), usager_id=unit.usager_id, by_compte=compte, to_compte=to_compte,
        made_at=clock.now(), ends_on=clock.today() + LASTS,
    )  # fmt: skip
    row.sealed_name = sealer(unit).seal("invitation", row.id, name.encode())
    row.save(force_insert=True)
    return row.id


def of_child(unit: Unit) -> list[Invited]:
    """Those that wait for an answer, the oldest first."""
    rows = Invitation.objects.filter(_waiting(), usager_id=unit.usager_id).select_related("by_compte")
    return [
        _invited(row, sealer(unit).open("invitation", row.id, bytes(row.sealed_name)).decode())
        for row in rows.order_by("made_at", "id")
    ]


def to(compte: Compte) -> list[Invited]:
    """Those this account may answer: of a representative who still is one."""
    rows = Invitation.objects.filter(_waiting(), to_compte=compte).select_related("by_compte")
    return [_invited(row) for row in rows.order_by("made_at", "id") if row.by_compte_id in managers_of(row.usager_id)]


def found(invitation_id: UUID) -> Invited | None:
    """Whatever its state."""
    row = Invitation.objects.filter(id=invitation_id).select_related("by_compte").first()
    return _invited(row) if row else None


def for_answer(compte: Compte, invitation_id: UUID) -> Invited:
    """Errors: InvitationAbsent, of another, answered, withdrawn or over."""
    known = next((one for one in to(compte) if one.id == invitation_id), None)
    if known is None:
        raise InvitationAbsent()
    return known


def settle(unit: Unit, invitation_id: UUID, state: InvitationState) -> None:
    """Once, in the child's unit. Errors: InvitationAbsent."""
    waiting = Invitation.objects.filter(_waiting(), usager_id=unit.usager_id, id=invitation_id)
    if not waiting.update(state=state, answered_at=datetime.now(UTC)):
        raise InvitationAbsent()


def _invited(row: Invitation, name: str = "") -> Invited:
    return Invited(
        row.id, row.usager_id, row.by_compte_id, row.by_compte.name, row.to_compte_id, row.ends_on,
        InvitationState(row.state), name,
    )  # fmt: skip
