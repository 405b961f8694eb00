"""The pages of steering, in their states, on three widths and in both themes, by the keyboard and on paper."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from tests.browser.watching import check
from tests.steering.crowd import pilot, steerer

SENT = datetime(2026, 1, 5, 9, tzinfo=UTC)
VIEW = "?au=2026-01-20"
REGISTER = """identifiant;type;nom;departement;statut;depuis;accompagnement
440000990;etablissement;Hôpital Jean Bernadeau;44;en_service;2026-01-05;GRADeS Pays de la Loire
440000941;etablissement;CRCDC Pays de la Loire;44;engage;2026-01-06;GRADeS Pays de la Loire
310000997;etablissement;Clinique au très long nom qui va à la ligne sur un téléphone;31;contacte;2026-01-07;
"""


@pytest.fixture(scope="module")
def steering(database: Any, browser: Any, tmp_path_factory: Any) -> Any:
    """Someone of the national team; the pilot's départements noticed, two waves, one paused."""
    from ens.enrolment import campaigns, screens
    from ens.enrolment.campaigns import NewModel, NewWave
    from ens.enrolment.screens import Step
    from ens.kernel import clock
    from ens.kernel.actor import SYSTEM
    from ens.steering.register import import_register

    pilot(SENT)
    today = clock.today()
    models = [NewModel(one, "A", 100, "Objet", "{code} {lien} {dernier_jour}") for one in ("email", "courrier")]
    waves = [
        NewWave("Haute-Garonne et Somme", today - timedelta(days=40), today + timedelta(days=20), ("31", "80")),
        NewWave("Loire-Atlantique", today - timedelta(days=10), today + timedelta(days=60), ("44",)),
        NewWave("Ardèche", today + timedelta(days=70), today + timedelta(days=90), ("07",)),
    ]
    name = f"Phase pilote {clock.now():%H%M%S}"
    campaigns.create(name, models=models, waves=waves, by=SYSTEM)
    campaigns.pause(name, "Loire-Atlantique", by=SYSTEM)
    with clock.freeze(SENT):
        for step, times in ((Step.CODE, 400), (Step.REFUSED, 40), (Step.CHOICE, 300), (Step.OPPOSED, 12)):
            for number in range(times):
                screens.reached(step, "" if step in (Step.CODE, Step.REFUSED) else ("email", "courrier")[number % 2])
        screens.write()
    register = tmp_path_factory.mktemp("registre") / "engagement.csv"
    register.write_text(REGISTER, encoding="utf-8")
    assert not import_register(register, by=SYSTEM).refused
    return steerer(everywhere=True, opens_events=True)


@pytest.mark.parametrize(
    ("address", "name"),
    [
        (f"/pilotage/{VIEW}", "pilotage"),
        ("/pilotage/?au=2010-01-01", "pilotage-vide"),
        ("/pilotage/?au=demain", "pilotage-erreur"),
        (f"/pilotage/enrolement/{VIEW}&par=departement", "pilotage-departements"),
        (f"/pilotage/enrolement/{VIEW}&par=jour", "pilotage-jours"),
        ("/pilotage/calendrier/", "pilotage-calendrier"),
        (f"/pilotage/evenements/{VIEW}&par=departement&ligne=31&mesure=activated", "pilotage-evenements"),
        (f"/pilotage/etablissements/{VIEW}", "pilotage-etablissements"),
        ("/pilotage/etablissements/?au=2010-01-01", "pilotage-etablissements-vide"),
        ("/pilotage/ecrans/?au=2026-01-19", "pilotage-ecrans"),
        ("/pilotage/exports/", "pilotage-exports"),
        ("/indicateurs/", "indicateurs"),
    ],
)
def test_the_page_holds_on_every_screen(tabs: Any, steering: Any, address: str, name: str) -> None:
    window = tabs(steering)
    window.open(address)
    check(window, name)


def test_the_page_of_a_site_and_its_actions_holds_on_every_screen(tabs: Any, steering: Any) -> None:
    from django.test import Client

    from ens.kernel import clock
    from ens.steering.register import sites

    (hospital,) = (one for one in sites(["44"], clock.today()) if one.identifier == "440000990")
    address, day = f"/pilotage/etablissements/{hospital.id}/", {"echeance_jour": 1, "echeance_mois": 2}
    client = Client()
    client.force_login(steering)
    asked = {"quoi": "Poser le certificat de la messagerie", "cote": "site", "qui": "La DSI", **day}
    assert client.post(address, {**asked, "echeance_annee": 2026}).status_code == 302
    (window := tabs(steering)).open(address)
    check(window, "pilotage-site")


def test_the_keyboard_alone_changes_territory_and_date(tabs: Any, steering: Any) -> None:
    window = tabs(steering)
    window.open("/pilotage/")
    window.page.focus("#id_territoire")
    window.page.keyboard.type("Haute-Garonne")
    window.page.keyboard.press("Tab")
    window.page.keyboard.type("20/01/2026")
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    assert "Haute-Garonne, situation au mardi 20 janvier 2026" in window.page.inner_text("main").replace("\xa0", " ")


def test_on_paper_the_figures_and_the_drawing_stay(tabs: Any, steering: Any) -> None:
    window = tabs(steering)
    window.open(f"/pilotage/{VIEW}")
    window.page.emulate_media(media="print")
    try:
        assert window.page.is_visible("table.ens-chiffrier")
        assert window.page.is_visible(".ens-graphique svg")
        assert not window.page.is_visible("form.ens-perimetre")
        assert window.page.is_visible("h1")
    finally:
        window.page.emulate_media(media="screen")


def test_the_menu_is_folded_on_a_phone_and_keeps_what_was_asked(tabs: Any, steering: Any) -> None:
    window = tabs(steering)
    window.page.set_viewport_size({"width": 390, "height": 800})
    window.open(f"/pilotage/{VIEW}")
    window.page.focus("summary:has-text('Menu')")
    window.page.keyboard.press("Enter")
    check(window, "pilotage-menu", {(390, "light"): None, (320, "dark"): ("color-contrast",)})
    window.page.set_viewport_size({"width": 390, "height": 800})
    window.open(f"/pilotage/{VIEW}")
    window.page.click("summary:has-text('Menu')")
    window.page.click(".ens-burger >> text=Calendrier")
    window.page.wait_for_url("**/pilotage/calendrier/?*2026-01-20*")
