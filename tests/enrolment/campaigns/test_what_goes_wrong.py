"""A file lost, a relay away, a sending killed, an e-mail that bounced: nobody is forgotten nor written to twice."""

from __future__ import annotations

from datetime import timedelta

import pytest

from ens.enrolment import campaigns, pace, ports, services
from ens.kernel import clock
from tests.enrolment.campaigns.conftest import BODY, MONDAY, STEERER, create, kinds, model, register
from tests.identity.population import line


def test_a_file_the_printer_lost_is_handed_over_again_as_it_was(people, tmp_path, territory, carriers):
    (one,) = register(tmp_path, territory, line(email=""))
    called = create(territory)
    carriers["courrier"].later = True
    with clock.freeze(MONDAY):
        pace.advance()
        lot = carriers["courrier"].lots[0]
        campaigns.add_models(called, [model("courrier", body=BODY + " Bis.")], by=STEERER)
        pace.lost(lot.id)
        carriers["courrier"].later = False
        pace.advance()
    assert [again.version for again in carriers["courrier"].lots] == [1, 1]
    assert kinds(one) == ["noticed"]
    pace.lost(lot.id)  # too late: it was posted
    with clock.freeze(MONDAY + timedelta(hours=1)):
        pace.advance()
    assert len(carriers["courrier"].lots) == 2


def test_the_relay_away_for_a_day_loses_nothing_and_notices_nobody_twice(people, tmp_path, territory, carriers):
    ids = register(tmp_path, territory, *(line() for _ in range(3)))
    create(territory)
    carriers["email"].fails = OSError("ailleurs")
    for hour in range(8):
        with clock.freeze(MONDAY + timedelta(hours=hour)):
            assert pace.advance().handed == 0
    assert all(kinds(one) == [] for one in ids)
    carriers["email"].fails = None
    carriers["email"].lots.clear()
    with clock.freeze(MONDAY + timedelta(days=1)):
        pace.advance()
        pace.advance()
    assert sorted(carriers["email"].people) == sorted(ids)
    assert all(kinds(one) == ["noticed"] for one in ids)


def test_a_sending_killed_in_the_middle_is_taken_up_after_a_while(people, tmp_path, territory, carriers):
    (one,) = register(tmp_path, territory, line())
    create(territory)
    carriers["email"].fails = KeyboardInterrupt()
    with clock.freeze(MONDAY), pytest.raises(KeyboardInterrupt):
        pace.advance()
    carriers["email"].fails = None
    with clock.freeze(MONDAY + timedelta(minutes=5)):
        assert pace.advance().handed == 0  # it may still be sending
    with clock.freeze(MONDAY + timedelta(minutes=20)):
        assert pace.advance().noticed == 1
    assert kinds(one) == ["noticed"]


@pytest.mark.feature("S119")
def test_an_e_mail_that_bounced_is_followed_by_a_letter_and_a_new_delay(people, tmp_path, territory, carriers):
    bounced, fine, gone = line(), line(), line(adresse_4="", adresse_6="")
    ids = register(tmp_path, territory, bounced, fine, gone)
    create(territory)
    with clock.freeze(MONDAY):
        pace.advance()
    with clock.freeze(MONDAY + timedelta(days=2)):
        for one in (ids[0], ids[2]):
            services.returned(one, by=STEERER)
        pace.advance()
        pace.advance()
    assert carriers["courrier"].people == [ids[0]]
    assert carriers["courrier"].lots[0].again
    assert [kinds(one) for one in ids] == [["noticed", "returned", "noticed"], ["noticed"], ["noticed", "returned"]]
    with clock.freeze(MONDAY + timedelta(days=43)):
        services.open_due()
    assert [kinds(one)[-1] for one in ids] == ["noticed", "opened", "opened"]


def test_who_chooses_between_the_lot_and_its_sending_is_not_written_to(people, tmp_path, territory, carriers):
    opposed, active, other = register(tmp_path, territory, line(), line(), line())
    create(territory, lot_size=10)
    with clock.freeze(MONDAY.replace(hour=2)):  # planned, and held back until the morning
        pace.advance()
    services.oppose(opposed, by=STEERER, at=MONDAY.replace(hour=3))
    services.activate(active, by=STEERER, at=MONDAY.replace(hour=3))
    with clock.freeze(MONDAY):
        pace.advance()
    assert carriers["email"].people == [other]


def test_nobody_carries_a_channel_its_lots_wait(people, tmp_path, territory, carriers):
    (one,) = register(tmp_path, territory, line())
    create(territory)
    del ports._senders["email"]
    with clock.freeze(MONDAY):
        pace.advance()
    assert kinds(one) == []
    assert wave_count(territory) == 1


def wave_count(territory):
    from ens.enrolment.models import Lot

    return Lot.objects.filter(departement=territory, sent_at__isnull=True).count()
