"""The medical profile: read, written and answered by the usager, or who acts for them; nobody else.

Each reading and each change leaves its line. What professionals read is the synthesis the usager files.
"""

from __future__ import annotations

import hashlib
from uuid import UUID

from ens.audit import profile_events as events
from ens.audit.types import Event
from ens.identity import queries as identity
from ens.kernel import clock
from ens.kernel.actor import Actor
from ens.kernel.ids import new_id
from ens.persistence import locator, sql
from ens.persistence.locator import locate
from ens.persistence.unit import StartAgain, Unit, unit_of_work
from ens.record.errors import ProfileItemChanged, ProfileRubricFilled, ProfileRubricFull
from ens.record.models import Document, ProfileItem
from ens.record.profile import store
from ens.record.profile.checking import Typed, answers
from ens.record.profile.rubrics import RUBRICS, Rubric
from ens.record.profile.types import FiledSynthesis, Item, Profile, RubricState, RubricView
from ens.record.types import CURRENT

ITEMS_MOST = 200  # in a rubric
SYNTHESIS_TYPE = "DOCPAT08"  # JDV_J07: « Profil médical Mon espace santé »


def profile(usager_id: UUID, *, by: Actor) -> Profile:
    """Every rubric with where it stands, and the synthesis on record. Errors: ProfileItemNotFound, SpaceAbsent."""

    def act(unit: Unit) -> Profile:
        events.profile_consulted(unit, attempt=True)
        store.check_own(unit)
        states = store.states(unit)
        events.profile_consulted(unit)
        return Profile(states, _filed(unit, states))

    return unit_of_work(usager_id, act, by=by)


def rubric(usager_id: UUID, code: str, *, by: Actor) -> RubricView:
    """A rubric and all it holds. Errors: ProfileItemNotFound, SpaceAbsent."""
    which = RUBRICS[code]

    def act(unit: Unit) -> RubricView:
        events.profile_consulted(unit, rubric=which.label, attempt=True)
        store.check_own(unit)
        items = store.items(unit, which)
        events.profile_consulted(unit, rubric=which.label)
        return RubricView(store.state(unit, which, items), items)

    return unit_of_work(usager_id, act, by=by)


def item(item_id: UUID, *, by: Actor) -> Item:
    """One item, to change it. Errors: NobodyThere, ProfileItemNotFound, SpaceAbsent."""

    def act(unit: Unit) -> Item:
        events.profile_changed(unit, Event.PROFILE_ITEM_READ, item_id, attempt=True)
        store.check_own(unit)
        found = store.opened(unit, store.item_row(unit, item_id))
        events.profile_changed(unit, Event.PROFILE_ITEM_READ, item_id, title=found.heading)
        return found

    return unit_of_work(locate(item_id), act, by=by)


def add(usager_id: UUID, code: str, typed: Typed, *, token: str = "", by: Actor) -> UUID:
    """Write an item; the same form sent twice writes one. « Non concerné » no longer stands. Returns the item's id.

    Errors: ProfileAnswersInvalid, ProfileRubricFull, ProfileItemNotFound, SpaceAbsent.
    """
    which = RUBRICS[code]
    item_id = _id_of(usager_id, code, token)

    def act(unit: Unit) -> UUID:
        events.profile_changed(unit, Event.PROFILE_ITEM_ADDED, None, attempt=True)
        store.check_own(unit)
        kept = answers(which, typed, born=identity.traits(unit).birth_date, today=clock.today())
        known = ProfileItem.objects.filter(usager_id=unit.usager_id, rubric=code)
        if known.filter(id=item_id).exists():
            unit.untraced("ce formulaire est déjà enregistré")
            return item_id
        now = clock.now()
        store.touch(unit, which, now)
        if known.filter(id=item_id).exists():
            raise StartAgain()  # the same form, at the same moment: nothing changed
        if known.count() >= ITEMS_MOST:
            raise ProfileRubricFull(most=ITEMS_MOST)
        row = ProfileItem(usager_id=unit.usager_id, id=item_id, rubric=code, recorded_at=now, changed_at=now)
        row.sealed = store.seal_item(unit, item_id, row.version, kept)
        sql.insert(row)
        unit.register_locator([item_id])
        events.profile_changed(unit, Event.PROFILE_ITEM_ADDED, item_id, title=kept[which.heading])
        return item_id

    return unit_of_work(usager_id, act, by=by)


def change(item_id: UUID, version: int, typed: Typed, *, by: Actor) -> None:
    """Write other answers over the ``version`` that was shown.

    Errors: ProfileAnswersInvalid, ProfileItemChanged, NobodyThere, ProfileItemNotFound, SpaceAbsent.
    """

    def act(unit: Unit) -> None:
        events.profile_changed(unit, Event.PROFILE_ITEM_CHANGED, item_id, attempt=True)
        store.check_own(unit)
        which = RUBRICS[store.item_row(unit, item_id).rubric]
        kept = answers(which, typed, born=identity.traits(unit).birth_date, today=clock.today())
        _check_shown(version)
        now = clock.now()
        store.touch(unit, which, now)
        sealed = store.seal_item(unit, item_id, version + 1, kept)
        shown = ProfileItem.objects.filter(usager_id=unit.usager_id, id=item_id, version=version)
        if not shown.update(version=version + 1, changed_at=now, sealed=sealed):
            raise ProfileItemChanged()
        events.profile_changed(unit, Event.PROFILE_ITEM_CHANGED, item_id, title=kept[which.heading])

    unit_of_work(locate(item_id), act, by=by)


def remove(item_id: UUID, version: int, *, by: Actor) -> Rubric:
    """Take an item away, for good, as it was shown. Gives its rubric.

    Errors: ProfileItemChanged, NobodyThere, ProfileItemNotFound, SpaceAbsent.
    """

    def act(unit: Unit) -> Rubric:
        events.profile_changed(unit, Event.PROFILE_ITEM_REMOVED, item_id, attempt=True)
        store.check_own(unit)
        row = store.item_row(unit, item_id)
        title = store.opened(unit, row).heading
        which = RUBRICS[row.rubric]
        _check_shown(version)
        store.touch(unit, which, clock.now())
        rows = ProfileItem.objects.filter(usager_id=unit.usager_id, id=item_id, version=version)
        if not rows._raw_delete(rows.db):
            raise ProfileItemChanged()
        locator.remove([item_id])
        events.profile_changed(unit, Event.PROFILE_ITEM_REMOVED, item_id, title=title)
        return which

    return unit_of_work(locate(item_id), act, by=by)


def say_unconcerned(usager_id: UUID, code: str, *, by: Actor) -> None:
    """« Non concerné », dated and signed. Errors: ProfileRubricFilled, ProfileItemNotFound, SpaceAbsent."""
    which = RUBRICS[code]

    def act(unit: Unit) -> None:
        events.profile_unconcerned(unit, rubric=which.label, attempt=True)
        store.check_own(unit)
        if store.state(unit, which, []).unconcerned_at is not None:
            unit.untraced("déjà dit")
            return
        now = clock.now()
        store.touch(unit, which, now)
        if ProfileItem.objects.filter(usager_id=unit.usager_id, rubric=code).exists():
            raise ProfileRubricFilled()
        store.say_unconcerned(unit, which, now)
        events.profile_unconcerned(unit, rubric=which.label)

    unit_of_work(usager_id, act, by=by)


def take_back_unconcerned(usager_id: UUID, code: str, *, by: Actor) -> None:
    """The answer is taken back: the rubric waits again. Errors: ProfileItemNotFound, SpaceAbsent."""
    which = RUBRICS[code]

    def act(unit: Unit) -> None:
        events.profile_unconcerned(unit, rubric=which.label, taken_back=True, attempt=True)
        store.check_own(unit)
        if store.state(unit, which, []).unconcerned_at is None:
            unit.untraced("rien à reprendre")
            return
        store.touch(unit, which, clock.now())
        events.profile_unconcerned(unit, rubric=which.label, taken_back=True)

    unit_of_work(usager_id, act, by=by)


def _check_shown(version: int) -> None:
    """No item has such a version: it was not a page of ours that said it. Errors: ProfileItemChanged."""
    if not 0 < version < 2**31 - 1:
        raise ProfileItemChanged()


def _filed(unit: Unit, states: list[RubricState]) -> FiledSynthesis | None:
    rows = Document.objects.filter(usager_id=unit.usager_id, type_code=SYNTHESIS_TYPE, status=CURRENT)
    last = rows.order_by("-filed_at", "-id").values_list("id", "filed_at").first()
    if last is None:
        return None
    document_id, filed_at = last
    is_stale = any(one.changed_at is not None and one.changed_at > filed_at for one in states)
    return FiledSynthesis(document_id, filed_at, is_stale)


def _id_of(usager_id: UUID, code: str, token: str) -> UUID:
    """Of the form's token, so that a double click is one item; else new."""
    if not token:
        return new_id()
    return UUID(bytes=hashlib.sha256(usager_id.bytes + code.encode() + token.encode()).digest()[:16])
