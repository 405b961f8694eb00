"""Where people stop in the screens of enrolment: screens counted, nobody known, small counts hidden."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.test import Client

from ens.enrolment import screens
from ens.enrolment.screens import Step
from ens.kernel import clock
from tests.steering.crowd import steerer


@pytest.fixture(autouse=True)
def counted(db):
    """On days of the past that no other test counts on."""
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(exist_ok=True)
    with clock.freeze(datetime(2023, 5, 10, 9, tzinfo=UTC)):
        screens.write()
        already = screens.counts(clock.today(), clock.today())
        if not already:
            for step, channel, times in (
                (Step.CODE, "", 80),
                (Step.CHOICE, "email", 60),
                (Step.CHOICE, "courrier", 20),
                (Step.OPPOSED, "email", 4),
            ):
                for _ in range(times):
                    screens.reached(step, channel)
            screens.write()


def test_each_step_is_told_by_channel_and_a_small_one_is_hidden():
    from ens.access.mandates import Territory
    from ens.steering.dropping import drop_off

    everywhere = Territory(True, ("31",))
    with clock.freeze(datetime(2023, 5, 20, 9, tzinfo=UTC)):
        rows = {row.step: row.times for row in drop_off(clock.today(), territory=everywhere)}
    assert rows[Step.CODE] == (80, 0, 0)
    assert rows[Step.CHOICE] == (0, 60, 20)
    assert rows[Step.OPPOSED] == (0, None, 0)
    with clock.freeze(datetime(2023, 6, 20, 9, tzinfo=UTC)):
        assert drop_off(clock.today(), territory=everywhere) == []  # more than thirty days ago


@pytest.mark.feature("S026")
def test_the_page_is_for_who_steers_everywhere_and_for_no_territory():
    whole, part = Client(), Client()
    whole.force_login(steerer(everywhere=True))
    part.force_login(steerer(departements=("31",)))
    page = whole.get("/pilotage/ecrans/?au=2023-05-20").content.decode()
    assert "Choix montré" in page and ">60<" in page and "masqué" in page
    assert "Aucun écran ouvert" in whole.get("/pilotage/ecrans/?au=2010-01-01").content.decode()
    assert whole.get("/pilotage/ecrans/?territoire=31").status_code == 404
    assert part.get("/pilotage/ecrans/").status_code == 404
    assert "/pilotage/ecrans/" in whole.get("/pilotage/enrolement/").content.decode()
    assert "/pilotage/ecrans/" not in part.get("/pilotage/enrolement/").content.decode()
