"""Everyone is noticed once, by the channel that reaches them, at a sociable pace."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ens.enrolment import campaigns, pace, services
from ens.enrolment.errors import WaveCannotMove
from ens.enrolment.policies import WaveState
from ens.kernel import clock
from tests.enrolment.campaigns.conftest import MONDAY, STEERER, create, kinds, model, register, wave_of
from tests.identity.population import line


@pytest.mark.feature("S001", "S002", "S003", "S011")
def test_everyone_is_noticed_once_by_the_channel_that_reaches_them(people, tmp_path, territory, carriers):
    mail, post = line(email="a@exemple.fr"), line(email="")
    dead, nowhere = line(date_deces="2020-01-01"), line(email="", telephone="", adresse_4="", adresse_6="")
    ids = register(tmp_path, territory, mail, post, dead, nowhere)
    called = create(territory, delay_days=30)
    with clock.freeze(MONDAY):
        pace.advance()
        pace.advance()
    assert carriers["email"].people == [ids[0]]
    assert carriers["courrier"].people == [ids[1]]
    lot = carriers["courrier"].lots[0]
    assert (lot.delay_days, lot.campaign, lot.wave, lot.version) == (30, called, "V1", 1)
    assert [kinds(one) for one in ids] == [["noticed"], ["noticed"], [], []]
    seen = wave_of(called)
    assert (seen.planned, seen.sent, seen.unreached) == (2, {"email": 1, "courrier": 1}, 1)
    with clock.freeze(MONDAY + timedelta(days=31)):
        services.open_due()
    assert kinds(ids[0]) == ["noticed", "opened"]  # the delay of the letter is the delay of the opening


@pytest.mark.feature("S019")
def test_a_child_is_reached_where_a_representative_is(people, tmp_path, territory, carriers):
    mother = line()
    nothing = dict.fromkeys(("email", "adresse_4", "adresse_6", "telephone"), "")
    child = line(date_naissance="2016-02-01", representants=mother["matricule"], **nothing)
    ids = register(tmp_path, territory, mother, child)
    create(territory)
    with clock.freeze(MONDAY):
        pace.advance()
    assert sorted(carriers["email"].people) == sorted(ids)


def test_who_is_doubtful_waits_for_a_human(people, tmp_path, territory, carriers):
    from ens.identity.population import doubts
    from tests.factories import matricule

    one = line()
    twin = one | {"matricule": matricule()}
    ids = register(tmp_path, territory, one, twin)
    create(territory)
    with clock.freeze(MONDAY):
        pace.advance()
        assert carriers["email"].people == [ids[0]]
    asked = next(doubt for doubt in doubts.waiting(doubts.count()) if doubt.usager_id == ids[1])
    doubts.tell_apart(asked.id, by=STEERER)
    with clock.freeze(MONDAY + timedelta(days=1)):
        pace.advance()  # the next day takes those who came since
    assert carriers["email"].people == ids


@pytest.mark.feature("S027")
def test_variants_are_drawn_by_their_shares_and_the_draw_never_changes(people, tmp_path, territory, carriers):
    ids = register(tmp_path, territory, *(line() for _ in range(60)))
    called = create(territory, models=(model(share=50), model(variant="B", share=50), model("courrier")), lot_size=100)
    with clock.freeze(MONDAY):
        pace.advance()
    drawn = {one: lot.variant for lot in carriers["email"].lots for one in lot.people}
    assert set(drawn) == set(ids)
    assert 10 <= list(drawn.values()).count("A") <= 50
    campaigns.add_models(called, [model(share=0), model(variant="B", share=100)], by=STEERER)
    late = register(tmp_path, territory, *(line() for _ in range(5)))
    with clock.freeze(MONDAY + timedelta(days=1)):
        pace.advance()
    last = carriers["email"].lots[-1]
    assert (last.variant, last.version, sorted(last.people)) == ("B", 2, sorted(late))


def test_the_hour_the_day_and_the_pace_hold_everything_back(people, tmp_path, territory, carriers):
    register(tmp_path, territory, *(line() for _ in range(5)), *(line(email="") for _ in range(5)))
    create(territory, emails_per_hour=3, letters_per_day=4)
    with clock.freeze(datetime(2026, 1, 5, 4, tzinfo=UTC)):  # five in the morning in Paris
        pace.advance()
    assert (len(carriers["email"].people), len(carriers["courrier"].people)) == (0, 4)
    counts = []
    for minutes in (0, 30, 61, 122, 200):
        with clock.freeze(MONDAY + timedelta(minutes=minutes)):
            pace.advance()
        counts.append(len(carriers["email"].people))
    assert counts == [3, 3, 5, 5, 5]  # lots of two, two and one, within three an hour
    assert len(carriers["courrier"].people) == 4
    with clock.freeze(MONDAY + timedelta(days=1)):
        pace.advance()
    assert len(carriers["courrier"].people) == 5
    with clock.freeze(datetime(2026, 1, 11, 10, tzinfo=UTC)):  # a Sunday
        assert pace.advance().handed == 0


@pytest.mark.feature("S023")
def test_a_wave_paused_sends_nothing_resumed_it_goes_on_stopped_it_ends(people, tmp_path, territory, carriers):
    register(tmp_path, territory, *(line() for _ in range(6)))
    called = create(territory, emails_per_hour=2)
    with clock.freeze(MONDAY):
        pace.advance()
        campaigns.pause(called, "V1", by=STEERER)
        with pytest.raises(WaveCannotMove):
            campaigns.pause(called, "V1", by=STEERER)
    with clock.freeze(MONDAY + timedelta(days=1)):
        pace.advance()
        assert (len(carriers["email"].people), wave_of(called).state) == (2, WaveState.PAUSED)
        campaigns.resume(called, "V1", by=STEERER)
        pace.advance()
        assert len(carriers["email"].people) == 4
        campaigns.stop(called, "V1", by=STEERER)
    with clock.freeze(MONDAY + timedelta(days=2)):
        pace.advance()
        with pytest.raises(WaveCannotMove):
            campaigns.resume(called, "V1", by=STEERER)
        seen = wave_of(called)
    assert (len(carriers["email"].people), seen.state, seen.left) == (4, WaveState.STOPPED, 0)
    assert seen.pauses == ((MONDAY, MONDAY + timedelta(days=1)),)


def test_a_delay_changed_meanwhile_is_not_that_of_a_letter_already_printed(people, tmp_path, territory, carriers):
    (one,) = register(tmp_path, territory, line(email=""))
    called = create(territory, delay_days=42)
    carriers["courrier"].later = True
    with clock.freeze(MONDAY):
        pace.advance()
        campaigns.change(called, delay_days=10, by=STEERER)
        assert kinds(one) == []  # printed, not posted yet
        pace.advance()
    assert len(carriers["courrier"].lots) == 1
    posted = MONDAY + timedelta(days=3)
    lot = carriers["courrier"].lots[0]
    assert lot.delay_days == 42
    assert pace.confirm(lot.id, posted) == 1
    with clock.freeze(posted + timedelta(days=42)):
        services.open_due()
        assert kinds(one) == ["noticed"]
    with clock.freeze(posted + timedelta(days=43)):
        services.open_due()
        assert kinds(one) == ["noticed", "opened"]
