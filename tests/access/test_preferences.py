"""What the usager decides for what is to come."""

from __future__ import annotations

from itertools import product
from typing import Any

import pytest

from ens.access import preferences
from ens.access.errors import ChoiceNotYours, PreferencesContradict

ALL_NO = {"nouveaux_documents": "visibles", "samu": "non", "danger": "non", "masques_en_urgence": "non"}


@pytest.mark.feature("N085", "N018")
@pytest.mark.parametrize(("samu", "danger", "masked"), list(product(("oui", "non"), repeat=3)))
def test_masked_documents_are_seen_in_an_emergency_only_if_someone_may_enter(
    samu: str, danger: str, masked: str
) -> None:
    answers = {**ALL_NO, "samu": samu, "danger": danger, "masques_en_urgence": masked}
    if (samu, danger, masked) == ("non", "non", "oui"):
        with pytest.raises(PreferencesContradict):
            preferences.check(answers)
    else:
        preferences.check(answers)


@pytest.mark.feature("N018")
@pytest.mark.parametrize("subject", list(ALL_NO))
def test_each_question_is_answered_or_nothing_is_kept(subject: str) -> None:
    for wrong in (
        {**ALL_NO, subject: ""},
        {**ALL_NO, subject: "peut-être"},
        {k: v for k, v in ALL_NO.items() if k != subject},
    ):
        with pytest.raises(PreferencesContradict):
            preferences.check(wrong)


def test_the_answers_are_one_s_own_and_replace_the_former(people: Any) -> None:
    person, other = people.usager(), people.usager()
    assert preferences.of(person.usager_id, by=person.actor) == {}
    preferences.choose(person.usager_id, ALL_NO, by=person.actor)
    preferences.choose(person.usager_id, {**ALL_NO, "samu": "oui"}, by=person.actor)
    assert preferences.of(person.usager_id, by=person.actor) == {**ALL_NO, "samu": "oui"}
    with pytest.raises(ChoiceNotYours):
        preferences.choose(person.usager_id, ALL_NO, by=other.actor)


@pytest.mark.feature("N018")
def test_a_new_document_is_masked_for_who_chose_so(people: Any) -> None:
    from ens.record import services as record
    from ens.record.types import DocumentFilter
    from tests.doors.everyone import _filer

    person, doctor = people.usager(), people.professional()
    hospital = people.actor(people.establishment())
    from ens.access import services as access

    access.authorise(person.usager_id, rpps=doctor.rpps, by=person.actor)
    file = _filer(hospital)
    before = file(person, "89601-9")
    preferences.choose(person.usager_id, {**ALL_NO, "nouveaux_documents": "masques"}, by=person.actor)
    after = file(person, "89601-9")
    seen = {
        card.id for card in record.list_documents(person.usager_id, DocumentFilter(), by=people.actor(doctor)).cards
    }
    assert (before in seen, after in seen) == (True, False)
    assert {before, after} <= {
        card.id for card in record.list_documents(person.usager_id, DocumentFilter(), by=person.actor).cards
    }
