"""The rules of a campaign: states of a wave, sociable hours, models."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ens.enrolment import policies
from ens.enrolment.errors import CampaignMalformed
from ens.enrolment.policies import PAUSE, RESUME, STOP, WaveState, check_words, is_sociable, territories, wave_state
from ens.kernel import clock
from tests.enrolment.campaigns.conftest import BODY, DAYS

TODAY = date(2026, 1, 10)
WAVES = [
    ((date(2026, 2, 1), date(2026, 2, 9)), [], WaveState.PLANNED),
    (DAYS, [], WaveState.RUNNING),
    (DAYS, [PAUSE], WaveState.PAUSED),
    (DAYS, [PAUSE, RESUME], WaveState.RUNNING),
    (DAYS, [PAUSE, "parametres", PAUSE], WaveState.PAUSED),
    (DAYS, [STOP], WaveState.STOPPED),
    (DAYS, [STOP, RESUME], WaveState.STOPPED),  # for good
    ((date(2026, 1, 1), date(2026, 1, 9)), [], WaveState.OVER),
    ((date(2026, 1, 1), date(2026, 1, 9)), [PAUSE], WaveState.OVER),
    ((TODAY, TODAY), [], WaveState.RUNNING),  # both days included
]


@pytest.mark.parametrize(("days", "moves", "state"), WAVES)
def test_the_state_of_a_wave(days, moves, state):
    assert wave_state(*days, moves, TODAY) is state


@given(st.datetimes(datetime(2026, 1, 1), datetime(2027, 1, 1)))
def test_nobody_is_written_to_at_night_or_on_sunday(moment):
    now = moment.replace(tzinfo=UTC)
    here = now.astimezone(clock.PARIS)
    allowed = is_sociable(now, hour_from=8, hour_to=20, weekdays=[1, 2, 3, 4, 5, 6])
    assert allowed == (8 <= here.hour <= 19 and here.isoweekday() != 7)


def test_a_region_is_its_departements():
    assert territories(["80"], ["94"]) == ["2A", "2B", "80"]
    for wrong in (((["20"]), ()), ((), ["00"]), ((), ())):
        with pytest.raises(CampaignMalformed):
            territories(*wrong)


@pytest.mark.parametrize("body", [BODY.replace("{code}", ""), BODY + "{nir}", BODY.replace("{dernier_jour}", "2026")])
def test_a_model_says_the_code_and_the_last_day_and_nothing_unknown(body):
    with pytest.raises(CampaignMalformed):
        check_words("Votre espace", body)


def test_policies_are_pure():
    import inspect

    assert "django" not in inspect.getsource(policies)
