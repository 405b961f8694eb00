"""Where a usager of the cast stands now: the clock moves, people change their mind."""

from __future__ import annotations

from ens.demonstration.cast import Member
from ens.enrolment import queries as enrolment
from ens.enrolment.types import State
from ens.identity import queries as identity
from ens.kernel.actor import SYSTEM
from ens.persistence.unit import Unit, unit_of_work


def state_of(one: Member) -> State:
    """Derived from the events of their enrolment; UNKNOWN before the cast is registered."""
    found = identity.find_usager(one.matricule, one.oid)
    if found is None:
        return State.UNKNOWN

    def look(unit: Unit) -> State:
        unit.untraced("l'état d'un espace de la démonstration, sans son contenu")
        return enrolment.state(unit)

    return unit_of_work(found.usager_id, look, by=SYSTEM)
