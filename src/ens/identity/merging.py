"""The numbers of two registrations made one: who finds whom. The rule of when is ``enrolment.merging``'s."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from django.db import IntegrityError, transaction

from ens.identity.models import Matricule, MatriculeLookup, Merge, Usager
from ens.kernel import clock
from ens.kernel.actor import SYSTEM, Actor
from ens.kernel.ids import new_id
from ens.persistence.unit import Unit, unit_of_work


@dataclass(frozen=True, slots=True)
class Found:
    kept_id: UUID
    absorbed_id: UUID
    opposition_carried: bool
    undone: bool


def begin(kept_id: UUID, absorbed_id: UUID, *, by: Actor) -> UUID | None:
    """Write that a merge is wanted, with the numbers it moves; None when the absorbed one is in another."""
    digests = unit_of_work(absorbed_id, _digests, by=SYSTEM)
    merge = Merge(
        id=new_id(),
        kept_id=kept_id,
        absorbed_id=absorbed_id,
        digests=[digest.hex() for digest in digests],
        at=clock.now(),
        by_id=by.id[:80],
    )
    try:
        with transaction.atomic():
            merge.save(force_insert=True)
    except IntegrityError:
        return None
    return merge.id


def find(merge_id: UUID) -> Found | None:
    row = Merge.objects.filter(id=merge_id).first()
    return Found(row.kept_id, row.absorbed_id, row.opposition_carried, row.undone_at is not None) if row else None


def waiting() -> list[UUID]:
    """Merges cut short, to finish."""
    return list(Merge.objects.filter(done_at__isnull=True, undone_at__isnull=True).values_list("id", flat=True))


def move(merge_id: UUID) -> None:
    """From now on the absorbed one's numbers find the one kept."""
    row = Merge.objects.get(id=merge_id)
    _point(row, row.absorbed_id, row.kept_id)
    _mark(row.absorbed_id, row.kept_id)


def move_back(merge_id: UUID) -> None:
    row = Merge.objects.get(id=merge_id)
    _point(row, row.kept_id, row.absorbed_id)
    _mark(row.absorbed_id, None)


def carry_opposition(merge_id: UUID) -> None:
    """Say, before it is done, that the kept one opposes because the absorbed one did."""
    Merge.objects.filter(id=merge_id).update(opposition_carried=True)


def end(merge_id: UUID) -> bool:
    """Whether it ends now, and not before."""
    left = Merge.objects.filter(id=merge_id, done_at__isnull=True, undone_at__isnull=True)
    return bool(left.update(done_at=clock.now()))


def undo(merge_id: UUID, *, by: Actor) -> bool:
    standing = Merge.objects.filter(id=merge_id, undone_at__isnull=True)
    return bool(standing.update(undone_at=clock.now(), undone_by=by.id[:80]))


def abandon(merge_id: UUID, *, by: Actor) -> None:
    """Nothing moved: the absorbed one was activated meanwhile."""
    undo(merge_id, by=by)


def _digests(unit: Unit) -> list[bytes]:
    unit.untraced("les empreintes des matricules, sans eux")
    return [bytes(one) for one in Matricule.objects.filter(usager_id=unit.usager_id).values_list("digest", flat=True)]


def _point(row: Merge, before: UUID, after: UUID) -> None:
    digests = [bytes.fromhex(one) for one in row.digests]
    MatriculeLookup.objects.filter(digest__in=digests, usager_id=before).update(usager_id=after)


def _mark(usager_id: UUID, kept_id: UUID | None) -> None:
    def act(unit: Unit) -> None:
        unit.untraced("dit par l'acte qui réunit ou sépare")
        Usager.objects.filter(usager_id=usager_id).update(merged_into=kept_id)

    unit_of_work(usager_id, act, by=SYSTEM)
