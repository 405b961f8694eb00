"""A former DMP: kept sealed when it comes, taken over when the space opens, erased when its holder refuses it.

Nothing of it can be seen before: not by its holder, not by a professional. It is taken over in one unit: the blocks
first, then the documents, masked as they were, so that no one reads in between what was closed to them.
"""

from __future__ import annotations

from uuid import UUID

import orjson

from ens.access import services as access
from ens.audit import events
from ens.audit import services as audit
from ens.audit.errors import HistoryNotYours
from ens.audit.types import Event
from ens.coffre import store
from ens.coffre.services import CONTENT, sealer
from ens.enrolment import queries as enrolment
from ens.enrolment import waiting
from ens.enrolment.types import State
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.ids import new_id
from ens.persistence import locator, outbox
from ens.persistence.unit import Unit, unit_of_work
from ens.record.digests import content_digest
from ens.record.errors import (
    AlreadyReplaced,
    DocumentDifferent,
    FormerDmpTaken,
    FormerDmpUnwanted,
    RelatesToUnknown,
    ReplacementNotAllowed,
)
from ens.record.former.documents import deposits
from ens.record.former.types import Counts, FormerDmpView, Rest
from ens.record.judging import judge
from ens.record.models import Document, FormerDmp
from ens.record.services.filing import Filing
from ens.record.services.identifiers import find_by_unique_ids
from ens.record.services.replacement import render_again
from ens.record.types import SubmissionDeposit

OUTBOX_KIND = "ancien_dmp"
TAKER = Actor(ActorKind.SYSTEME, "ancien-dmp", "Votre ancien DMP")
RECEIVED, KNOWN, WAITING, TAKEN, ABSENT = "recu", "connu", "attend", "repris", "absent"
PER_PAGE = 50
_PURPOSE = "ancien-dmp"
_UNWANTED = (State.OPPOSED, State.CLOSED, State.MERGED, State.DELETED)
_LEFT = (DocumentDifferent, AlreadyReplaced, RelatesToUnknown, ReplacementNotAllowed)


def receive(usager_id: UUID, archive: bytes | None, rest: Rest, counts: Counts, *, by: Actor) -> str:
    """Keep it until the space opens; now, when it is open already. ``RECEIVED``, or ``KNOWN``: the same, again.

    Another delivery replaces the one that still waits. Errors: FormerDmpUnwanted, FormerDmpTaken, StoreUnavailable.
    """
    said = orjson.dumps({"told": counts.as_json(), **rest.as_json()})

    def act(unit: Unit) -> tuple[str, UUID | None]:
        events.former_dmp(unit, Event.DMP_RECEIVED, attempt=True)
        state = enrolment.state(unit)
        if state in _UNWANTED:
            raise FormerDmpUnwanted()
        digest = content_digest(usager_id, said + (archive or b""))
        known = _row(unit)
        if known is not None and bytes(known.digest) == digest:
            unit.untraced("déjà reçu : rien n'a changé")
            if known.taken_at is None:
                _plan(unit, known.id, state)
            return KNOWN, None
        if known is not None and known.taken_at is not None:
            raise FormerDmpTaken()
        former = _remove(unit, known) if known is not None else None
        row = FormerDmp(
            usager_id=usager_id,
            id=new_id(),
            digest=digest,
            archive_id=new_id() if archive is not None else None,
            received_at=unit.now,
        )
        row.sealed = sealer(unit).seal(_PURPOSE, row.id, said)
        row.save(force_insert=True)
        if row.archive_id is not None and archive is not None:
            _keep(unit, row.archive_id, archive)
        _plan(unit, row.id, state)
        events.former_dmp(unit, Event.DMP_RECEIVED)
        return RECEIVED, former

    done, former = unit_of_work(usager_id, act, by=by)
    if former is not None:
        store.delete(former)
    return done


def take_over(usager_id: UUID, former_id: UUID) -> None:
    """What waited enters the space, now that it is open; refused or closed, it is erased. Safe to repeat.

    Errors: StoreUnavailable, ContentDamaged.
    """

    def act(unit: Unit) -> UUID | None:
        row = _row(unit)
        state = enrolment.state(unit)
        if row is None or row.id != former_id or row.taken_at is not None:
            unit.untraced("déjà fait, ou remplacé")
            return None
        if state in _UNWANTED:
            events.former_dmp(unit, Event.DMP_DROPPED)
            return _remove(unit, row)
        if not state.is_open:
            waiting.keep(unit, OUTBOX_KIND, row.id)
            unit.untraced("l'espace n'est pas ouvert : rien n'est encore repris")
            return None
        said = sealer(unit).open_json(_PURPOSE, row.id, row.sealed)
        rest, archive_id = Rest.of(said), row.archive_id
        held = access.take_over(unit, rest.access)
        filed, masked = _file(unit, archive_id, rest) if archive_id else (0, 0)
        taken = Counts(filed, masked, held, len(rest.history))
        row.sealed = sealer(unit).seal_json(_PURPOSE, row.id, {**said, "taken": taken.as_json()})
        row.archive_id, row.taken_at = None, unit.now
        row.save(update_fields=("sealed", "archive_id", "taken_at"))
        if archive_id:
            locator.remove([archive_id])
        events.former_dmp(unit, Event.DMP_TAKEN, counts=taken.as_json())
        return archive_id

    left = unit_of_work(usager_id, act, by=TAKER)
    if left is not None:
        store.delete(left)


def standing(usager_id: UUID, *, by: Actor) -> tuple[str, Counts, Counts]:
    """Where a takeover stands, for who reconciles it: the state, what was told, what was taken. Counts alone."""

    def act(unit: Unit) -> tuple[str, Counts, Counts]:
        unit.untraced("des comptes, sans rien de ce qu'ils comptent")
        row = _row(unit)
        if row is None:
            return ABSENT, Counts(), Counts()
        told, taken = _counts(sealer(unit).open_json(_PURPOSE, row.id, row.sealed))
        return (TAKEN if row.taken_at else WAITING), told, taken

    return unit_of_work(usager_id, act, by=by)


def shown(usager_id: UUID, page: int, *, by: Actor) -> FormerDmpView | None:
    """What its holder sees of it, and the former history, newest first; None when nothing was taken over.

    Errors: HistoryNotYours.
    """

    def act(unit: Unit) -> FormerDmpView | None:
        events.history_read(unit, attempt=True)
        if by.kind is not ActorKind.USAGER or by.usager_id != usager_id:
            raise HistoryNotYours()
        events.history_read(unit)
        row = _row(unit)
        if row is None or row.taken_at is None:
            return None
        said = sealer(unit).open_json(_PURPOSE, row.id, row.sealed)
        told, taken = _counts(said)
        lines = sorted(Rest.of(said).history, key=lambda line: line.at, reverse=True)
        first = (page - 1) * PER_PAGE
        return FormerDmpView(
            row.received_at, row.taken_at, told, taken, lines[first : first + PER_PAGE], total=len(lines)
        )

    return unit_of_work(usager_id, act, by=by)


def _row(unit: Unit) -> FormerDmp | None:
    return FormerDmp.objects.select_for_update().filter(usager_id=unit.usager_id).first()


def _counts(said: dict[str, dict[str, int]]) -> tuple[Counts, Counts]:
    return Counts(**said["told"]), Counts(**said.get("taken", {}))


def _plan(unit: Unit, former_id: UUID, state: State) -> None:
    if state.is_open:
        outbox.put(unit, OUTBOX_KIND, former_id)
    else:
        waiting.keep(unit, OUTBOX_KIND, former_id)


def _keep(unit: Unit, archive_id: UUID, archive: bytes) -> None:
    unit.on_abandon(lambda: store.delete(archive_id))
    store.put(archive_id, sealer(unit).seal(CONTENT, archive_id, archive))
    unit.register_locator([archive_id])


def _remove(unit: Unit, row: FormerDmp) -> UUID | None:
    """Its row; and its archive's place, for who deletes the content once this is committed."""
    FormerDmp.objects.filter(usager_id=unit.usager_id, id=row.id).delete()
    archive_id: UUID | None = row.archive_id
    if archive_id is not None:
        locator.remove([archive_id])
    return archive_id


def _file(unit: Unit, archive_id: UUID, rest: Rest) -> tuple[int, int]:
    """How many documents are on record now, and how many of them masked as they were.

    One that was filed since under the same identifier with another content is left, and the counts say so.
    """
    archive = sealer(unit).open(CONTENT, archive_id, store.get(archive_id))
    documents = deposits(archive)
    judged = [judge(one) for one in documents]
    filing = Filing(unit, SubmissionDeposit(tuple(documents), is_former=True), judged)
    filed, keys = 0, []
    for place in filing.order():
        try:
            done = filing.file(place)
        except _LEFT:
            continue
        filed += 1
        keys += [done.document_id, done.binary_id] if done.created else []
    filing.write()
    if keys:
        unit.register_locator(keys)
    return filed, _mask(unit, rest.masks)


def _mask(unit: Unit, unique_ids: tuple[str, ...]) -> int:
    count = 0
    for unique_id in unique_ids:
        for document in find_by_unique_ids(unit, [unique_id]):
            count += 1
            for version in Document.objects.filter(usager_id=unit.usager_id, logical_id=document.logical_id):
                if not version.is_masked:
                    version.is_masked = True
                    render_again(unit, version)
                    events.document_masked(unit, version.id)
    if count:
        audit.rights_changed(unit)
    return count
