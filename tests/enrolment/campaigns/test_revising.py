"""A campaign changed by its description while it runs."""

from __future__ import annotations

from datetime import date

import pytest

from ens.enrolment import campaigns, pace, revising
from ens.enrolment.campaigns import NewWave
from ens.enrolment.errors import CampaignMalformed, CampaignUnknown
from ens.enrolment.models import Change
from ens.kernel import clock
from tests.enrolment.campaigns.conftest import (
    BODY,
    DAYS,
    MODELS,
    MONDAY,
    STEERER,
    create,
    kinds,
    model,
    name,
    register,
    wave_of,
)
from tests.identity.population import line


def described(territory, days=DAYS, models=MODELS, more=(), **parameters):
    waves = [NewWave("V1", *days, departements=(territory,)), *more]
    return {"models": models, "waves": waves, "by": STEERER, **parameters}


@pytest.mark.feature("S023", "S027")
def test_what_differs_is_changed_and_dated_and_twice_is_once(db, territory):
    called = create(territory)
    longer = (DAYS[0], date(2026, 2, 28))
    new = described(
        territory, longer, (model(body=f"{BODY} Bis."), MODELS[1]), delay_days=60,
        more=(NewWave("V2", date(2026, 3, 1), date(2026, 3, 9), departements=(territory,)),),
    )  # fmt: skip
    assert revising.revise(called, **new) == 4
    assert revising.revise(called, **new) == 0
    first, second = campaigns.calendar(called)
    assert (first.ends_on, second.name, campaigns.delays()[called]) == (longer[1], "V2", 60)
    campaign = campaigns.Campaign.objects.get(name=called)
    assert {one.version for one in campaigns.current_models(campaign).values()} == {1, 2}
    decided = Change.objects.filter(campaign_id=campaign.id).values_list("by_id", flat=True)
    assert set(decided) == {STEERER.id}


def test_all_of_it_or_nothing(db, territory):
    called = create(territory)
    for wrong, said in (
        (described(territory, delay_days=30, lot_size=20_000), "un lot"),
        (described(territory, (date(2026, 1, 6), DAYS[1]), delay_days=30), "ni de début ni de départements"),
        (described(territory, models=(model(share=50), MODELS[1]), delay_days=30), "100"),
        (described(territory, delay_days=30, couleur="bleu"), "couleur"),
    ):
        with pytest.raises(CampaignMalformed) as refusal:
            revising.revise(called, **wrong)
        assert said in refusal.value.sentence
        assert campaigns.delays()[called] == 42
    with pytest.raises(CampaignUnknown):
        revising.revise(name(), **described(territory))


def test_a_slower_pace_makes_the_lots_that_wait_smaller(people, tmp_path, territory, carriers):
    ids = register(tmp_path, territory, *(line() for _ in range(4)))
    called = create(territory, lot_size=4)
    carriers["email"].fails = OSError("relais coupé")
    with clock.freeze(MONDAY):
        pace.advance()  # begun, and bigger than what comes
    late = register(tmp_path, territory, *(line() for _ in range(4)))
    night = MONDAY.replace(day=6, hour=1)
    with clock.freeze(night):
        pace.advance()  # waits for the morning
        revising.revise(called, **described(territory, lot_size=2, emails_per_hour=2))
    carriers["email"].fails = None
    carriers["email"].lots.clear()
    counts = []
    for hour in range(8, 16, 2):
        with clock.freeze(night.replace(hour=hour)):
            pace.advance()
        counts.append(len(carriers["email"].people))
    assert counts == [2, 4, 8, 8]  # what was begun leaves whole, in an hour of its own
    assert sorted(carriers["email"].people) == sorted([*ids, *late])
    assert [kinds(one) for one in (*ids, *late)] == [["noticed"]] * 8
    assert wave_of(called).left == 0
