"""The pages of steering: one's own territory, figures that add up, at any past date, small counts hidden."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta

import pytest
from django.test import override_settings

from ens.enrolment import campaigns, daily
from ens.enrolment.campaigns import NewModel, NewWave
from ens.enrolment.types import EventKind
from ens.kernel import clock
from ens.kernel.actor import SYSTEM
from tests.steering.crowd import happened, noticed, steerer

SENT = datetime(2026, 1, 5, 9, tzinfo=UTC)
TEXT = "Réponse {code} {lien} {dernier_jour}"


@pytest.fixture(autouse=True)
def today(db):
    with clock.freeze(datetime(2026, 3, 16, 9, 30, tzinfo=UTC)) as moment:
        yield moment


def row(answer, name: str) -> list[str]:
    """The counts shown beside a name in the first table."""
    page = re.sub(r"\s+", " ", answer.content.decode())
    table = page[page.index("<table") : page.index("</table>")]
    found = re.search(rf'<th scope="row">{re.escape(name)}</th>(.*?)</tr>', table)
    assert found, f"no row {name}"
    cells = re.findall(r"<td[^>]*>(.*?)</td>", found[1])
    return [re.sub(r"<[^>]+>", "", cell).replace(" ", "") for cell in cells]


@pytest.mark.feature("S021", "S022", "S025")
@override_settings(ENS_SMALL_COUNTS=1)  # what other tests leave hides nothing here
def test_a_row_adds_up_and_the_remainder_is_shown(sign_in):
    """Cantal, where nobody else is noticed: at the end of a day, then of another."""
    people = noticed(4_000, "15", at=SENT)
    happened(people[:800], EventKind.ACTIVATED, at=SENT + timedelta(days=5))
    happened(people[800:1_200], EventKind.OPPOSED, at=SENT + timedelta(days=10))
    daily.refresh()
    browser = sign_in(steerer(departements=("15",)))
    at_first = browser.get("/pilotage/?au=2026-01-06")
    assert row(at_first, "Cantal") == ["4000", "0", "0", "0", "4000", "0"]
    later = browser.get("/pilotage/?au=20/01/2026")
    assert row(later, "Cantal") == ["4000", "800", "0", "400", "2800", "0"]
    after_the_deadline = browser.get("/pilotage/")
    assert row(after_the_deadline, "Cantal") == ["4000", "800", "0", "400", "0", "2800"]  # due, not opened yet
    page = later.content.decode().replace("\xa0", " ")
    assert "10,0 % <span" in page and "(400 sur 4 000)" in page  # a rate says what it is made of


@pytest.mark.feature("S112", "S142")
def test_another_territory_answers_like_one_that_does_not_exist(sign_in):
    browser = sign_in(steerer(departements=("15", "80")))
    for wanted in ("31", "R76", "00", "tout", "75"):
        for address in ("/pilotage/", "/pilotage/enrolement/", "/pilotage/calendrier/"):
            answer = browser.get(f"{address}?territoire={wanted}")
            assert answer.status_code == 404, (address, wanted)
            nowhere = browser.get("/pilotage/nulle-part/")
            assert "Cette page n’existe pas" in answer.content.decode()
            assert "Cette page n’existe pas" in nowhere.content.decode()
    options = browser.get("/pilotage/").content.decode()
    assert "Haute-Garonne" not in options


@override_settings(ENS_SMALL_COUNTS=1)
def test_a_figure_of_elsewhere_is_in_no_sum(sign_in):
    noticed(3_000, "43", at=SENT)
    noticed(4_000, "63", at=SENT)
    daily.refresh()
    answer = sign_in(steerer(departements=("43",))).get("/pilotage/")
    assert row(answer, "Haute-Loire")[0] == "3000"
    assert "Puy-de-Dôme" not in answer.content.decode()
    whole = sign_in(steerer(departements=("43", "63"))).get("/pilotage/")
    assert row(whole, "Ensemble")[0] == "7000"
    one = sign_in(steerer(departements=("43", "63"))).get("/pilotage/?territoire=63")
    assert row(one, "Puy-de-Dôme")[0] == "4000"


@pytest.mark.parametrize("dates", [{"until": datetime(2026, 3, 15).date(), "since": datetime(2026, 3, 1).date()}, None])
def test_without_a_mandate_today_there_is_no_page(sign_in, dates):
    from ens.identity.services import create_compte
    from ens.kernel.ids import new_id

    if dates:
        compte = steerer(departements=("15",), **dates)
    else:
        compte = create_compte(f"pilote-{new_id()}", name="Sans mandat", role="pilotage")
    browser = sign_in(compte)
    for address in ("/pilotage/", "/pilotage/enrolement/", "/pilotage/calendrier/"):
        assert browser.get(address).status_code == 404


def test_a_small_count_is_hidden_and_so_is_what_would_give_it(sign_in):
    people = noticed(60, "48", at=SENT)
    happened(people[:3], EventKind.OPPOSED, at=SENT + timedelta(days=2))
    daily.refresh()
    answer = sign_in(steerer(departements=("48",))).get("/pilotage/?au=2026-01-20")
    shown = row(answer, "Lozère")
    assert shown[3] == "masqué"
    assert shown.count("masqué") >= 2
    assert "(3 sur" not in answer.content.decode()
    assert "moins de 11 personnes" in answer.content.decode()


def test_what_the_table_of_everywhere_hides_stays_hidden_in_a_narrower_one(sign_in):
    """Else the same row, looked at alone, would give what was hidden beside a small count."""
    for departement, opposed in (("09", 4), ("12", 30), ("32", 40)):
        people = noticed(90, departement, at=SENT)
        happened(people[:opposed], EventKind.OPPOSED, at=SENT + timedelta(days=2))
    daily.refresh()
    everywhere = sign_in(steerer(everywhere=True)).get("/pilotage/?au=2026-01-20")
    for name, code in (("Ariège", "09"), ("Aveyron", "12"), ("Gers", "32")):
        hidden = [place for place, cell in enumerate(row(everywhere, name)) if cell == "masqué"]
        alone = row(sign_in(steerer(departements=(code,))).get("/pilotage/?au=2026-01-20"), name)
        assert [place for place in hidden if alone[place] != "masqué"] == []


@pytest.mark.parametrize("typed", ["31/02/2026", "demain", "2026-13-01", "16/03/2126", "17/03/2026", "1/1/1999"])
def test_a_date_that_is_none_is_said_beside_the_field(sign_in, typed):
    answer = sign_in(steerer(departements=("15",))).get("/pilotage/", {"au": typed})
    assert answer.status_code == 422
    page = answer.content.decode()
    assert 'id="id_au_error"' in page
    assert typed in page  # what was typed is kept


def test_before_anyone_is_noticed_the_page_says_so(sign_in):
    answer = sign_in(steerer(departements=("976",))).get("/pilotage/")
    assert answer.status_code == 200
    assert "Personne n’avait été prévenu" in answer.content.decode()


@pytest.mark.feature("S027")
@override_settings(ENS_SMALL_COUNTS=1)  # what other tests leave hides nothing here
def test_the_figures_are_cut_by_wave_channel_variant_and_day(sign_in):
    campaign = f"Campagne {clock.now()} {id(sign_in)}"
    models = [NewModel(one, "A", 100, "Objet", TEXT) for one in ("email", "courrier")]
    campaigns.create(
        campaign, models=models, by=SYSTEM,
        waves=[NewWave("Vague de la Creuse", SENT.date(), SENT.date() + timedelta(days=5), ("23",))],
    )  # fmt: skip
    wave = next(one for one in campaigns.calendar(campaign) if one.name == "Vague de la Creuse")
    noticed(3_000, "23", at=SENT, channel="email", wave_id=wave.id, variant="A")
    noticed(2_000, "23", at=SENT + timedelta(days=1), wave_id=wave.id, variant="B")
    daily.refresh()
    browser = sign_in(steerer(departements=("23",)))
    for cut, rows in {
        "vague": {"Vague de la Creuse": "5000"},
        "canal": {"E-mail": "3000", "Courrier": "2000", "Ensemble": "5000"},
        "variante": {"Variante A": "3000", "Variante B": "2000"},
        "jour": {"lundi 5 janvier": "3000", "mardi 6 janvier": "2000"},
        "departement": {"Creuse": "5000"},
    }.items():
        answer = browser.get(f"/pilotage/enrolement/?par={cut}")
        assert {name: row(answer, name)[0] for name in rows} == rows, cut
    assert browser.get("/pilotage/enrolement/?par=profession").status_code == 404


@pytest.mark.feature("S023", "S025")
@override_settings(ENS_SMALL_COUNTS=1)  # what other tests leave hides nothing here
def test_two_campaigns_that_call_a_wave_alike_are_told_apart(sign_in):
    models = [NewModel(one, "A", 100, "Objet", TEXT) for one in ("email", "courrier")]
    called = [f"Campagne {rank} {id(sign_in)}" for rank in (1, 2)]
    for campaign, count in zip(called, (3_000, 2_000), strict=True):
        wave = NewWave("Vague de Lozère", SENT.date(), SENT.date() + timedelta(days=5), ("48",))
        campaigns.create(campaign, models=models, by=SYSTEM, waves=[wave])
        noticed(count, "48", at=SENT, wave_id=campaigns.calendar(campaign)[0].id, variant="A")
    daily.refresh()
    browser = sign_in(steerer(departements=("48",)))
    answer = browser.get("/pilotage/enrolement/?par=vague")
    assert [row(answer, f"Vague de Lozère ({one})")[0] for one in called] == ["3000", "2000"]
    drawn = browser.get("/pilotage/calendrier/").content.decode()
    assert all(f"<title>Vague de Lozère ({one})," in drawn for one in called)


@pytest.mark.feature("S023", "S024")
def test_the_calendar_is_drawn_with_its_table(sign_in):
    campaign = f"Phase pilote {id(sign_in)} {clock.now()}"
    models = [NewModel(one, "A", 100, "Objet", TEXT) for one in ("email", "courrier")]
    day = SENT.date()
    campaigns.create(
        campaign, models=models, delay_days=42, by=SYSTEM,
        waves=[
            NewWave("Vague du Jura", day, day + timedelta(days=100), ("39",)),
            NewWave("Vague du Doubs", day + timedelta(days=30), day + timedelta(days=200), ("25", "70")),
        ],
    )  # fmt: skip
    campaigns.pause(campaign, "Vague du Jura", by=SYSTEM)
    page = sign_in(steerer(departements=("39",))).get("/pilotage/calendrier/").content.decode()
    assert "Vague du Doubs" not in page
    assert "<title>Vague du Jura, en pause\u00a0: du" in page.replace(" :", "\u00a0:")
    assert page.count("ens-part--pause") == 2  # on the drawing, and in its key
    assert "27/05/2026" in page  # 42 days after the wave's last
    both = sign_in(steerer(departements=("25", "39"))).get("/pilotage/calendrier/").content.decode()
    assert "Vague du Doubs" in both
    assert "et un autre département" in both
    assert "Haute-Saône" not in both
    nothing = sign_in(steerer(departements=("974",))).get("/pilotage/calendrier/").content.decode()
    assert "Aucune vague dans ce territoire" in nothing


def test_a_page_costs_the_same_queries_whatever_it_shows(sign_in):
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = sign_in(steerer(everywhere=True))
    browser.get("/pilotage/")
    with CaptureQueriesContext(connection, ) as before:
        browser.get("/pilotage/")
    noticed(30, "88", at=SENT)
    noticed(30, "90", at=SENT)
    daily.refresh()
    with CaptureQueriesContext(connection) as after:
        browser.get("/pilotage/")
    assert len(after) == len(before) <= 8
