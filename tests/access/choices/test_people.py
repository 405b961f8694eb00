"""To authorise, block, unblock: dated, traced, effective on the next request."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ens.access import queries, services
from ens.access.errors import (
    BlockedFirst,
)
from ens.audit.types import Event
from ens.identity.models import Professional
from ens.kernel import clock
from tests.access.choices.conftest import events_of, facts


@pytest.mark.feature("S098")
def test_nobody_reads_by_default_and_an_authorisation_is_dated(people: Any, inaya: Any, dupond: Any) -> None:
    doctor = people.actor(dupond)
    assert facts(inaya.usager_id, doctor).authorised_since is None
    moment = datetime(2021, 9, 13, 10, 2, tzinfo=UTC)
    with clock.freeze(moment):
        services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    known = facts(inaya.usager_id, doctor)
    assert known.authorised_since == moment
    assert (known.rpps, known.profession, known.is_usager) == (dupond.rpps, "10", False)


def test_authorising_twice_keeps_the_first_date_and_one_line(people: Any, inaya: Any, dupond: Any) -> None:
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    first = facts(inaya.usager_id, people.actor(dupond)).authorised_since
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    assert facts(inaya.usager_id, people.actor(dupond)).authorised_since == first
    assert events_of(inaya, Event.ACCESS_AUTHORISED) == [(Event.ACCESS_AUTHORISED, "fait", "Docteur Dupond")]


@pytest.mark.feature("S099")
def test_a_block_ends_the_authorisation_on_the_next_request_and_unblocking_does_not_restore_it(
    people: Any, inaya: Any, dupond: Any
) -> None:
    doctor = people.actor(dupond)
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    services.block(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    blocked = facts(inaya.usager_id, doctor)
    assert blocked.blocked_since is not None
    assert blocked.authorised_since is None
    services.unblock(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    after = facts(inaya.usager_id, doctor)
    assert (after.blocked_since, after.authorised_since) == (None, None)
    kinds = (Event.ACCESS_AUTHORISED, Event.ACCESS_BLOCKED, Event.ACCESS_UNBLOCKED)
    assert [event for event, _, _ in events_of(inaya, *kinds)] == list(kinds)


def test_blocking_and_unblocking_twice_changes_nothing_more(inaya: Any, dupond: Any) -> None:
    for _ in range(2):
        services.block(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    for _ in range(2):
        services.unblock(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    assert len(events_of(inaya, Event.ACCESS_BLOCKED, Event.ACCESS_UNBLOCKED)) == 2


def test_someone_blocked_is_unblocked_before_being_authorised(inaya: Any, dupond: Any) -> None:
    services.block(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    with pytest.raises(BlockedFirst):
        services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)


def test_a_professional_retired_since_can_still_be_blocked(inaya: Any, dupond: Any) -> None:
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    Professional.objects.filter(id=dupond.id).update(active=False)
    services.block(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    assert queries.authorisations(inaya.usager_id, by=inaya.actor)[0].blocked_since
