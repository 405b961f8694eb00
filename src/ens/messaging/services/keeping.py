"""What the usager does with a conversation: the trash and back, a copy to keep.

In the trash, a conversation is deleted for good after ``TRASH_DAYS``; until then it is taken back as it was, and it
comes back by itself when somebody writes in it again.
"""

from __future__ import annotations

import re
import time
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from uuid import UUID

from ens.audit import events
from ens.audit.types import Event
from ens.coffre import store
from ens.coffre.services import CONTENT, sealer
from ens.enrolment import queries as enrolment
from ens.kernel import clock
from ens.kernel.actor import SYSTEM, Actor
from ens.messaging import queries
from ens.messaging.errors import ThreadNotFound
from ens.messaging.models import Acknowledgement, Attachment, Draft, DraftFile, Message, Thread
from ens.messaging.services.receiving import is_usager
from ens.messaging.types import OpenedAttachment
from ens.persistence import locator, outbox
from ens.persistence.locator import locate
from ens.persistence.unit import Unit, unit_of_work

OUTBOX_KIND = "corbeille"
TRASH_DAYS = 30
_FROM = re.compile(rb"^(>*From )", re.MULTILINE)


def thread_in(unit: Unit, thread_id: UUID) -> Thread:
    """A conversation of the unit's usager, who acts. Errors: ThreadNotFound, SpaceAbsent."""
    if not is_usager(unit.by, unit.usager_id):
        raise ThreadNotFound()
    enrolment.check_open(unit)
    found = Thread.objects.filter(usager_id=unit.usager_id, id=thread_id).first()
    if found is None:
        raise ThreadNotFound()
    return found


# -- the trash ------------------------------------------------------------------------------------------------------


def trash(thread_id: UUID, *, by: Actor) -> None:
    """Put a conversation in the trash; there already, it stays. Errors: NobodyThere, ThreadNotFound, SpaceAbsent."""

    def act(unit: Unit) -> None:
        events.conversation_moved(unit, Event.CONVERSATION_TRASHED, thread_id, attempt=True)
        thread = thread_in(unit, thread_id)
        now = clock.now()
        rows = Thread.objects.filter(usager_id=unit.usager_id, id=thread.id, trashed_at=None)
        if not rows.update(trashed_at=now):
            unit.untraced("déjà à la corbeille : rien n'a changé")
            return
        outbox.put(unit, OUTBOX_KIND, thread.id, due_at=datetime.now(UTC) + timedelta(days=TRASH_DAYS))
        events.conversation_moved(unit, Event.CONVERSATION_TRASHED, thread.id, title=queries.subject(unit, thread))

    unit_of_work(locate(thread_id), act, by=by)


def restore(thread_id: UUID, *, by: Actor) -> None:
    """Take it back, as it was. Errors: as ``trash``."""

    def act(unit: Unit) -> None:
        events.conversation_moved(unit, Event.CONVERSATION_RESTORED, thread_id, attempt=True)
        thread = thread_in(unit, thread_id)
        rows = Thread.objects.filter(usager_id=unit.usager_id, id=thread.id).exclude(trashed_at=None)
        if not rows.update(trashed_at=None):
            unit.untraced("pas à la corbeille : rien n'a changé")
            return
        events.conversation_moved(unit, Event.CONVERSATION_RESTORED, thread.id, title=queries.subject(unit, thread))

    unit_of_work(locate(thread_id), act, by=by)


def delete_trashed(thread_id: UUID, *, by: Actor) -> None:
    """For good, at once, from the trash only. Errors: as ``trash``; ThreadNotFound when it is not there."""
    usager_id = locate(thread_id)

    def act(unit: Unit) -> None:
        events.conversation_moved(unit, Event.CONVERSATION_DELETED, thread_id, attempt=True)
        thread = thread_in(unit, thread_id)
        if thread.trashed_at is None:
            raise ThreadNotFound()
        _delete(unit, thread)

    unit_of_work(usager_id, act, by=by)


def empty_when_due(usager_id: UUID, thread_id: UUID) -> None:
    """What the worker does at the end of the delay: nothing, when it was taken back or put there again since."""

    def act(unit: Unit) -> None:
        thread = Thread.objects.filter(usager_id=unit.usager_id, id=thread_id).first()
        limit = clock.now() - timedelta(days=TRASH_DAYS) + timedelta(hours=1)
        if thread is None or thread.trashed_at is None or thread.trashed_at > limit:
            unit.untraced("reprise de la corbeille, ou jetée de nouveau : rien n'est supprimé")
            return
        _delete(unit, thread)

    unit_of_work(usager_id, act, by=SYSTEM)


def _delete(unit: Unit, thread: Thread) -> None:
    """Its rows, and what finds its contents: contents that nothing finds are swept from the store (decision 0021)."""
    title = queries.subject(unit, thread)
    rows = {"usager_id": unit.usager_id}
    messages = Message.objects.filter(**rows, thread_id=thread.id)
    found = list(messages.values_list("id", "raw_id"))
    ids = [message for message, _ in found]
    pieces = Attachment.objects.filter(**rows, message_id__in=ids)
    begun = DraftFile.objects.filter(**rows, thread_id=thread.id)
    files = [*begun.values_list("id", flat=True), *pieces.values_list("id", flat=True)]
    keys = [thread.id, *files, *(key for pair in found for key in pair)]
    for asked in (
        Draft.objects.filter(**rows, thread_id=thread.id),
        begun,
        Acknowledgement.objects.filter(**rows, message_id__in=ids),
        pieces,
        messages,
        Thread.objects.filter(**rows, id=thread.id),
    ):
        asked._raw_delete(asked.db)
    locator.remove(keys)
    events.conversation_moved(unit, Event.CONVERSATION_DELETED, thread.id, title=title)


# -- a copy to keep -------------------------------------------------------------------------------------------------


def export(thread_id: UUID, *, by: Actor) -> OpenedAttachment:
    """The messages of a conversation as they came and left, in one mbox file. Errors: as ``trash``.

    Source: RFC 4155; lines that begin with « From » take one « > » more (mboxrd), so that reading gives them back.
    """

    def act(unit: Unit) -> OpenedAttachment:
        events.conversation_moved(unit, Event.MESSAGES_EXPORTED, thread_id, attempt=True)
        thread = thread_in(unit, thread_id)
        title = queries.subject(unit, thread)
        rows = Message.objects.filter(usager_id=unit.usager_id, thread_id=thread.id).order_by("at", "id")
        parts = []
        for message in rows:
            raw = sealer(unit).open(CONTENT, message.raw_id, store.get(message.raw_id)).replace(b"\r\n", b"\n")
            parts.append(_separator(raw, message.at) + _FROM.sub(rb">\1", raw).rstrip(b"\n") + b"\n\n")
        events.conversation_moved(unit, Event.MESSAGES_EXPORTED, thread.id, title=title)
        return OpenedAttachment(b"".join(parts), "application/mbox", f"{title[:60]}.mbox")

    return unit_of_work(locate(thread_id), act, by=by)


def _separator(raw: bytes, at: datetime) -> bytes:
    sender = message_from_bytes(raw[:20_000], policy=policy.compat32).get("From", "")
    address = re.search(r"[^\s<>@]+@[^\s<>@]+", str(sender))
    whose = address[0] if address else "MAILER-DAEMON"
    return f"From {whose} {time.asctime(at.utctimetuple())}\n".encode("ascii", "replace")
