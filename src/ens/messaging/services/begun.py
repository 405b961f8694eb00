"""A new message begun: to whom, its subject and its words, sealed, one a person, until it is sent or discarded (N077).

It has no conversation yet. Nobody else reads it, so it leaves no trace.
Files are chosen when it leaves: what is kept of them is with an answer (``drafting``).
"""

from __future__ import annotations

from dataclasses import asdict
from uuid import UUID

import orjson

from ens.audit import events
from ens.coffre.keyring import digest
from ens.coffre.services import sealer
from ens.enrolment import queries as enrolment
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.kernel.ids import new_id
from ens.messaging.errors import DraftElsewhere, ReplyTooLarge, ThreadNotFound
from ens.messaging.models import BegunMessage, Message
from ens.messaging.services import drafting
from ens.messaging.services.receiving import is_usager
from ens.messaging.types import NOTHING_BEGUN, Begun
from ens.persistence import sql
from ens.persistence.unit import Unit, unit_of_work

_WHY = "un brouillon, que personne d'autre ne lit"


def begun_in(unit: Unit) -> Begun:
    """Inside a unit: what was begun, or nothing."""
    found = BegunMessage.objects.filter(usager_id=unit.usager_id).first()
    if found is None or not found.sealed_words:
        return NOTHING_BEGUN
    said = sealer(unit).open_json("nouveau message", found.id, found.sealed_words)
    return Begun(**{**said, "to": UUID(said["to"]) if said["to"] else None})


def version(begun: Begun) -> str:
    """Of what was begun, nothing included: what a page goes on from."""
    return drafting.version("" if begun == NOTHING_BEGUN else orjson.dumps(asdict(begun)).decode())


def keep(usager_id: UUID, begun: Begun, *, seen: str = "", token: str = "", by: Actor) -> None:
    """Keep what is being written; neither a word nor anybody chosen, and there is no draft.

    ``seen``: the ``version`` that the page goes on from; written on from another window, it is not replaced.
    ``token``: of the page's form; sent already, nothing is kept.
    Errors: ThreadNotFound (not the usager), SpaceAbsent, DraftElsewhere, ReplyTooLarge.
    """
    if len(begun.body) > drafting.MOST or len(begun.subject) + len(begun.pharmacy) > drafting.MOST:
        raise ReplyTooLarge()

    def act(unit: Unit) -> None:
        _check(unit)
        if token and is_sent(unit, conversation(unit, token)):
            return
        sql.execute(_HOLD, [unit.usager_id, new_id(), clock.now(), b""])
        rows = BegunMessage.objects.filter(usager_id=unit.usager_id)
        row = rows.select_for_update().get()  # two windows, in turn
        now = begun_in(unit)
        if seen and now not in (NOTHING_BEGUN, begun) and seen != version(now):
            raise DraftElsewhere()
        if not (begun.to or begun.subject.strip() or begun.body.strip()):
            discard_in(unit)
            return
        said = {**asdict(begun), "to": str(begun.to) if begun.to else ""}
        sealed = sealer(unit).seal_json("nouveau message", row.id, said)
        rows.update(saved_at=clock.now(), sealed_words=sealed)

    unit_of_work(usager_id, act, by=by)


# so that there is a row to wait on
_HOLD = """
INSERT INTO messaging_begunmessage (usager_id, id, saved_at, sealed_words) VALUES (%s, %s, %s, %s)
ON CONFLICT (usager_id) DO NOTHING
"""


def discard(usager_id: UUID, *, by: Actor) -> None:
    """It is not wanted any more. Errors: ThreadNotFound (not the usager), SpaceAbsent."""

    def act(unit: Unit) -> None:
        _check(unit)
        discard_in(unit)

    unit_of_work(usager_id, act, by=by)


def discard_in(unit: Unit) -> None:
    """Inside a unit: the message left, or is not wanted any more."""
    rows = BegunMessage.objects.filter(usager_id=unit.usager_id)
    rows._raw_delete(rows.db)


def _check(unit: Unit) -> None:
    events.message_sent(unit, None, attempt=True)
    if not is_usager(unit.by, unit.usager_id):
        raise ThreadNotFound()
    enrolment.check_open(unit)
    unit.untraced(_WHY)


def conversation(unit: Unit, token: str) -> UUID:
    """Of the conversation that a form begins: sent twice, it finds it."""
    return UUID(bytes=digest("conversation", unit.usager_id, token)[:16], version=4)


def is_sent(unit: Unit, thread_id: UUID) -> bool:
    return Message.objects.filter(usager_id=unit.usager_id, thread_id=thread_id).exists()
