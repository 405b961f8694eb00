"""From dated events to a state; opening at the deadline; nothing opens for someone opposed."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ens.enrolment.types import MOVES, EnrolmentEvent, EventKind, State, derive
from ens.kernel import clock

T0 = datetime(2026, 1, 5, 9, tzinfo=UTC)

STORIES = [
    ("", State.UNKNOWN),
    ("noticed", State.NOTICED),
    ("noticed opened", State.OPENED),
    ("noticed opposed", State.OPPOSED),
    ("noticed opposed opened", State.OPPOSED),  # the batch lost the race: nothing opens
    ("noticed opened opposed", State.OPENED),  # too late to oppose: it is a closing
    ("noticed opposed changed_mind", State.NOTICED),
    ("noticed opposed activated", State.ACTIVATED),
    ("activated", State.ACTIVATED),
    ("noticed opened activated", State.ACTIVATED),
    ("noticed activated closed", State.CLOSED),
    ("noticed activated closed activated", State.ACTIVATED),
    ("closed", State.UNKNOWN),
    ("noticed closed", State.NOTICED),
]


@pytest.mark.parametrize(("story", "state"), STORIES)
def test_a_story_gives_its_state(story, state):
    events = [EnrolmentEvent(EventKind(kind), T0 + timedelta(days=n)) for n, kind in enumerate(story.split())]
    assert derive(events) is state


@given(st.lists(st.sampled_from(list(EventKind)), max_size=12))
def test_after_an_opposition_only_the_person_opens(kinds):
    """From opposed, no event but an activation or a change of mind leads to a space; a deletion ends it all."""
    state = derive([EnrolmentEvent(k, T0) for k in [EventKind.NOTICED, EventKind.OPPOSED, *kinds]])
    if not {EventKind.ACTIVATED, EventKind.CHANGED_MIND} & set(kinds):
        assert state in (State.OPPOSED, State.MERGED, State.DELETED)


def test_every_event_has_its_moves():
    assert set(MOVES) == set(EventKind)


def _state(person):
    from ens.enrolment import queries
    from ens.persistence.unit import unit_of_work

    def act(unit):
        unit.untraced("essai")
        return queries.state(unit)

    return unit_of_work(person.usager_id, act, by=person.actor)


def test_a_space_opens_the_day_after_its_last_day_and_not_before(people):
    from ens.enrolment import services
    from ens.kernel.actor import SYSTEM

    person = people.usager(state="unknown")
    services.notice(person.usager_id, channel="email", by=SYSTEM, sent_at=T0)
    with clock.freeze(T0 + timedelta(days=42)):
        services.open_due()
        assert _state(person) is State.NOTICED
    with clock.freeze(T0 + timedelta(days=43)):
        assert services.open_due() >= 1
        services.open_due()
        assert _state(person) is State.OPENED


def test_an_opposed_person_is_never_opened(people):
    from ens.enrolment import services
    from ens.kernel.actor import SYSTEM

    person = people.usager(state="unknown")
    services.notice(person.usager_id, channel="email", by=SYSTEM, sent_at=T0)
    with clock.freeze(T0 + timedelta(days=3)):
        services.oppose(person.usager_id, by=person.actor)
    with clock.freeze(T0 + timedelta(days=90)):
        services.open_due()
        assert _state(person) is State.OPPOSED


def test_a_move_out_of_place_is_refused_and_a_repeated_one_is_not(people):
    from ens.enrolment import services
    from ens.enrolment.errors import MoveNotAllowed

    person = people.usager(state="opposed")
    services.oppose(person.usager_id, by=person.actor)
    with pytest.raises(MoveNotAllowed):
        services.close(person.usager_id, by=person.actor)


@pytest.mark.parametrize("state", ["unknown", "noticed", "opposed", "closed"])
def test_no_space_answers_alike(people, state):
    from ens.enrolment import queries
    from ens.enrolment.errors import SpaceAbsent
    from ens.persistence.unit import unit_of_work

    person = people.usager(state=state)
    with pytest.raises(SpaceAbsent) as told:
        unit_of_work(person.usager_id, lambda unit: queries.check_open(unit), by=person.actor)
    assert told.value.facts == {}
