"""The queue of doubts, for humans: nothing in it is ever decided by itself."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from ens.audit import events
from ens.coffre.keyring import search_key
from ens.identity import queries
from ens.identity.errors import AlreadyDecided, DoubtUnknown
from ens.identity.models import Doubt
from ens.identity.population import changes
from ens.identity.population.columns import Declaration
from ens.identity.population.reading import declaration_digest
from ens.identity.population.reasons import sentence
from ens.identity.types import Traits
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.persistence.unit import Unit, unit_of_work

SAME, DISTINCT, ACCEPTED, DISMISSED = "meme_personne", "personnes_distinctes", "ligne_acceptee", "ligne_ecartee"


@dataclass(frozen=True, slots=True)
class OpenDoubt:
    """A question asked: ``other_id`` when it is about two people; ``has_line`` when a line was set aside."""

    id: UUID
    kind: str
    usager_id: UUID
    other_id: UUID | None
    since: datetime
    line: int | None
    has_line: bool

    @property
    def sentence(self) -> str:
        return sentence(self.kind)


@dataclass(frozen=True, slots=True)
class Compared:
    """What a human needs to decide: the traits of each, and the line set aside."""

    doubt: OpenDoubt
    usager: Traits
    other: Traits | None
    line: Declaration | None


def waiting(limit: int = 50, *, after: UUID | None = None) -> list[OpenDoubt]:
    """Open doubts, the oldest first."""
    rows = Doubt.objects.filter(decided_at__isnull=True)
    if after is not None:
        rows = rows.filter(id__gt=after)
    return [_told(row) for row in rows.order_by("since", "id")[:limit]]


def count() -> int:
    return Doubt.objects.filter(decided_at__isnull=True).count()


def compare(doubt_id: UUID, *, by: Actor) -> Compared:
    """Both identities, each reading left in the person's history. Errors: DoubtUnknown."""
    row = _row(doubt_id)
    other = _read(row.other_id, by) if row.other_id else None
    line = _declared(row).opened() if row.sealed else None
    return Compared(_told(row), _read(row.usager_id, by), other, line)


def open_one(doubt_id: UUID) -> OpenDoubt:
    """Errors: DoubtUnknown, AlreadyDecided."""
    return _told(_undecided(doubt_id))


def accept_line(doubt_id: UUID, *, by: Actor) -> None:
    """The line set aside is right: it is applied under the actor's name. Errors: DoubtUnknown, AlreadyDecided."""
    row = _undecided(doubt_id)
    if row.sealed is None:
        raise DoubtUnknown()
    changes.accept(row.usager_id, _declared(row), by=by)
    decide(doubt_id, ACCEPTED, by=by)


def dismiss_line(doubt_id: UUID, *, by: Actor) -> None:
    """The line set aside is wrong: nothing changes, and the same line asks no more."""
    row = _undecided(doubt_id)
    if row.sealed is None:
        raise DoubtUnknown()
    changes.dismiss(row.usager_id, _declared(row), by=by)
    decide(doubt_id, DISMISSED, by=by)


def tell_apart(doubt_id: UUID, *, by: Actor) -> None:
    """Two people indeed. Errors: DoubtUnknown, AlreadyDecided."""
    _undecided(doubt_id)
    decide(doubt_id, DISTINCT, by=by)


def decide(doubt_id: UUID, decision: str, *, by: Actor) -> None:
    """Keep who decided what and when, once."""
    Doubt.objects.filter(id=doubt_id, decided_at__isnull=True).update(
        decision=decision, decided_at=clock.now(), decided_by=by.id[:80]
    )


def _row(doubt_id: UUID) -> Doubt:
    row = Doubt.objects.filter(id=doubt_id).first()
    if row is None:
        raise DoubtUnknown()
    return row


def _undecided(doubt_id: UUID) -> Doubt:
    row = _row(doubt_id)
    if row.decided_at is not None:
        raise AlreadyDecided()
    return row


def _declared(row: Doubt) -> changes.Declared:
    assert row.lot_id and row.candidate_id and row.sealed is not None
    line = changes.Declared(row.lot_id, row.line or 0, row.candidate_id, bytes(row.sealed), b"")
    return replace(line, digest=declaration_digest(search_key(), line.opened().packed()))


def _told(row: Doubt) -> OpenDoubt:
    return OpenDoubt(row.id, row.kind, row.usager_id, row.other_id, row.since, row.line, row.sealed is not None)


def _read(usager_id: UUID, by: Actor) -> Traits:
    def act(unit: Unit) -> Traits:
        events.profile_read(unit)
        return queries.traits(unit)

    return unit_of_work(usager_id, act, by=by)
