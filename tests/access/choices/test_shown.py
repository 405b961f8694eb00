"""What the page of choices shows."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from ens.access import queries, services
from ens.audit.types import Event
from ens.kernel import clock
from ens.persistence.unit import unit_of_work
from tests.access.choices.conftest import events_of


@pytest.mark.feature("S099")
def test_the_lists_of_authorised_and_blocked_say_since_when(people: Any, inaya: Any, dupond: Any) -> None:
    hospital = people.establishment("Hôpital Jean Bernadeau")
    with clock.freeze(datetime(2021, 9, 13, 8, 0, tzinfo=UTC)):
        services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    with clock.freeze(datetime(2021, 9, 14, 8, 0, tzinfo=UTC)):
        services.block(inaya.usager_id, finess=hospital.finess, by=inaya.actor)
    blocked, authorised = queries.authorisations(inaya.usager_id, by=inaya.actor)
    assert (blocked.name, blocked.is_organisation, blocked.finess) == ("Hôpital Jean Bernadeau", True, hospital.finess)
    assert blocked.blocked_since == datetime(2021, 9, 14, 8, 0, tzinfo=UTC)
    assert (authorised.name, authorised.role_label, authorised.rpps) == ("Docteur Dupond", "médecin", dupond.rpps)
    assert (authorised.since.day, authorised.blocked_since) == (13, None)
    assert events_of(inaya, Event.RIGHTS_READ)


@pytest.mark.feature("B03")
def test_the_known_readers_are_the_chosen_ones_and_the_medecin_traitant(people: Any, dupond: Any) -> None:
    inaya = people.usager(medecin_traitant=dupond)
    moreau = people.professional("Moreau")
    services.block(inaya.usager_id, rpps=moreau.rpps, by=inaya.actor)

    def act(unit: Any) -> Any:
        unit.untraced("test")
        return queries.known_readers(unit)

    found = unit_of_work(inaya.usager_id, act, by=inaya.actor)
    assert [reader.name for reader in found] == ["Docteur Dupond", "Docteur Moreau"]
    assert [reader.facts.is_medecin_traitant for reader in found] == [True, False]
    assert [bool(reader.facts.blocked_since) for reader in found] == [False, True]
