"""The rows of a medical profile, opened and sealed inside the unit of its usager."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from ens.coffre.services import sealer
from ens.enrolment import queries as enrolment
from ens.kernel.actor import ActorKind
from ens.kernel.ids import new_id
from ens.persistence import sql
from ens.persistence.unit import Unit
from ens.record.errors import ProfileItemNotFound
from ens.record.models import ProfileItem, ProfileRubric
from ens.record.profile import words
from ens.record.profile.rubrics import RUBRICS, Rubric
from ens.record.profile.types import Item, RubricState

_ITEM, _UNCONCERNED = "profil", "non concerne"


def check_own(unit: Unit) -> None:
    """The usager, or who acts for them, in an open space: no professional reads a profile, in any mode.

    Source: production's contract of the profile. Errors: ProfileItemNotFound, SpaceAbsent.
    """
    if unit.by.kind is not ActorKind.USAGER or unit.by.usager_id != unit.usager_id:
        raise ProfileItemNotFound()
    enrolment.check_open(unit)


def items(unit: Unit, rubric: Rubric | None = None) -> list[Item]:
    """Of a rubric, or of all: what goes on first, then the latest to have begun, then as they were written."""
    rows = ProfileItem.objects.filter(usager_id=unit.usager_id, **({"rubric": rubric.code} if rubric else {}))
    found = [opened(unit, row) for row in rows.order_by("recorded_at", "id")]
    return sorted(found, key=_rank)


def _rank(item: Item) -> tuple[bool, int]:
    period = item.rubric.period
    if period is None:
        return False, 0
    is_over = period.end in item.answers
    began = item.answers[period.start]
    return is_over, -int(began.replace("-", "").ljust(8, "0"))


def is_answered(unit: Unit, code: str = "") -> bool:
    """Whether something was written or said: in this rubric, or in any, and then a synthesis would say it."""
    mine = {"usager_id": unit.usager_id, **({"rubric": code} if code else {})}
    said = ProfileRubric.objects.filter(**mine, unconcerned_at__isnull=False)
    return ProfileItem.objects.filter(**mine).exists() or said.exists()


def item_row(unit: Unit, item_id: UUID) -> ProfileItem:
    """Errors: ProfileItemNotFound."""
    found = ProfileItem.objects.filter(usager_id=unit.usager_id, id=item_id).first()
    if found is None:
        raise ProfileItemNotFound()
    return found


def opened(unit: Unit, row: ProfileItem) -> Item:
    kept = sealer(unit).open_json(_ITEM, row.id, row.sealed, row.version)
    rubric, answers = RUBRICS[row.rubric], kept["answers"]
    return Item(
        id=row.id,
        rubric=rubric,
        version=row.version,
        heading=words.heading(rubric, answers),
        facts=words.facts(rubric, answers),
        comment=answers.get("commentaire", ""),
        answers=answers,
        author=kept["author"],
        recorded_at=row.recorded_at,
        changed_at=row.changed_at,
    )


def seal_item(unit: Unit, item_id: UUID, version: int, answers: dict[str, Any]) -> bytes:
    return sealer(unit).seal_json(_ITEM, item_id, {"answers": answers, "author": unit.by.name}, version)


def states(unit: Unit) -> list[RubricState]:
    """Every rubric, in the order of the table."""
    rows = {row.rubric: row for row in ProfileRubric.objects.filter(usager_id=unit.usager_id)}
    by_rubric: dict[str, list[Item]] = {}
    for item in items(unit):
        by_rubric.setdefault(item.rubric.code, []).append(item)
    return [_state(unit, one, rows.get(one.code), by_rubric.get(one.code, [])) for one in RUBRICS.values()]


def state(unit: Unit, rubric: Rubric, its: list[Item]) -> RubricState:
    row = ProfileRubric.objects.filter(usager_id=unit.usager_id, rubric=rubric.code).first()
    return _state(unit, rubric, row, its)


def _state(unit: Unit, rubric: Rubric, row: ProfileRubric | None, its: list[Item]) -> RubricState:
    by = ""
    if row is not None and row.unconcerned_at is not None:
        by = sealer(unit).open(_UNCONCERNED, row.id, row.sealed_unconcerned).decode()
    return RubricState(
        rubric=rubric,
        count=len(its),
        summary=words.in_a_line(rubric, [item.answers for item in its]),
        unconcerned_at=row.unconcerned_at if row else None,
        unconcerned_by=by,
        changed_at=row.changed_at if row else None,
    )


# Whoever changes a rubric holds its row until the end of the unit.
_TOUCH = """
INSERT INTO record_profilerubric (usager_id, id, rubric, changed_at) VALUES (%s, %s, %s, %s)
ON CONFLICT (usager_id, rubric) DO UPDATE
SET changed_at = EXCLUDED.changed_at, unconcerned_at = NULL, sealed_unconcerned = NULL
"""


def touch(unit: Unit, rubric: Rubric, now: datetime) -> None:
    """Something in it changes: « non concerné » is no longer said."""
    sql.execute(_TOUCH, [unit.usager_id, new_id(), rubric.code, now])


def say_unconcerned(unit: Unit, rubric: Rubric, now: datetime) -> None:
    """After ``touch``: who said it, and when."""
    row = ProfileRubric.objects.get(usager_id=unit.usager_id, rubric=rubric.code)
    sealed = sealer(unit).seal(_UNCONCERNED, row.id, unit.by.name.encode())
    rows = ProfileRubric.objects.filter(usager_id=unit.usager_id, id=row.id)
    rows.update(unconcerned_at=now, sealed_unconcerned=sealed)
