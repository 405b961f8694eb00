"""A campaign is made whole or not at all."""

from __future__ import annotations

from datetime import date

import pytest

from ens.enrolment import campaigns
from ens.enrolment.campaigns import NewWave
from ens.enrolment.errors import CampaignMalformed, CampaignUnknown, TerritoryTaken
from tests.enrolment.campaigns.conftest import STEERER, create, model

WRONG = [
    {"delay_days": 0},
    {"lot_size": 10_001},
    {"lot_size": 100, "emails_per_hour": 99},
    {"hour_from": 20, "hour_to": 8},
    {"weekdays": [8]},
    {"models": (model(),)},  # no letter
    {"models": (model(share=60), model("courrier"))},
    {"models": (model(variant="a"), model("courrier"))},
]


@pytest.mark.parametrize("parameters", WRONG, ids=str)
def test_a_campaign_that_cannot_be_is_refused_whole(db, parameters):
    from ens.enrolment.models import Campaign

    before = Campaign.objects.count()
    with pytest.raises(CampaignMalformed):
        create("31", **parameters)
    assert Campaign.objects.count() == before


@pytest.mark.feature("S023", "S025")
def test_two_waves_do_not_notice_the_same_place_in_the_same_days(db):
    called = create("31")
    with pytest.raises(TerritoryTaken, match="territoire_deja_prevu"):
        campaigns.add_wave(called, NewWave("V2", date(2026, 1, 16), date(2026, 2, 1), regions=("76",)), by=STEERER)
    campaigns.add_wave(called, NewWave("V2", date(2026, 1, 17), date(2026, 2, 1), regions=("76",)), by=STEERER)
    with pytest.raises(TerritoryTaken):
        campaigns.prolong(called, "V1", date(2026, 1, 20), by=STEERER)
    with pytest.raises(CampaignUnknown):
        campaigns.pause(called, "V3", by=STEERER)
