"""One site, as whoever steers its territory sees it: where it stands, what is to do, who, until when (S140, S141)."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from ens.kernel import clock
from ens.steering.models import SiteAction, SiteActionChange
from ens.steering.register import sites
from tests.steering.crowd import noticed, steerer
from tests.steering.test_register import finess, load

NOW = datetime(2026, 3, 16, 9, 30, tzinfo=UTC)
ASKED = {"quoi": "Poser le certificat", "cote": "site", "qui": "La DSI"}


def day(text: str) -> dict[str, str]:
    return dict(zip(("echeance_jour", "echeance_mois", "echeance_annee"), text.split("/"), strict=True))


@pytest.fixture(autouse=True)
def today(db: Any):
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(exist_ok=True)
    with clock.freeze(NOW) as moment:
        yield moment


def browser(*departements: str) -> Client:
    found = Client()
    found.force_login(steerer(departements=departements))
    return found


def a_site(folder: Path, departement: str, *, number: str = "") -> str:
    number = number or finess()
    line = f"{number};etablissement;Hôpital {number};{departement}"
    load(folder, f"{line};contacte;2026-01-05;GRADeS", f"{line};en_service;2026-02-02;GRADeS")
    (found,) = (one for one in sites([departement], clock.today()) if one.identifier == number)
    return f"/pilotage/etablissements/{found.id}/"


@pytest.mark.feature("S140")
def test_a_site_shows_its_statuses_its_doors_and_the_figures_of_its_departement(tmp_path, people, monkeypatch):
    from django.conf import settings

    from ens.enrolment import daily
    from tests.cli.test_clients import asked as client

    monkeypatch.setattr(settings, "ENS_SMALL_COUNTS", 11)
    ours = people.establishment()
    client("ajouter", nom="Logiciel du site", finess=ours.finess)
    people.mailbox(ours)
    noticed(40, "972", at=NOW)
    daily.refresh()
    address = a_site(tmp_path, "972", number=ours.finess)
    page = browser("972").get(address).content.decode()
    assert "En service" in page and "05/01/2026" in page and "GRADeS" in page and "Martinique" in page
    facts = " ".join(page.split())
    assert "<dt>Logiciels admis à déposer</dt><dd>1</dd>" in facts
    assert "<dt>Boîtes de messagerie</dt><dd>1</dd>" in facts
    assert "Personnes prévenues" in page
    register = browser("972").get("/pilotage/etablissements/").content.decode()
    assert f'href="{address}"' in register


@pytest.mark.feature("S141")
def test_an_action_is_shared_done_and_taken_up_again_each_time_signed(tmp_path):
    address = a_site(tmp_path, "973")
    theirs, ours = browser("973"), browser("973", "974")
    asked = {**ASKED, **day("30/04/2026")}
    assert theirs.post(address, asked).status_code == 302
    theirs.post(address, asked)  # sent twice: one action
    action = SiteAction.objects.get(site_id=address.split("/")[-2])
    assert "Poser le certificat" in ours.get(address).content.decode()
    move = f"/pilotage/etablissements/actions/{action.id}/"
    for state in ("faite", "faite", "abandonnee", "ouverte"):  # done twice is once; what is done is not dropped
        assert ours.post(move, {"etat": state}).headers["Location"] == address
    changes = SiteActionChange.objects.filter(action=action).order_by("at", "id")
    assert [one.state for one in changes] == ["ouverte", "faite", "ouverte"]
    assert {one.name for one in changes} == {"Camille Morel"}
    with clock.freeze(datetime(2026, 5, 1, 12, tzinfo=UTC)):
        assert "en retard" in ours.get(address).content.decode()


@pytest.mark.feature("S141", "S142")
def test_of_another_territory_neither_the_site_nor_its_actions_exist(tmp_path):
    address = a_site(tmp_path, "974")
    browser("974").post(address, {**ASKED, **day("30/04/2026")})
    action = SiteAction.objects.get(site_id=address.split("/")[-2])
    stranger, move = browser("31"), f"/pilotage/etablissements/actions/{action.id}/"
    answers = [
        stranger.get(address), stranger.post(address, {**ASKED, **day("30/04/2026")}),
        stranger.post(move, {"etat": "faite"}), browser("974").post(move, {"etat": "oubliee"}),
    ]  # fmt: skip
    assert [answer.status_code for answer in answers] == [404] * 4
    action.refresh_from_db()
    assert action.state == "ouverte"


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quoi": ""}, "Dites ce qu’il faut faire"),
        ({"qui": " "}, "Dites qui s’en charge"),
        ({"cote": "ailleurs"}, "Choisissez un côté"),
        (day("31/02/2026"), "Cette date n’existe pas"),
        (day("01/01/2099"), "Cette date est trop loin"),
        ({"quoi": "x" * 161}, "160"),
    ],
)
def test_what_is_missing_is_said_beside_its_field_and_nothing_is_added(tmp_path, changes, said):
    address = a_site(tmp_path, "976")
    answer = browser("976").post(address, {**ASKED, **day("30/04/2026"), **changes})
    assert answer.status_code == 422
    assert said in answer.content.decode().replace("\xa0", " ")
    assert not SiteAction.objects.filter(site_id=address.split("/")[-2]).exists()
