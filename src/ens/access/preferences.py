"""What the usager decides for what is to come: whether new documents are masked, and who enters in an emergency.

Nothing is decided for them: without an answer, new documents are visible to who is authorised, and the emergency modes,
not open yet, open nothing (rule 4). What is masked may be seen in an emergency only if someone may enter then (N085).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final
from uuid import UUID

from ens.access.errors import PreferencesContradict
from ens.access.models import Preference
from ens.access.queries import check_own
from ens.audit import events
from ens.enrolment.queries import check_open
from ens.kernel.actor import Actor
from ens.persistence import sql
from ens.persistence.unit import Unit, unit_of_work

NEW_DOCUMENTS, SAMU, DANGER, MASKED = "nouveaux_documents", "samu", "danger", "masques_en_urgence"
VISIBLE, HIDDEN, YES, NO = "visibles", "masques", "oui", "non"
ANSWERS: Final = {NEW_DOCUMENTS: (VISIBLE, HIDDEN), SAMU: (YES, NO), DANGER: (YES, NO), MASKED: (YES, NO)}
_CURRENT = "SELECT subject, value FROM access_preference WHERE usager_id = %s AND until IS NULL"
_NEW = f"{_CURRENT} AND subject = %s"


def check(answers: Mapping[str, str]) -> None:
    """Every subject answered, and none against another. Errors: PreferencesContradict."""
    if {subject for subject, value in answers.items() if value in ANSWERS.get(subject, ())} != set(ANSWERS):
        raise PreferencesContradict(reason="répondez à chaque question")
    if answers[MASKED] == YES and YES not in (answers[SAMU], answers[DANGER]):
        raise PreferencesContradict(
            reason="vos documents masqués ne peuvent être vus en urgence que si quelqu'un peut alors entrer"
        )


def choose(usager_id: UUID, answers: Mapping[str, str], *, by: Actor) -> None:
    """The usager's answers, from now on; the same again changes nothing.

    Errors: PreferencesContradict, ChoiceNotYours, SpaceAbsent.
    """
    check(answers)

    def act(unit: Unit) -> None:
        events.preferences_chosen(unit, attempt=True)
        check_own(unit)
        check_open(unit)
        known = current(unit)
        changed = {subject: value for subject, value in answers.items() if known.get(subject) != value}
        mine = Preference.objects.filter(usager_id=unit.usager_id, subject__in=changed, until__isnull=True)
        mine.select_for_update().update(until=unit.now)
        Preference.objects.bulk_create(
            Preference(usager_id=unit.usager_id, subject=subject, value=value, since=unit.now, by_id=unit.by.id)
            for subject, value in changed.items()
        )
        events.preferences_chosen(unit)

    unit_of_work(usager_id, act, by=by)


def current(unit: Unit) -> dict[str, str]:
    """Subject → answer; a subject never answered is absent."""
    return dict(sql.rows(_CURRENT, [unit.usager_id]))


def masks_new_documents(usager_id: UUID) -> sql.Question[bool]:
    """Whether a document that arrives is masked, until the usager says otherwise."""
    return sql.Question(_NEW, [usager_id, NEW_DOCUMENTS], lambda found: any(row[1] == HIDDEN for row in found))


def of(usager_id: UUID, *, by: Actor) -> dict[str, str]:
    """The usager's own reading of them. Errors: ChoiceNotYours, SpaceAbsent."""

    def act(unit: Unit) -> dict[str, str]:
        events.rights_read(unit, attempt=True)
        check_own(unit)
        check_open(unit)
        events.rights_read(unit)
        return current(unit)

    return unit_of_work(usager_id, act, by=by)
