"""What the settings and address pages show of the usager's identity."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from ens.audit import events
from ens.identity import letters
from ens.identity import queries as identity
from ens.kernel.actor import Actor
from ens.persistence.unit import Unit, unit_of_work


@dataclass(frozen=True, slots=True)
class Contact:
    mail_address: str
    email: str
    phone: str
    large_print: bool


def contact_of(usager_id: UUID, *, by: Actor) -> Contact:
    """The address in the trust space, where notices go and how letters come; the reading is traced."""

    def act(unit: Unit) -> Contact:
        found = Contact(
            identity.mail_address(unit), identity.email(unit), identity.phone(unit), letters.large_print(unit)
        )
        events.profile_read(unit)
        return found

    return unit_of_work(usager_id, act, by=by)
