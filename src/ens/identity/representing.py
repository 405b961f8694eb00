"""Who acts for a child: two accounts at most, until the eighteenth birthday.

The day is kept with the tie, so that access ends with it whether or not anything runs that day.
Sources: FEATURES N024, N032; Code civil, 388.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from django.db.models import Q

from ens.identity.errors import TooManyManagers
from ens.identity.models import Compte, Rattachement
from ens.kernel import clock
from ens.persistence import sql

MANAGERS = 2  # accounts that may show a child's space (N024)


@dataclass(frozen=True, slots=True)
class Tie:
    """Of an account, of that name, to a child who comes of age."""

    id: UUID
    usager_id: UUID
    ends_on: date
    is_told: bool
    name: str


def in_force() -> Q:
    """The ties that hold now."""
    now = datetime.now(UTC)
    return Q(since__lte=now) & (Q(until=None) | Q(until__gt=now)) & (Q(ends_on=None) | Q(ends_on__gt=clock.today()))


# The same for one account, asked at each request of who is signed in; a test holds both equal.
_TIES = """
SELECT usager_id, role FROM identity_rattachement
WHERE compte_id = %s AND since <= %s AND (until IS NULL OR until > %s) AND (ends_on IS NULL OR ends_on > %s)
"""


def ties_in_force(compte_id: UUID) -> list[tuple[UUID, str]]:
    """Whose spaces an account shows now, and as what."""
    now = datetime.now(UTC)
    return [(usager_id, role) for usager_id, role in sql.rows(_TIES, [compte_id, now, now, clock.today()])]


def _of(usager_id: UUID) -> Q:
    return Q(usager_id=usager_id, role=Rattachement.REPRESENTATIVE)


def managers_of(usager_id: UUID) -> set[UUID]:
    """The accounts that show this child's space today, as their representatives'."""
    return set(Rattachement.objects.filter(_of(usager_id) & in_force()).values_list("compte_id", flat=True))


def check_may_represent(compte: Compte | None, usager_id: UUID) -> None:
    """``compte``: of one more; None, of anybody. Errors: TooManyManagers."""
    if len(managers_of(usager_id) - ({compte.id} if compte else set())) >= MANAGERS:
        raise TooManyManagers()


def represent(compte: Compte, usager_id: UUID, *, ends_on: date) -> None:
    """The account shows the child's space from now on; twice is once. Errors: TooManyManagers.

    ``ends_on``: the eighteenth birthday. Called in the child's unit, which holds the head of their trace: two accounts
    that ask at once are counted in turn.
    """
    check_may_represent(compte, usager_id)
    Rattachement.objects.get_or_create(
        compte=compte,
        usager_id=usager_id,
        role=Rattachement.REPRESENTATIVE,
        until=None,
        defaults={"since": datetime.now(UTC), "ends_on": ends_on},
    )


def birth_corrected(usager_id: UUID, adult_on: date | None) -> None:
    """Of a child whose birth date was wrong: their representatives' ties end another day; at once, of an adult."""
    Rattachement.objects.filter(_of(usager_id), until=None).update(ends_on=adult_on or clock.today())


def ending(by: date, *, after: UUID | None, most: int) -> list[Tie]:
    """Ties that end that day at the latest and still have something to be done, by id."""
    todo = Q(ends_on__lte=clock.today()) | Q(ends_on__lte=by, told_at=None)
    rows = Rattachement.objects.filter(todo, role=Rattachement.REPRESENTATIVE, until=None).select_related("compte")
    rows = rows.filter(id__gt=after) if after else rows
    return [
        Tie(row.id, row.usager_id, row.ends_on, row.told_at is not None, row.compte.name)
        for row in rows.order_by("id")[:most]
    ]


def who_acts(tie_id: UUID) -> tuple[UUID | None, bool]:
    """Whose own space the tie's account shows, None without one; and whether the tie is over."""
    tie = Rattachement.objects.filter(id=tie_id).first()
    if tie is None:
        return None, True
    own = Rattachement.objects.filter(in_force(), role=Rattachement.HOLDER, compte_id=tie.compte_id).first()
    return own.usager_id if own else None, tie.until is not None


def who_acted(usager_id: UUID) -> list[UUID]:
    """Whose own spaces the accounts show, that show this one or did."""
    ties = Rattachement.objects.filter(_of(usager_id)).values("compte_id")
    own = Rattachement.objects.filter(in_force(), role=Rattachement.HOLDER, compte_id__in=ties)
    return list(own.values_list("usager_id", flat=True).distinct())


def told(tie: Tie) -> bool:
    """Note that it was told; False: it was before. In the child's unit, which holds the head of their trace."""
    return bool(Rattachement.objects.filter(id=tie.id, told_at=None).update(told_at=datetime.now(UTC)))


def one_told(usager_id: UUID) -> bool:
    """Whether one of their representatives was told already."""
    return Rattachement.objects.filter(_of(usager_id), until=None).exclude(told_at=None).exists()


def end(tie: Tie) -> bool:
    """It is over; False: it was before, or its day was corrected. In the child's unit, as above."""
    due = Rattachement.objects.filter(id=tie.id, until=None, ends_on__lte=clock.today())
    return bool(due.update(until=datetime.now(UTC)))


def others_of(tie: Tie) -> int:
    """How many other ties to this child are still to be ended."""
    return Rattachement.objects.filter(_of(tie.usager_id), until=None).exclude(id=tie.id).count()


def was_represented(usager_id: UUID) -> bool:
    """Whether somebody acted for them until they came of age."""
    return Rattachement.objects.filter(_of(usager_id), ends_on__lte=clock.today()).exists()


def former(usager_id: UUID) -> list[tuple[str, date]]:
    """Who acted for them, by name, and the day it ended."""
    ties = Rattachement.objects.filter(_of(usager_id), ends_on__lte=clock.today()).select_related("compte")
    return sorted({(tie.compte.name, tie.ends_on) for tie in ties})
