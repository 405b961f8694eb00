"""A wave that ends or is stopped leaves nobody in a lot that will never leave, and nobody is written to twice."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from ens.enrolment import campaigns, pace
from ens.enrolment.campaigns import NewWave
from ens.enrolment.models import Lot
from ens.kernel import clock
from tests.enrolment.campaigns.conftest import MONDAY, STEERER, create, kinds, register, wave_of
from tests.identity.population import line

TODAY = (MONDAY.date(), MONDAY.date())
TOMORROW = MONDAY + timedelta(days=1)
LATER = (date(2026, 1, 6), date(2026, 1, 20))


def at(moment):
    with clock.freeze(moment):
        return pace.advance()


@pytest.mark.feature("S001", "S023")
def test_who_was_not_reached_before_a_wave_ended_is_taken_by_a_later_one(people, tmp_path, territory, carriers):
    ids = register(tmp_path, territory, *(line(email="") for _ in range(3)))
    called = create(territory, days=TODAY, lot_size=1, letters_per_day=1)
    at(MONDAY)
    assert len(carriers["courrier"].people) == 1
    campaigns.add_wave(called, NewWave("V2", *LATER, departements=(territory,)), by=STEERER)
    for day in range(1, 4):
        at(MONDAY + timedelta(days=day))
    assert sorted(carriers["courrier"].people) == sorted(ids)
    assert [kinds(one) for one in ids] == [["noticed"]] * 3
    first, second = campaigns.calendar(called)
    assert [(one.planned, one.left) for one in (first, second)] == [(1, 0), (2, 0)]


def test_a_wave_prolonged_after_its_end_takes_them_itself(people, tmp_path, territory, carriers):
    ids = register(tmp_path, territory, *(line(email="") for _ in range(2)))
    called = create(territory, days=TODAY, lot_size=1, letters_per_day=1)
    at(MONDAY)
    at(TOMORROW)
    with clock.freeze(TOMORROW):
        campaigns.prolong(called, "V1", date(2026, 1, 9), by=STEERER)
    at(TOMORROW)
    assert sorted(carriers["courrier"].people) == sorted(ids)


def test_what_was_begun_before_the_end_goes_on_after_it(people, tmp_path, territory, carriers):
    by_mail, by_post = register(tmp_path, territory, line(), line(email=""))
    create(territory, days=TODAY)
    carriers["email"].fails = OSError("relais coupé")
    carriers["courrier"].later = True
    at(MONDAY)
    pace.lost(carriers["courrier"].lots[0].id)
    carriers["email"].fails, carriers["courrier"].later = None, False
    at(TOMORROW)
    assert (kinds(by_mail), kinds(by_post)) == (["noticed"], ["noticed"])


@pytest.mark.parametrize("channel", ["email", "courrier"])
def test_a_wave_stopped_keeps_nobody_from_another_campaign(people, tmp_path, territory, carriers, channel):
    (one,) = register(tmp_path, territory, line() if channel == "email" else line(email=""))
    called = create(territory)
    carriers[channel].fails = OSError("disque plein, ou relais coupé")
    at(MONDAY)
    with clock.freeze(MONDAY):
        campaigns.stop(called, "V1", by=STEERER)
    carriers[channel].fails = None
    at(MONDAY)
    assert wave_of(called).left == 0
    create(territory, days=LATER)
    at(TOMORROW)
    assert kinds(one) == ["noticed"]


def test_a_file_lost_once_its_wave_was_stopped_is_not_printed_again(people, tmp_path, territory, carriers):
    (one,) = register(tmp_path, territory, line(email=""))
    called = create(territory)
    carriers["courrier"].later = True
    at(MONDAY)
    with clock.freeze(MONDAY):
        campaigns.stop(called, "V1", by=STEERER)
    at(MONDAY + timedelta(hours=1))
    assert wave_of(called).left == 1  # at the printer's: they may still post it
    pace.lost(carriers["courrier"].lots[0].id)
    at(MONDAY + timedelta(hours=2))
    assert (len(carriers["courrier"].lots), wave_of(called).left, kinds(one)) == (1, 0, [])


@pytest.mark.feature("S004")
def test_letters_whose_drawing_was_killed_are_drawn_again_after_a_while(people, tmp_path, territory, carriers):
    (one,) = register(tmp_path, territory, line(email=""))
    create(territory)
    carriers["courrier"].fails = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        at(MONDAY)
    carriers["courrier"].fails, carriers["courrier"].later = None, True
    assert at(MONDAY + timedelta(minutes=5)).handed == 0  # they may still be drawn
    assert at(MONDAY + timedelta(minutes=20)).handed == 1
    assert at(MONDAY + timedelta(days=2)).handed == 0  # the printer has them, and may take days
    lot = Lot.objects.get(people__contains=[one])
    assert pace.confirm(lot.id, MONDAY + timedelta(days=2)) == 1


def test_a_clock_set_back_stops_neither_the_lots_nor_what_was_cut_short(people, tmp_path, territory, carriers):
    (one,) = register(tmp_path, territory, line())
    create(territory)
    carriers["email"].fails = KeyboardInterrupt()
    with pytest.raises(KeyboardInterrupt):
        at(MONDAY + timedelta(days=5))
    carriers["email"].fails = None
    (new,) = register(tmp_path, territory, line())
    assert at(MONDAY).noticed == 2
    assert (kinds(one), kinds(new)) == (["noticed"], ["noticed"])
