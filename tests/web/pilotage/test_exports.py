"""Each figure opens on its events for those entitled; files hold what the page shows; everything taken is kept."""

from __future__ import annotations

import csv
import io
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from django.test import override_settings

from ens.enrolment import daily
from ens.enrolment.types import EventKind
from ens.kernel import clock
from tests.steering.crowd import happened, noticed, steerer

SENT = datetime(2026, 1, 5, 9, tzinfo=UTC)
VIEW = "au=2026-01-20"


@pytest.fixture(autouse=True)
def today(db):
    with clock.freeze(datetime(2026, 3, 16, 9, 30, tzinfo=UTC)) as moment:
        yield moment


@pytest.fixture
def corsica(db):
    """Ten départements would do: one whose people are these, in two lots."""
    people = noticed(60, "2A", at=SENT, channel="email") + noticed(70, "2A", at=SENT)
    happened(people[:30], EventKind.ACTIVATED, at=SENT + timedelta(days=5))
    happened(people[50:75], EventKind.OPPOSED, at=SENT + timedelta(days=6))
    daily.refresh()
    return people


def references(answer) -> list[str]:
    return re.findall(r"[0-9A-F]{4} [0-9A-F]{4} [0-9A-F]{4} [0-9A-F]{4}", answer.content.decode())


@pytest.mark.feature("B07")
@override_settings(ENS_SMALL_COUNTS=1)
def test_every_figure_of_a_table_opens_on_as_many_events(sign_in, corsica):
    """Whoever else is in the table, and in whatever order they came."""
    browser = sign_in(steerer(departements=("2A",), opens_events=True))
    for cut in ("departement", "canal", "variante", "jour", "vague"):
        page = browser.get(f"/pilotage/enrolement/?par={cut}&{VIEW}").content.decode()
        links = re.findall(r'href="(/pilotage/evenements/[^"]+)">([\d\u00a0]+)<', page)
        assert len(links) >= 4, cut
        for address, shown in links:
            count = int(shown.replace("\u00a0", ""))
            found: list[str] = []
            for number in range(1, -(-count // 50) + 1):
                found += references(browser.get(f"{address.replace('&amp;', '&')}&page={number}"))
            assert len(found) == len(set(found)) == count, address
            beyond = browser.get(f"{address.replace('&amp;', '&')}&page={count // 50 + 2}")
            assert beyond.status_code == 404


@override_settings(ENS_SMALL_COUNTS=1)
def test_a_person_keeps_their_reference_and_it_is_not_their_id(sign_in, corsica):
    browser = sign_in(steerer(departements=("2A",), opens_events=True))
    noticed_of = references(browser.get(f"/pilotage/evenements/?mesure=noticed&par=departement&ligne=2A&{VIEW}"))
    again = references(browser.get(f"/pilotage/evenements/?mesure=noticed&par=canal&{VIEW}"))
    assert set(noticed_of) & set(again)
    known = {str(person).replace("-", "").upper()[:16] for person in corsica}
    assert not {one.replace(" ", "") for one in noticed_of} & known


@pytest.mark.feature("B07", "S142")
@override_settings(ENS_SMALL_COUNTS=1)
def test_events_are_absent_for_who_may_not_open_them(sign_in, corsica):
    asked = f"mesure=noticed&par=departement&ligne=2A&{VIEW}"
    without = sign_in(steerer(departements=("2A",)))
    elsewhere = sign_in(steerer(departements=("2B",), opens_events=True))
    for browser in (without, elsewhere):
        assert browser.get(f"/pilotage/evenements/?{asked}").status_code == 404
        assert browser.get(f"/pilotage/telecharger/evenements.csv?{asked}").status_code == 404
    assert "/pilotage/evenements/" not in without.get(f"/pilotage/?{VIEW}").content.decode()


@pytest.mark.parametrize(
    "asked", ["mesure=noticed&ligne=2C", "mesure=age&ligne=2A", "ligne=2A", "mesure=opposed&par=nom"]
)
def test_a_figure_that_does_not_exist_opens_on_nothing(sign_in, asked):
    browser = sign_in(steerer(everywhere=True, opens_events=True))
    assert browser.get(f"/pilotage/evenements/?{asked}").status_code == 404


def test_a_hidden_figure_opens_on_nothing(sign_in):
    people = noticed(80, "05", at=SENT)
    happened(people[:4], EventKind.OPPOSED, at=SENT + timedelta(days=6))
    daily.refresh()
    browser = sign_in(steerer(departements=("05",), opens_events=True))
    assert browser.get(f"/pilotage/evenements/?mesure=opposed&par=departement&ligne=05&{VIEW}").status_code == 404


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(data.decode("utf-8-sig")), delimiter=";"))


@pytest.mark.feature("S022", "B07")
def test_the_two_files_say_what_the_page_shows_and_nothing_hidden(sign_in, tmp_path: Path):
    people = noticed(80, "04", at=SENT)
    happened(people[:4], EventKind.OPPOSED, at=SENT + timedelta(days=6))
    daily.refresh()
    browser = sign_in(steerer(departements=("04",)))
    answer = browser.get(f"/pilotage/telecharger/tableau.csv?{VIEW}")
    assert 'filename="enrolement-departement-2026-01-20.csv"' in answer.headers["Content-Disposition"]
    [row] = rows(answer.content)
    assert row["departement"] == "04"
    assert row["oppositions"] == ""  # not 4
    assert int(row["masques"]) >= 2
    assert row["situation_au"] == "2026-01-20"
    target = tmp_path / "tableau.parquet"
    target.write_bytes(browser.get(f"/pilotage/telecharger/tableau.parquet?{VIEW}").content)
    with duckdb.connect() as base:
        found = base.sql(f"SELECT departement, oppositions, masques FROM '{target}'").fetchall()
    assert found == [("04", None, int(row["masques"]))]
    assert browser.get("/pilotage/telecharger/tableau.xlsx").status_code == 404
    assert browser.get("/pilotage/telecharger/tableau.csv?au=demain").status_code == 404


@override_settings(ENS_SMALL_COUNTS=1)
def test_events_are_exported_whole_and_every_taking_is_kept(sign_in, corsica, tmp_path: Path):
    compte = steerer(departements=("2A",), opens_events=True)
    browser = sign_in(compte)
    asked = f"mesure=opposed&par=departement&ligne=2A&{VIEW}"
    browser.get(f"/pilotage/evenements/?{asked}")
    found = rows(browser.get(f"/pilotage/telecharger/evenements.csv?{asked}").content)
    assert {row["evenement"] for row in found} == {"opposed"}
    assert len({row["reference"] for row in found}) == len(found) >= 25
    target = tmp_path / "evenements.parquet"
    target.write_bytes(browser.get(f"/pilotage/telecharger/evenements.parquet?{asked}").content)
    with duckdb.connect() as base:
        assert base.sql(f"SELECT count(*) FROM '{target}'").fetchall() == [(len(found),)]
    from ens.steering.models import Taking

    kept = list(Taking.objects.filter(compte_id=compte.id).order_by("id"))
    assert [(one.what, one.form) for one in kept] == [
        ("evenements", "page"), ("evenements", "csv"), ("evenements", "parquet"),
    ]  # fmt: skip
    assert kept[1].rows == len(found)
    assert kept[1].facts == {
        "coupe": "departement", "jour": "2026-01-20", "territoire": ["2A"], "mesure": "opposed", "ligne": "2A",
    }  # fmt: skip
    assert kept[1].name == "Camille Morel"
    page = browser.get("/pilotage/exports/").content.decode()
    assert page.count("Événements : oppositions") == 3
    assert "Rien pour le moment" in sign_in(steerer(departements=("2A",))).get("/pilotage/exports/").content.decode()


@override_settings(ENS_SMALL_COUNTS=1)
def test_too_many_events_for_a_file_is_said(sign_in, corsica, monkeypatch):
    monkeypatch.setattr("ens.steering.events.LARGEST_EXPORT", 20)
    browser = sign_in(steerer(departements=("2A",), opens_events=True))
    answer = browser.get(f"/pilotage/telecharger/evenements.csv?mesure=opposed&par=departement&ligne=2A&{VIEW}")
    assert answer.status_code == 400
    assert "20 événements au plus" in answer.content.decode()


def test_a_name_that_a_spreadsheet_would_run_is_given_as_a_word():
    from ens.steering.exports import file_of

    data = file_of(("vague", "prevenus"), [("=HYPERLINK(1)", 12)], ("VARCHAR", "BIGINT"), "csv")
    assert rows(data) == [{"vague": "'=HYPERLINK(1)", "prevenus": "12"}]
