"""A part of the space opens on a date, by territory: said before, in the usager's own page."""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, date, datetime

import pytest
from django.test import Client, override_settings

from ens.identity.models import Usager
from ens.journeys import openings
from ens.kernel import clock
from ens.kernel.actor import SYSTEM
from ens.persistence.unit import unit_of_work

DATES = {"agenda": {"": date(2027, 1, 15), "974": date(2027, 3, 1)}, "applications": {"31": date(2027, 2, 1)}}
BEFORE = datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.mark.feature("S124")
@override_settings(ENS_OPENINGS=DATES)
@pytest.mark.parametrize(
    ("part", "departement", "expected"),
    [
        ("agenda", "31", date(2027, 1, 15)),
        ("agenda", "974", date(2027, 3, 1)),  # a date of its own
        ("agenda", "", date(2027, 1, 15)),
        ("applications", "31", date(2027, 2, 1)),
        ("applications", "80", None),  # not announced there
        ("applications", "", None),
        ("profil", "31", None),
    ],
)
def test_the_day_is_that_of_where_one_lives(part, departement, expected):
    assert openings.opens_on(part, departement) == expected


@pytest.mark.feature("S124")
@pytest.mark.parametrize(
    ("told", "departement", "is_open", "day"),
    [
        ({}, "31", True, None),  # no day told
        ({"": date(2027, 1, 15)}, "31", False, date(2027, 1, 15)),
        ({"": date(2026, 12, 1)}, "31", True, None),  # the day itself
        ({"31": date(2026, 12, 1)}, "31", True, None),
        ({"31": date(2026, 12, 1)}, "80", False, None),  # elsewhere only
        ({"31": date(2026, 12, 1)}, "", False, None),
    ],
)
def test_a_part_is_open_where_its_day_is_over_and_everywhere_when_none_is_told(people, told, departement, is_open, day):
    person = people.usager()

    def live(unit):
        unit.untraced("essai")
        Usager.objects.filter(usager_id=person.usager_id).update(departement=departement)

    unit_of_work(person.usager_id, live, by=SYSTEM)
    with override_settings(ENS_OPENINGS={"profil": told} if told else {}), clock.freeze(BEFORE):
        assert openings.opening(person.usager_id, "profil", by=person.actor) == openings.Opening(is_open, day)


@pytest.mark.feature("S124")
@override_settings(ENS_OPENINGS=DATES)
@pytest.mark.parametrize(("departement", "said"), [("80", "15 janvier 2027"), ("974", "1er mars 2027")])
def test_the_page_says_from_when(people, departement, said):
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(exist_ok=True)
    person = people.usager()

    def live(unit):
        unit.untraced("essai")
        Usager.objects.filter(usager_id=person.usager_id).update(departement=departement)

    unit_of_work(person.usager_id, live, by=SYSTEM)
    browser = Client()
    browser.force_login(person.compte)
    with clock.freeze(BEFORE):
        page = browser.get("/agenda/").content.decode().replace("\xa0", " ")
        assert f"Disponible à partir du {said}" in page
        assert "Disponible prochainement" in browser.get("/applications/").content.decode()
        assert "Profil médical" in browser.get("/profil/").content.decode()  # no day is told: open
    with clock.freeze(datetime(2027, 4, 1, 9, tzinfo=UTC)):  # over: nothing false is announced
        assert "Disponible prochainement" in browser.get("/agenda/").content.decode()


@pytest.mark.parametrize("wrong", ["agenda", "agenda=demain", "agenda@00=2027-01-01", "=2027-01-01"])
def test_a_setting_that_is_none_stops_the_start_with_how_to_write_it(wrong):
    story = "from ens.config.environment import openings; openings('ENS_OPENINGS', {'31'})"
    done = subprocess.run(
        [sys.executable, "-c", story],
        env={**os.environ, "ENS_OPENINGS": wrong}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode != 0
    assert "agenda=2027-01-15" in done.stderr
