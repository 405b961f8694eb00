"""Whether the e-mail known of a new adult is also a parent's: a code sent there would hand them the space (N032)."""

from __future__ import annotations

from uuid import UUID

from ens.identity import queries as identity
from ens.identity import representing
from ens.kernel.actor import SYSTEM
from ens.persistence.unit import Unit, unit_of_work


def is_also_a_parent_s(usager_id: UUID) -> bool:
    """Of whoever somebody acted for until they came of age; never of anybody else."""
    return is_a_parent_s(usager_id, unit_of_work(usager_id, _email, by=SYSTEM))


def is_a_parent_s(usager_id: UUID, address: str) -> bool:
    """The parents: whose account showed the space, and whom the insurance declares."""
    if not address or not representing.was_represented(usager_id):
        return False
    parents = {*representing.who_acted(usager_id), *unit_of_work(usager_id, _declared, by=SYSTEM)}
    return address.strip().lower() in {unit_of_work(parent, _email, by=SYSTEM) for parent in parents}


def _declared(unit: Unit) -> list[UUID]:
    unit.untraced("une adresse est comparée, rien n'en est montré")
    return identity.representatives(unit)


def _email(unit: Unit) -> str:
    unit.untraced("une adresse est comparée, rien n'en est montré")
    return identity.email(unit).strip().lower()
