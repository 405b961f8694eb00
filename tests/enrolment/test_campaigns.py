"""Campaigns: made whole or not at all, at a sociable pace, paused, resumed, changed while they run."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta
from itertools import count

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ens.enrolment import campaigns, pace, policies, ports, services
from ens.enrolment.campaigns import NewModel, NewWave
from ens.enrolment.errors import CampaignMalformed, CampaignUnknown, TerritoryTaken, WaveCannotMove
from ens.enrolment.policies import PAUSE, RESUME, STOP, WaveState, check_words, is_sociable, territories, wave_state
from ens.kernel import clock
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.ids import new_id
from tests.connectors.conftest import campaigns_are_over
from tests.identity.population import line, write

STEERER = Actor(ActorKind.PILOTAGE, "pilote", "Pilote")
BODY = "Bonjour {prenom_nom}. Code {code}, {lien}. Vous avez {delai_jours} jours, jusqu'au {dernier_jour}."
MONDAY = datetime(2026, 1, 5, 9, tzinfo=UTC)
DAYS = (date(2026, 1, 5), date(2026, 1, 16))


def model(channel="email", variant="A", share=100, body=BODY):
    return NewModel(channel, variant, share, "Votre espace santé", body)


MODELS = (model(), model("courrier"))


def name():
    return f"Campagne {new_id().hex[-8:]}"


class Carrier:
    """Keeps what it is given, as a relay or a printer would; ``fails`` and ``later`` say how it answers."""

    def __init__(self):
        self.lots, self.fails, self.later = [], None, False

    def send(self, lot):
        self.lots.append(lot)
        if self.fails:
            raise self.fails
        return None if self.later else clock.now()

    @property
    def people(self):
        return [usager_id for lot in self.lots for usager_id in lot.people]


@pytest.fixture
def carriers(monkeypatch):
    monkeypatch.setattr(ports, "_senders", {})
    both = {"email": Carrier(), "courrier": Carrier()}
    for channel, carrier in both.items():
        ports.use_sender(channel, carrier)
    return both


_numbers = count()


@pytest.fixture
def territory(people, monkeypatch):
    """A département of this test's own, so that nobody else is in it."""
    from ens.identity.population import judging
    from ens.standards.departements import DEPARTEMENTS, Departement

    code = f"Z{next(_numbers):02X}"  # one drawn would be another test's now and then, with its people
    monkeypatch.setitem(DEPARTEMENTS, code, Departement(code, "Essai", "99", "Essai"))
    monkeypatch.setattr(judging, "_placed", lambda fields: fields)
    monkeypatch.setattr(judging, "_WHOLE", re.compile(".*", re.DOTALL))
    return code


@pytest.fixture(autouse=True)
def over(db):
    """Waves of other tests are over before and after each: its clock would run them too."""
    campaigns_are_over()
    yield
    campaigns_are_over()


def register(tmp_path, territory, *lines):
    from ens.identity.population.load import import_population
    from ens.identity.queries import find_usager

    placed = [{**one, "departement": territory} for one in lines]
    report = import_population(write(tmp_path / f"{new_id()}.csv", *placed))
    assert report.registered == len(lines), report.refused
    return [find_usager(one["matricule"]).usager_id for one in lines]


def create(territory, days=DAYS, **parameters):
    called = name()
    campaigns.create(
        called, models=parameters.pop("models", MODELS), waves=[NewWave("V1", *days, departements=(territory,))],
        by=STEERER, **{"lot_size": 2, **parameters},
    )  # fmt: skip
    return called


def kinds(usager_id):
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT kind FROM enrolment_event WHERE usager_id = %s ORDER BY rank", [usager_id])
        return [kind for (kind,) in cursor.fetchall()]


def wave_of(called):
    return campaigns.calendar(called)[0]


# -- rules ---------------------------------------------------------------------------------------------------
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


# -- made -----------------------------------------------------------------------------------------------------
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


# -- run ------------------------------------------------------------------------------------------------------
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
    asked = next(doubt for doubt in doubts.waiting(1_000) if doubt.usager_id == ids[1])
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


def test_policies_are_pure():
    import inspect

    assert "django" not in inspect.getsource(policies)
