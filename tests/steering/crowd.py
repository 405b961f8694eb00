"""Many people noticed set-wise, who then choose: figures worth looking at, without an identity behind them."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from ens.enrolment import daily, lots
from ens.enrolment.models import Lot
from ens.enrolment.types import EventKind


def noticed(
    count: int,
    departement: str,
    *,
    at: datetime,
    channel: str = "courrier",
    wave_id: UUID | None = None,
    variant: str = "",
) -> list[UUID]:
    """A lot of so many people, sent."""
    ids = sorted(uuid4() for _ in range(count))
    lot = Lot.objects.create(
        people=ids, count=count, channel=channel, departement=departement, wave_id=wave_id, variant=variant, made_at=at
    )
    assert lots.sent(lot.id, at=at, delay=timedelta(days=42)) == count
    return ids


def happened(ids: list[UUID], kind: EventKind, *, at: datetime, rank: int = 2) -> None:
    """The same event for each of these people, as their own act would leave it."""
    from django.db import connections

    with connections["batch"].cursor() as cursor:
        cursor.execute(
            "INSERT INTO enrolment_event (usager_id, rank, kind, at, channel, by_kind) "
            "SELECT usager_id, %s, %s, %s, '', 'usager' FROM unnest(%s::uuid[]) AS p (usager_id)",
            [rank, kind, at, ids],
        )
        cursor.execute(
            "INSERT INTO enrolment_moved (id, usager_id, rank) "
            "SELECT gen_random_uuid(), usager_id, %s FROM unnest(%s::uuid[]) AS p (usager_id)",
            [rank, ids],
        )


def steerer(*, everywhere: bool = False, departements: tuple[str, ...] = (), opens_events: bool = False, **dates):
    """An account that steers."""
    from ens.access import mandates
    from ens.identity.services import create_compte
    from ens.kernel.actor import SYSTEM

    compte = create_compte(f"pilote-{uuid4()}", name="Camille Morel", role="pilotage")
    mandates.give(
        compte.id, everywhere=everywhere, departements=departements, opens_events=opens_events, by=SYSTEM, **dates
    )
    return compte


def pilot(at: datetime) -> None:
    """Three départements, in the proportions of the pilot; Ardèche, where a figure is small."""
    for departement, people, activated, opposed in (
        ("31", 1_400, 280, 37), ("44", 1_420, 256, 35), ("80", 566, 89, 14), ("07", 120, 15, 4),
    ):  # fmt: skip
        by_email = noticed(people * 3 // 4, departement, at=at, channel="email", variant="A")
        by_post = noticed(people - len(by_email), departement, at=at + timedelta(days=3), variant="B")
        everyone = by_email + by_post
        happened(everyone[:activated], EventKind.ACTIVATED, at=at + timedelta(days=9))
        happened(everyone[-opposed:], EventKind.OPPOSED, at=at + timedelta(days=12))
    daily.refresh()
