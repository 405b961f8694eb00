"""The same choice at the same moment, and what the database refuses."""

from __future__ import annotations

import threading
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from ens.access import queries, services
from ens.access.models import Autorisation
from ens.audit import events
from ens.audit.types import Event
from ens.kernel import clock
from ens.persistence.unit import unit_of_work
from tests.access.choices.conftest import events_of


@pytest.mark.slow
def test_the_same_choice_made_many_times_at_once_is_made_once(inaya: Any, dupond: Any) -> None:
    raised: list[Exception] = []

    def once() -> None:
        try:
            services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
        except Exception as error:  # noqa: BLE001 - whatever a thread raises is shown by the assertion below
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=once) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
    assert len(events_of(inaya, Event.ACCESS_AUTHORISED)) == 1


@pytest.mark.feature("S099")
def test_a_reading_that_began_before_a_block_starts_again_and_sees_it(people: Any, inaya: Any, dupond: Any) -> None:
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    seen: list[bool] = []

    def block_meanwhile() -> None:
        services.block(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
        connection.close()

    def act(unit: Any) -> None:
        seen.append(queries.reader_facts(unit).blocked_since is not None)
        if len(seen) == 1:
            meanwhile = threading.Thread(target=block_meanwhile)
            meanwhile.start()
            meanwhile.join()
        events.documents_searched(unit)

    unit_of_work(inaya.usager_id, act, by=people.actor(dupond))
    assert seen == [False, True]


def test_a_query_outside_a_unit_finds_no_choice(inaya: Any, dupond: Any) -> None:
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    assert not Autorisation.objects.filter(usager_id=inaya.usager_id).exists()


def test_the_database_refuses_a_second_current_choice(inaya: Any, dupond: Any) -> None:
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    with pytest.raises(IntegrityError), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ens.usager = '{inaya.usager_id}'")
        Autorisation.objects.create(
            usager_id=inaya.usager_id,
            who_kind=Autorisation.PROFESSIONAL,
            who_id=dupond.id,
            state=Autorisation.DENY,
            since=clock.now(),
            by_kind="usager",
            by_id="x",
        )
