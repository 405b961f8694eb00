"""Which conversations the usager asks for: by what they are, and by the words their messages hold.

Nothing of a message is indexed in clear: its head is opened and looked at, some thirty microseconds each. Three
thousand conversations take less than a tenth of a second (decision 0023).
"""

from __future__ import annotations

import re
from uuid import UUID

from django.db.models import Exists, OuterRef, QuerySet
from django.db.models.expressions import RawSQL

from ens.coffre.services import sealer
from ens.messaging import queries
from ens.messaging.models import Attachment, Correspondent, Draft, Message, Thread
from ens.messaging.types import INCOMING, Box, MailboxFilter
from ens.messaging.words import folded
from ens.persistence import sql
from ens.persistence.unit import Unit

MOST_MESSAGES = 20_000  # looked at for one search, the newest
_TAG = re.compile(r"<[^>]*>")


def asked(unit: Unit, which: MailboxFilter) -> QuerySet[Thread]:
    """The conversations of a filter, newest first, before their page is cut."""
    threads = _of_box(unit, which.box)
    if not which.text.split():
        return threads
    # one parameter, however many are found: thousands of them cost a third of the page, written twice
    found = RawSQL("SELECT unnest(%s::uuid[])", [_holding(unit, which.text)])
    return threads.filter(id__in=found)


def _of_box(unit: Unit, box: Box) -> QuerySet[Thread]:
    here = queries.newest(unit)
    messages = Message.objects.filter(usager_id=unit.usager_id, thread_id=OuterRef("id"))
    if box is Box.TRASH:
        return Thread.objects.filter(usager_id=unit.usager_id).exclude(trashed_at=None).order_by("-trashed_at", "-id")
    if box is Box.UNREAD:
        return here.filter(unread__gt=0)
    if box is Box.DRAFTS:
        return here.filter(Exists(Draft.objects.filter(usager_id=unit.usager_id, thread_id=OuterRef("id"))))
    if box is Box.FILES:
        joined = Attachment.objects.filter(usager_id=unit.usager_id).values("message_id")
        return here.filter(Exists(messages.filter(id__in=joined)))
    if box is Box.ENDED:  # somebody wrote, and with all who did one side ended it
        people = Correspondent.objects.filter(usager_id=unit.usager_id)
        wrote = messages.filter(direction=INCOMING, is_system=False).exclude(correspondent_id=None)
        still = wrote.filter(correspondent_id__in=people.filter(ended_at=None, refused_at=None).values("id"))
        return here.filter(Exists(wrote), ~Exists(still))
    return here


def _holding(unit: Unit, text: str) -> list[UUID]:
    """The conversations of which a message holds all the words: subject, who wrote, text, names of its files."""
    words = [folded(word) for word in text.split()]
    names = _names(unit)
    found: dict[UUID, None] = {}
    for thread_id, message_id, sealed in sql.rows(_HEADS, [unit.usager_id, MOST_MESSAGES]):
        if thread_id in found:
            continue
        head = sealer(unit).open_json("message", message_id, sealed)
        parts = (head["subject"], head["from_label"], head["text"], _TAG.sub(" ", head["html"]))
        said = folded("\n".join((*parts, *names.get(message_id, ()))))
        if all(word in said for word in words):
            found[thread_id] = None
    return list(found)


_HEADS = "SELECT thread_id, id, sealed_head FROM messaging_message WHERE usager_id = %s ORDER BY at DESC LIMIT %s"
_NAMES = "SELECT message_id, id, sealed_name FROM messaging_attachment WHERE usager_id = %s LIMIT %s"


def _names(unit: Unit) -> dict[UUID, list[str]]:
    names: dict[UUID, list[str]] = {}
    for message_id, key, sealed in sql.rows(_NAMES, [unit.usager_id, MOST_MESSAGES]):
        names.setdefault(message_id, []).append(sealer(unit).open("piece", key, sealed).decode())
    return names
