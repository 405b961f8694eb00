"""Coming of age (N032): the space is its holder's alone, who is told, sent a code, and reads again what was decided.

Access ends by itself with the day (``identity.representing``). What is done here is the rest: notices a month before
and on the day, the trace, the code. Each tie is one unit, repeated without harm: a killed worker goes on where it was.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import structlog

from ens.access.queries import check_own
from ens.audit import events
from ens.audit import services as audit
from ens.enrolment import queries as enrolment
from ens.identity import accounts, representing
from ens.identity import queries as identity
from ens.identity.representing import Tie
from ens.journeys import new_code, own_address
from ens.kernel import clock
from ens.kernel.actor import SYSTEM, Actor
from ens.kernel.errors import EnsError
from ens.notifications import services as notifications
from ens.notifications.types import NoticeKind
from ens.persistence import outbox
from ens.persistence.unit import Unit, unit_of_work

FORETOLD = timedelta(days=30)
CHUNK = 500
OUTBOX_KIND, OUTBOX_KIND_CODE = "majorite_dite", "majorite_code"
log = structlog.get_logger("ens.majority")


def advance() -> int:
    """Tell and end what is due; returns how many ties ended. Asked each hour; costs by what is due."""
    ended, after = 0, None
    while ties := representing.ending(clock.today() + FORETOLD, after=after, most=CHUNK):
        for tie in ties:
            try:
                if tie.ends_on > clock.today():
                    _foretell(tie)
                elif _end(tie):
                    ended += 1
            except EnsError as error:  # one person's fault does not keep the others waiting; asked again in an hour
                log.warning("majority_not_done", tie=str(tie.id), code=error.code)
        after = ties[-1].id
    return ended


def _foretell(tie: Tie) -> None:
    def act(unit: Unit) -> None:
        unit.untraced("l'avis qui part laisse sa trace")
        audit.hold_head(unit)
        is_first = not representing.one_told(tie.usager_id)
        if not representing.told(tie):
            return
        outbox.put(unit, OUTBOX_KIND, tie.id)
        if is_first and _may_enter(unit):
            notifications.tell(unit, NoticeKind.SOON_OF_AGE)

    unit_of_work(tie.usager_id, act, by=SYSTEM)


def _end(tie: Tie) -> bool:
    def act(unit: Unit) -> bool:
        audit.hold_head(unit)  # two ties of one person that end at once: the second sees the first
        if not representing.end(tie):
            unit.untraced("déjà fait")
            return False
        events.representation_ended(unit, name=tie.name)
        outbox.put(unit, OUTBOX_KIND, tie.id)
        if not representing.others_of(tie):
            outbox.put(unit, OUTBOX_KIND_CODE, tie.id)
        return True

    return unit_of_work(tie.usager_id, act, by=SYSTEM)


def _may_enter(unit: Unit) -> bool:
    """An open space whose holder has no account yet."""
    return enrolment.state(unit).is_open and accounts.account_of(unit.usager_id) is None


def tell_who_acts(_: UUID, tie_id: UUID) -> None:
    """From the outbox: whoever acts for a child is told that it will soon be over, or that it is."""
    holder, is_over = representing.who_acts(tie_id)

    def act(unit: Unit) -> None:
        unit.untraced("l'avis qui part laisse sa trace")
        notifications.tell(unit, NoticeKind.CHILD_OF_AGE if is_over else NoticeKind.CHILD_SOON_OF_AGE)

    if holder is not None:
        unit_of_work(holder, act, by=SYSTEM)


def send_code(usager_id: UUID, _: UUID) -> None:
    """From the outbox: the new adult is sent the code of their own account, at an address that is theirs alone.

    At one that is also a parent's, nothing: ``own_address``.
    """
    is_shared = own_address.is_also_a_parent_s(usager_id)

    def act(unit: Unit) -> None:
        unit.untraced("l'avis qui part laisse sa trace")
        if not _may_enter(unit):
            return
        if is_shared or not identity.email(unit):
            log.info("majority_without_address")
            return
        notifications.tell(unit, NoticeKind.OF_AGE)
        outbox.put(unit, new_code.OUTBOX_KIND, usager_id)

    unit_of_work(usager_id, act, by=SYSTEM)


def note_review(compte: Any, usager_id: UUID, *, by: Actor) -> None:
    """They read again what was decided for them, and changed what they wished; twice is once.

    Errors: ChoiceNotYours, SpaceAbsent.
    """

    def act(unit: Unit) -> None:
        check_own(unit)
        enrolment.check_open(unit)
        if compte.review_due and not by.role:
            events.choices_reviewed(unit)
        else:
            unit.untraced("rien n'est à relire")

    unit_of_work(usager_id, act, by=by)
    if not by.role:
        accounts.reviewed(compte)
