"""A new provisional code, asked for on the site by whoever lost theirs (S014, N007): by e-mail, or by letter without.

Whoever asks, about whoever it is, the answer is one, by the same work: a row that the worker takes up. Only it sees
whether there is somebody to write to. The former code is then revoked.
"""

from __future__ import annotations

import time
from datetime import date, datetime
from datetime import time as of_day
from uuid import UUID

from django.conf import settings

from ens.enrolment import codes
from ens.enrolment import queries as enrolment
from ens.enrolment import services as moves
from ens.enrolment.types import State, is_frozen
from ens.identity import limits
from ens.identity import queries as identity
from ens.identity import services as identity_services
from ens.journeys import own_address
from ens.kernel import clock
from ens.kernel.actor import SYSTEM
from ens.kernel.ids import new_id
from ens.notifications import services as notifications
from ens.notifications.errors import CodeJustSent
from ens.notifications.types import NoticeKind
from ens.persistence import outbox
from ens.persistence.unit import Unit, unit_of_work

OUTBOX_KIND, OUTBOX_KIND_LARGE = "nouveau_code", "nouveau_code_gros"  # the second: letters in large print from now on
PAUSE_S, STEP_S = 30, 10  # between two requests about one matricule; counted by steps
_OF_MATRICULE, _OF_ADDRESS, _RECENT = "nouveau code", "nouveaux codes d'une adresse", "nouveau code, à l'instant"
_STATES = (State.NOTICED, State.OPPOSED, State.OPENED)


def ask(matricule: str, birth_date: date, *, address: str, large_print: bool = False) -> None:
    """Have a new code sent to the person, if they are who is said and may choose. Nothing tells whether.

    ``large_print``: their letters come so from now on.

    Errors: CodeJustSent, TooManyTries: by what was typed and by the network ``address``, whoever it is about.
    """
    limits.check(_OF_MATRICULE, matricule, settings.ENS_CODE_TRIES)
    limits.check(_OF_ADDRESS, address, settings.ENS_CODE_TRIES_PER_ADDRESS)
    step = int(time.time()) // STEP_S
    if any(limits.count(_RECENT, f"{matricule} {step - back}") for back in range(PAUSE_S // STEP_S + 1)):
        raise CodeJustSent(seconds=PAUSE_S)
    for purpose, subject in (_OF_MATRICULE, matricule), (_OF_ADDRESS, address), (_RECENT, f"{matricule} {step}"):
        limits.add(purpose, subject)
    found, nobody = identity.find_usager(matricule), identity.nobody(matricule)

    def act(unit: Unit) -> bool:
        unit.untraced("une demande : l'avis qui part laisse sa trace")
        return identity.is_born_on(unit, birth_date)

    is_theirs = unit_of_work(found.usager_id if found else nobody, act, by=SYSTEM)

    def leave(unit: Unit) -> None:
        unit.untraced("une demande : l'avis qui part laisse sa trace")
        outbox.put(unit, OUTBOX_KIND_LARGE if large_print else OUTBOX_KIND, new_id())

    unit_of_work(found.usager_id if found and is_theirs else nobody, leave, by=SYSTEM)


def send_large(usager_id: UUID, request_id: UUID) -> None:
    """``send``, to someone who asks that their letters come in large print."""
    send(usager_id, request_id, large_print=True)


def send(usager_id: UUID, request_id: UUID, *, large_print: bool = False) -> None:
    """Make the code and write to the person, if there is one and a choice of theirs to make. Called by the worker.

    ``request_id`` names the notice: done twice, the same code leaves once more.
    """

    is_shared = own_address.is_also_a_parent_s(usager_id)

    def act(unit: Unit) -> None:
        unit.untraced("l'avis qui part laisse sa trace")
        if is_shared or unit.is_nobody or not identity.is_registered_alive(unit):
            return
        if large_print:
            identity_services.set_large_print(unit, True)
        if not identity.email(unit):
            moves.ask_letter(unit)  # its code, made when it is printed, revokes the former
            return
        may_choose = enrolment.state(unit) in _STATES or not identity.has_account(unit.usager_id)
        if not may_choose or is_frozen(enrolment.events(unit)):
            return
        issued = codes.issue(unit, channel="email", notice_id=request_id)
        until = datetime.combine(issued.expires_on, of_day.max, clock.PARIS)
        notifications.tell(unit, NoticeKind.PROVISIONAL_CODE, code=issued.text, until=until)

    unit_of_work(usager_id, act, by=SYSTEM)
