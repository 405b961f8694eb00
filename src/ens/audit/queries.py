"""The trace as its usager reads it."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from ens.audit import events
from ens.audit.errors import HistoryNotYours
from ens.audit.ledger import PURPOSE, line_id
from ens.audit.models import AuditLine
from ens.audit.sentences import sentence
from ens.audit.types import DONE, Event, History, HistoryFilter, HistoryLine
from ens.coffre.services import sealer
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.persistence.unit import Unit, unit_of_work


def history(usager_id: UUID, which: HistoryFilter, *, by: Actor) -> History:
    """The usager's history, newest first; reading it is traced too. Errors: HistoryNotYours."""

    def act(unit: Unit) -> History:
        events.history_read(unit, attempt=True)
        if by.kind is not ActorKind.USAGER or by.usager_id != usager_id:
            raise HistoryNotYours()
        answer = lines(unit, which)
        events.history_read(unit)
        return answer

    return unit_of_work(usager_id, act, by=by)


def lines(unit: Unit, which: HistoryFilter) -> History:
    """Lines inside a unit already open, for pages that show a few beside something else."""
    rows = AuditLine.objects.filter(usager_id=unit.usager_id)
    if which.actor_kinds:
        rows = rows.filter(actor_kind__in=which.actor_kinds)
    if which.object_id:
        rows = rows.filter(object_id=which.object_id)
    if which.events:
        rows = rows.filter(event__in=[str(event) for event in which.events])
    if which.since:
        rows = rows.filter(at__gte=which.since)
    if which.until:
        rows = rows.filter(at__lte=which.until)
    total = rows.count()
    if which.before:
        rows = rows.filter(seq__lt=which.before)
    page = list(rows.order_by("-seq")[: which.limit + 1])
    shown = page[: which.limit]
    return History([_line(unit, row) for row in shown], total, shown[-1].seq if len(page) > which.limit else None)


def opened_lately(unit: Unit, object_id: UUID) -> bool:
    """Whether the unit's actor left a reading of this object in the last quarter of an hour."""
    since = datetime.now(UTC) + clock.offset() - timedelta(minutes=15)
    rows = AuditLine.objects.filter(
        usager_id=unit.usager_id,
        object_id=object_id,
        actor_id=unit.by.id,
        actor_kind=unit.by.kind,
        event=Event.DOCUMENT_READ,
        outcome=DONE,
        at__gte=since,
    )
    return bool(rows.exists())


def opened_by_actor(unit: Unit, object_ids: Iterable[UUID]) -> set[UUID]:
    """Those of these objects that the unit's actor read or downloaded, ever, by whatever door."""
    rows = AuditLine.objects.filter(
        usager_id=unit.usager_id,
        object_id__in=list(object_ids),
        actor_id=unit.by.id,
        actor_kind=unit.by.kind,
        event__in=(Event.DOCUMENT_READ, Event.DOCUMENT_DOWNLOADED),
        outcome=DONE,
    )
    return set(rows.values_list("object_id", flat=True).distinct())


def _line(unit: Unit, row: AuditLine) -> HistoryLine:
    inside: dict[str, Any] = sealer(unit).open_json(PURPOSE, line_id(unit.usager_id, row.seq), row.sealed)
    event = Event(row.event)
    return HistoryLine(
        number=row.seq,
        at=row.at,
        event=event,
        actor_kind=row.actor_kind,
        actor_id=row.actor_id,
        actor_name=inside["name"],
        actor_role=inside["role"],
        organisation=inside["organisation"],
        mode=row.mode,
        outcome=row.outcome,
        code=inside["code"],
        object_id=row.object_id,
        title=inside["title"],
        sentence=sentence(event, row.outcome, inside["title"], inside["facts"]),
        facts=inside["facts"],
    )
