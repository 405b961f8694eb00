"""The medical profile: written by its usager, read by nobody else, each act in the history."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest

from ens.audit import queries as audit
from ens.audit.types import HistoryFilter
from ens.enrolment.errors import SpaceAbsent
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.errors import Absent
from ens.persistence.errors import NobodyThere
from ens.record.errors import (
    ProfileAnswersInvalid,
    ProfileItemChanged,
    ProfileItemNotFound,
    ProfileRubricFilled,
    ProfileRubricFull,
)
from ens.record.profile import services
from ens.record.profile.rubrics import RUBRICS

DISEASE = {"nom": "Diabète de type 1", "en_cours": True, "debut": ("", "", "2019")}
ALLERGY = {"allergene": "Pénicilline"}


def sentences(person: Any) -> list[str]:
    lines = audit.history(person.usager_id, HistoryFilter(), by=person.actor).lines
    return [line.sentence for line in lines if line.event.startswith("profil_medical")]


def add(person: Any, code: str = "ALLERGIES", typed: Any = ALLERGY, **more: Any) -> Any:
    return services.add(person.usager_id, code, typed, by=person.actor, **more)


def test_what_is_written_is_read_again_with_who_wrote_it_and_when(inaya, frozen_clock):
    key = add(inaya, "DISEASES", {**DISEASE, "commentaire": "Suivie à Nantes"})
    view = services.rubric(inaya.usager_id, "DISEASES", by=inaya.actor)
    (item,) = view.items
    assert (item.id, item.heading, item.facts) == (key, "Diabète de type 1", ["En cours depuis 2019"])
    assert (item.comment, item.author, item.recorded_at) == ("Suivie à Nantes", "Inaya Michel", frozen_clock)
    assert view.state.summary == "Diabète de type 1"
    assert sentences(inaya) == [
        "a consulté « Maladies et sujets de santé ».",
        "a ajouté « Diabète de type 1 » dans le profil médical.",
    ]


def test_what_goes_on_comes_first_then_the_latest(inaya):
    for name, typed in {
        "Rougeole": {"en_cours": False, "debut": ("", "", "1995"), "fin": ("", "", "1995")},
        "Entorse": {"en_cours": False, "debut": ("", "5", "2019"), "fin": ("", "", "2020")},
        "Asthme": {"en_cours": True, "debut": ("", "", "1992")},
        "Grossesse": {"en_cours": True, "debut": ("", "3", "2026")},
    }.items():
        add(inaya, "DISEASES", {"nom": name, **typed})
    shown = services.rubric(inaya.usager_id, "DISEASES", by=inaya.actor).items
    assert [item.heading for item in shown] == ["Grossesse", "Asthme", "Entorse", "Rougeole"]


def test_a_change_is_written_over_the_version_that_was_shown(inaya):
    key = add(inaya)
    services.change(key, 1, {"allergene": "Amoxicilline"}, by=inaya.actor)
    with pytest.raises(ProfileItemChanged):  # another window shows the first version still
        services.change(key, 1, {"allergene": "Arachide"}, by=inaya.actor)
    found = services.item(key, by=inaya.actor)
    assert (found.heading, found.version) == ("Amoxicilline", 2)


def test_what_is_taken_away_is_gone_and_the_history_says_what(inaya):
    key = add(inaya)
    assert services.remove(key, 1, by=inaya.actor) is RUBRICS["ALLERGIES"]
    with pytest.raises(NobodyThere):
        services.item(key, by=inaya.actor)
    assert sentences(inaya)[0] == "a supprimé « Pénicilline » du profil médical."


@pytest.mark.feature("N047")
def test_not_concerned_is_an_answer_dated_and_signed_until_something_is_written(inaya, frozen_clock):
    code = "FAMILY_HISTORIES"
    services.say_unconcerned(inaya.usager_id, code, by=inaya.actor)
    services.say_unconcerned(inaya.usager_id, code, by=inaya.actor)
    state = services.rubric(inaya.usager_id, code, by=inaya.actor).state
    assert (state.unconcerned_at, state.unconcerned_by, state.is_answered) == (frozen_clock, "Inaya Michel", True)
    profile = services.profile(inaya.usager_id, by=inaya.actor)
    assert [one.rubric.code for one in profile.answered] == [code]
    key = add(inaya, code, {"maladie": "Asthme", "lien": "MOTHER"})
    assert services.rubric(inaya.usager_id, code, by=inaya.actor).state.unconcerned_at is None
    with pytest.raises(ProfileRubricFilled):
        services.say_unconcerned(inaya.usager_id, code, by=inaya.actor)
    services.remove(key, 1, by=inaya.actor)
    services.say_unconcerned(inaya.usager_id, code, by=inaya.actor)
    services.take_back_unconcerned(inaya.usager_id, code, by=inaya.actor)
    assert not services.rubric(inaya.usager_id, code, by=inaya.actor).state.is_answered
    assert [line for line in sentences(inaya) if "Non concerné" in line][1:] == [
        "a répondu « Non concerné » à la rubrique « Antécédents familiaux » du profil médical.",
        "a répondu « Non concerné » à la rubrique « Antécédents familiaux » du profil médical.",
    ]


@pytest.mark.feature("N047")
def test_six_rubrics_take_not_concerned_for_an_answer(inaya):
    for code in RUBRICS:
        services.say_unconcerned(inaya.usager_id, code, by=inaya.actor)
    profile = services.profile(inaya.usager_id, by=inaya.actor)
    assert len(profile.answered) == 6
    assert profile.waiting == []


def test_the_same_form_sent_twice_even_at_once_writes_one_item(inaya):
    from django.db import connections

    def send(_: int) -> Any:
        try:
            return add(inaya, token="abc")
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as several:
        keys = set(several.map(send, range(4)))
    assert len(keys) == 1
    assert len(services.rubric(inaya.usager_id, "ALLERGIES", by=inaya.actor).items) == 1


def test_an_item_and_not_concerned_at_once_never_both_stand(inaya):
    from django.db import connections

    def act(number: int) -> None:
        try:
            if number % 2:
                add(inaya)
            else:
                services.say_unconcerned(inaya.usager_id, "ALLERGIES", by=inaya.actor)
        except ProfileRubricFilled:
            return
        finally:
            connections.close_all()

    with ThreadPoolExecutor(4) as several:
        list(several.map(act, range(8)))
    view = services.rubric(inaya.usager_id, "ALLERGIES", by=inaya.actor)
    assert view.items
    assert view.state.unconcerned_at is None


def test_a_rubric_holds_no_more_than_anyone_would_read(inaya, monkeypatch):
    monkeypatch.setattr(services, "ITEMS_MOST", 2)
    add(inaya)
    add(inaya)
    with pytest.raises(ProfileRubricFull):
        add(inaya)


def test_nothing_wrong_is_kept(inaya):
    with pytest.raises(ProfileAnswersInvalid):
        add(inaya, "DISEASES", {"nom": "Diabète"})
    assert services.rubric(inaya.usager_id, "DISEASES", by=inaya.actor).items == []


def test_nobody_else_reads_or_writes_it_and_who_tried_is_in_the_history(inaya, treating, people):
    key = add(inaya)
    stranger = people.usager(birth_name="MARTIN", first_names="ETIENNE", sex="M").actor
    acts = [
        lambda by: services.profile(inaya.usager_id, by=by),
        lambda by: services.rubric(inaya.usager_id, "ALLERGIES", by=by),
        lambda by: services.item(key, by=by),
        lambda by: add(inaya) if by is None else services.add(inaya.usager_id, "ALLERGIES", ALLERGY, by=by),
        lambda by: services.change(key, 1, ALLERGY, by=by),
        lambda by: services.remove(key, 1, by=by),
        lambda by: services.say_unconcerned(inaya.usager_id, "DISEASES", by=by),
        lambda by: services.take_back_unconcerned(inaya.usager_id, "DISEASES", by=by),
    ]
    agent = Actor(ActorKind.SUPPORT, "agent", "Un agent")
    for by in (treating, stranger, agent):
        for act in acts:
            with pytest.raises(ProfileItemNotFound):
                act(by)
    refused = audit.history(inaya.usager_id, HistoryFilter(limit=100), by=inaya.actor).lines
    assert sum(1 for line in refused if line.is_refusal) == 3 * len(acts)
    assert services.item(key, by=inaya.actor).heading == "Pénicilline"


def test_absent_and_another_s_are_answered_alike(inaya, people):
    stranger = people.usager(birth_name="MARTIN").actor
    said = set()
    for key in (add(inaya), uuid4()):
        with pytest.raises(Absent) as refused:
            services.item(key, by=stranger)
        said.add(refused.value.sentence)
    assert len(said) == 1


@pytest.mark.parametrize("state", ["noticed", "opposed", "closed"])
def test_a_space_that_is_not_open_has_no_profile(people, state):
    person = people.usager(state=state)
    with pytest.raises(SpaceAbsent):
        services.profile(person.usager_id, by=person.actor)
    with pytest.raises(SpaceAbsent):
        add(person)


def test_nothing_of_it_is_in_clear_in_the_base(inaya):
    from django.db import connections

    add(inaya, "DISEASES", {**DISEASE, "commentaire": "Suivie à Nantes"})
    services.say_unconcerned(inaya.usager_id, "ALLERGIES", by=inaya.actor)
    with connections["owner"].cursor() as cursor:
        for table in ("record_profileitem", "record_profilerubric", "audit_auditline"):
            cursor.execute(f"SELECT t::text FROM {table} t WHERE usager_id = %s", [inaya.usager_id])
            for (row,) in cursor.fetchall():
                for word in ("Diab", "type 1", "Nantes", "Inaya"):
                    assert word.encode().hex() not in row
                    assert word not in row
