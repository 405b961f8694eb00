"""Who steers which territory, today: the sum of the mandates in force."""

from __future__ import annotations

from datetime import date, timedelta
from uuid import uuid4

import pytest

from ens.access import mandates
from ens.access.errors import MandateMalformed, NoMandate
from ens.access.mandates import MandateFacts, territory
from ens.kernel import clock
from ens.kernel.actor import SYSTEM, Actor, ActorKind
from ens.standards.departements import DEPARTEMENTS

TODAY = date(2026, 3, 16)
DAY = timedelta(days=1)


def facts(*departements, everywhere=False, events=False, since=TODAY, until=None):
    return MandateFacts(everywhere, departements, events, since, until)


@pytest.mark.feature("S112", "S142")
@pytest.mark.parametrize(
    ("given", "covered"),
    [
        # its days, both included
        ([facts("31")], {"31"}),
        ([facts("31", until=TODAY)], {"31"}),
        ([facts("31", since=TODAY + DAY)], None),
        ([facts("31", since=TODAY - 9 * DAY, until=TODAY - DAY)], None),
        # several: their sum
        ([facts("31"), facts("80", "44")], {"31", "44", "80"}),
        ([facts("31"), facts("80", until=TODAY - DAY, since=TODAY - 9 * DAY)], {"31"}),
        ([facts("31"), facts(everywhere=True)], set(DEPARTEMENTS)),
        # none
        ([], None),
    ],
)
def test_what_is_steered_is_the_sum_of_what_is_in_force(given, covered):
    if covered is None:
        with pytest.raises(NoMandate):
            territory(given, TODAY)
    else:
        found = territory(given, TODAY)
        assert set(found.departements) == covered
        assert all(found.covers(code) for code in covered)
        assert found.covers("75") is ("75" in covered)


def test_events_open_only_where_every_mandate_opens_them():
    assert territory([facts("31", events=True)], TODAY).opens_events
    assert not territory([facts("31", events=True), facts(everywhere=True)], TODAY).opens_events


def steerer() -> Actor:
    return Actor(ActorKind.PILOTAGE, str(uuid4()), "Nadia Karoui", role="pilotage")


def test_a_mandate_is_data_with_its_dates_and_ends_when_withdrawn(db):
    one, other = steerer(), steerer()
    with clock.freeze(clock.now()):
        mandates.give(_id(one), departements=["80", "31"], by=SYSTEM)
        mandates.give(_id(one), departements=["44"], until=clock.today(), by=SYSTEM)
    assert mandates.territory_of(one).departements == ("31", "44", "80")
    with pytest.raises(NoMandate):
        mandates.territory_of(other)
    with clock.freeze(clock.now() + 2 * DAY):
        assert mandates.territory_of(one).departements == ("31", "80")
    assert mandates.withdraw(_id(one), by=SYSTEM) == 2
    assert mandates.withdraw(_id(one), by=SYSTEM) == 0
    with pytest.raises(NoMandate):
        mandates.territory_of(one)


def _id(actor: Actor):
    from uuid import UUID

    return UUID(actor.id)


@pytest.mark.parametrize("kind", [kind for kind in ActorKind if kind is not ActorKind.PILOTAGE])
def test_nobody_else_steers_whatever_is_written_about_them(db, kind):
    compte = uuid4()
    mandates.give(compte, everywhere=True, by=SYSTEM)
    with pytest.raises(NoMandate):
        mandates.territory_of(Actor(kind, str(compte), "Une personne"))


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"departements": ["31"], "everywhere": True},
        {"departements": ["00"]},
        {"departements": ["31"], "since": TODAY, "until": TODAY - DAY},
    ],
)
def test_a_mandate_that_makes_no_sense_is_refused(db, wrong):
    with pytest.raises(MandateMalformed):
        mandates.give(uuid4(), by=SYSTEM, **wrong)
