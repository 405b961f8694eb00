"""An answer begun: its text and its files, sealed, one a conversation, until it is sent or discarded (N077, N078).

Nobody else reads it, so it leaves no trace. A file is kept as soon as it is joined: what is sent is the files that the
page showed, by their ids, or nothing.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from django.db.models import QuerySet

from ens.audit import events
from ens.coffre import store
from ens.coffre.keyring import digest
from ens.coffre.services import CONTENT, sealer
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.kernel.ids import new_id
from ens.messaging.errors import DraftChanged, DraftElsewhere, ReplyTooLarge, TooManyFiles
from ens.messaging.models import Draft, DraftFile, Message, Thread
from ens.messaging.services import screening
from ens.messaging.services.keeping import thread_in
from ens.messaging.types import FILES_MAX_BYTES, FILES_MOST, File, KeptFile
from ens.messaging.words import clean_name
from ens.persistence import locator, sql
from ens.persistence.locator import locate
from ens.persistence.unit import Unit, unit_of_work

MOST = 20_000  # characters


def save_draft(
    thread_id: UUID,
    body: str,
    files: tuple[File, ...] = (),
    *,
    without: UUID | None = None,
    seen: str = "",
    token: str = "",
    by: Actor,
) -> list[KeptFile]:
    """Keep what is being written, with these files too, and ``without`` that one; all that is kept now.

    Neither a word nor a file, and there is no draft. ``seen``: the ``version`` of the draft that the page goes on from;
    written on from another window, it is not replaced. ``token``: of the page's form; sent already, nothing is kept.

    Errors: NobodyThere, ThreadNotFound, SpaceAbsent, DraftElsewhere, ReplyTooLarge, TooManyFiles, FileRunsAlone,
    MessageInfected, AntivirusSilent.
    """
    if len(body) > MOST:
        raise ReplyTooLarge()
    screening.check_leaving(files)

    def act(unit: Unit) -> list[KeptFile]:
        events.message_sent(unit, None, attempt=True)
        thread = thread_in(unit, thread_id)
        unit.untraced("un brouillon, que personne d'autre ne lit")
        Thread.objects.select_for_update().get(usager_id=unit.usager_id, id=thread.id)  # two windows, in turn
        if token and Message.objects.filter(usager_id=unit.usager_id, dedupe_digest=form(unit, thread.id, token)):
            return files_in(unit, thread.id)
        now = draft(unit, thread.id)
        if seen and now and now != body and seen != version(now):
            raise DraftElsewhere()
        if without is not None:
            _remove(DraftFile.objects.filter(usager_id=unit.usager_id, thread_id=thread.id, id=without))
        if not body.strip() and not files and not files_in(unit, thread.id):
            discard(unit, thread.id)
            return []
        known = Draft.objects.filter(usager_id=unit.usager_id, thread_id=thread.id).values_list("id", flat=True).first()
        key = known or new_id()
        sealed = sealer(unit).seal("brouillon", key, body.encode())
        sql.execute(_SAVE, [unit.usager_id, key, thread.id, clock.now(), sealed])
        kept = files_in(unit, thread.id)
        weight = sum(one.size for one in kept) + sum(len(one.data) for one in files)
        if len(kept) + len(files) > FILES_MOST:
            raise TooManyFiles(most=FILES_MOST)
        if weight > FILES_MAX_BYTES:
            raise ReplyTooLarge()
        return [*kept, *(_keep(unit, thread.id, one) for one in files)]

    return unit_of_work(locate(thread_id), act, by=by)


_SAVE = """
INSERT INTO messaging_draft (usager_id, id, thread_id, saved_at, sealed_body) VALUES (%s, %s, %s, %s, %s)
ON CONFLICT (usager_id, thread_id) DO UPDATE
SET id = EXCLUDED.id, saved_at = EXCLUDED.saved_at, sealed_body = EXCLUDED.sealed_body
"""


def version(body: str) -> str:
    """Of a draft's words, nothing written included: what a page goes on from."""
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def form(unit: Unit, thread_id: UUID, token: str) -> bytes:
    """What an answer sent from a page's form is found again by."""
    return digest("reponse", unit.usager_id, thread_id, token)


def _keep(unit: Unit, thread_id: UUID, file: File) -> KeptFile:
    row = DraftFile(
        usager_id=unit.usager_id, id=new_id(), thread_id=thread_id, size=len(file.data), saved_at=clock.now()
    )
    name = clean_name(file.name) or "piece-jointe"
    row.sealed_name = sealer(unit).seal("piece de brouillon", row.id, name.encode())
    sql.insert(row)
    unit.on_abandon(lambda: store.delete(row.id))
    store.put(row.id, sealer(unit).seal(CONTENT, row.id, file.data))
    unit.register_locator([row.id])
    return KeptFile(row.id, name, row.size)


def discard_draft(thread_id: UUID, *, by: Actor) -> None:
    """What was begun is not wanted any more. Errors: NobodyThere, ThreadNotFound, SpaceAbsent."""

    def act(unit: Unit) -> None:
        events.message_sent(unit, None, attempt=True)
        thread = thread_in(unit, thread_id)
        unit.untraced("un brouillon, que personne d'autre ne lit")
        discard(unit, thread.id)

    unit_of_work(locate(thread_id), act, by=by)


def discard(unit: Unit, thread_id: UUID) -> None:
    """Inside a unit: the answer left, or is not wanted any more. Its contents are swept (decision 0021)."""
    rows = Draft.objects.filter(usager_id=unit.usager_id, thread_id=thread_id)
    rows._raw_delete(rows.db)
    _remove(DraftFile.objects.filter(usager_id=unit.usager_id, thread_id=thread_id))


def _remove(rows: QuerySet[DraftFile]) -> None:
    ids = list(rows.values_list("id", flat=True))
    if ids:
        rows._raw_delete(rows.db)
        locator.remove(ids)


def kept_files(thread_id: UUID, *, by: Actor) -> list[KeptFile]:
    """The files of what was begun. Errors: NobodyThere, ThreadNotFound, SpaceAbsent."""

    def act(unit: Unit) -> list[KeptFile]:
        events.message_sent(unit, None, attempt=True)
        unit.untraced("un brouillon, que personne d'autre ne lit")
        return files_in(unit, thread_in(unit, thread_id).id)

    return unit_of_work(locate(thread_id), act, by=by)


def draft(unit: Unit, thread_id: UUID) -> str:
    """Inside a unit: what was begun, or nothing."""
    found = Draft.objects.filter(usager_id=unit.usager_id, thread_id=thread_id).first()
    return sealer(unit).open("brouillon", found.id, found.sealed_body).decode() if found else ""


def files_in(unit: Unit, thread_id: UUID) -> list[KeptFile]:
    """Inside a unit: the files of what was begun, in the order they were joined."""
    rows = DraftFile.objects.filter(usager_id=unit.usager_id, thread_id=thread_id).order_by("saved_at", "id")
    return [
        KeptFile(row.id, sealer(unit).open("piece de brouillon", row.id, row.sealed_name).decode(), row.size)
        for row in rows
    ]


def opened(unit: Unit, thread_id: UUID, wanted: tuple[UUID, ...]) -> tuple[File, ...]:
    """Inside a unit: these files of what was begun, to be sent. Errors: DraftChanged, one of them is not there."""
    kept = {one.id: one for one in files_in(unit, thread_id)} if wanted else {}
    if not kept.keys() >= set(wanted):
        raise DraftChanged()
    return tuple(File(kept[one].name, sealer(unit).open(CONTENT, one, store.get(one))) for one in dict.fromkeys(wanted))
