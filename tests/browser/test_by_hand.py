"""What a person does on a page: by hand, by keyboard, on a phone."""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.browser.conftest import IMAGES
from tests.browser.story import Space, full_space


@pytest.fixture
def own(database: Any, browser: Any) -> Space:
    """A space of the test's own, for acts that change it."""
    from tests.factories import People

    return full_space(People())


def test_the_skip_link_moves_the_focus_to_the_content(window_for: Any, full: Space) -> None:
    page = (window := window_for(full.compte)).page
    window.open("/documents/")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "contenu"


def test_the_profile_panel_opens_and_closes_by_keyboard(window_for: Any, full: Space) -> None:
    page = (window := window_for(full.compte)).page
    window.open("/accueil/")
    page.focus(".ens-puce-profil > summary")
    page.keyboard.press("Enter")
    page.wait_for_selector("text=Se déconnecter")
    page.keyboard.press("Escape")
    page.wait_for_selector(".ens-panneau", state="hidden")
    assert page.evaluate("document.activeElement.tagName") == "SUMMARY"


@pytest.mark.feature("S094")
def test_on_a_large_screen_the_thread_is_beside_the_list_and_on_a_phone_alone(window_for: Any, full: Space) -> None:
    page = (window := window_for(full.compte)).page
    window.open("/messages/")
    page.locator(".ens-fil", has_text="Vos résultats d’analyses").get_by_role("link").click()
    page.wait_for_selector(".ens-conversation")
    assert page.is_visible(".ens-fils")
    page.set_viewport_size({"width": 390, "height": 800})
    assert not page.is_visible(".ens-fils")
    assert page.is_visible("text=Répondre à")


@pytest.mark.feature("S101")
def test_masking_saves_at_once_and_says_so(window_for: Any, own: Space) -> None:
    page = (window := window_for(own.compte)).page
    window.open(f"/documents/{own.documents['pdf']}/")
    assert not page.is_visible("text=Enregistrer")
    page.check("#masque")
    page.wait_for_selector("#annonces >> text=Document masqué")
    assert page.is_checked("#masque")
    assert window.complaints == []


@pytest.mark.feature("S052", "S054")
def test_a_file_dropped_is_named_and_judged_on_its_size_before_it_leaves(window_for: Any, full: Space) -> None:
    page = (window := window_for(full.compte)).page
    window.open("/documents/ajouter/")
    drop = """size => {
        const data = new DataTransfer();
        data.items.add(new File([new Uint8Array(size)], 'photo.png'));
        const zone = document.querySelector('[data-ens-fichiers]');
        zone.dispatchEvent(new DragEvent('drop', {dataTransfer: data, bubbles: true}));
    }"""
    page.evaluate(drop, 1_200_000)
    assert page.inner_text("[data-ens-choisi]") == "photo.png, 1,2\u00a0Mo"
    page.evaluate(drop, 7_200_000)
    assert "pèse 7,2\u00a0Mo" in page.inner_text("[data-ens-choisi]")


@pytest.mark.parametrize("script", [True, False])
def test_the_theme_follows_the_device(window_for: Any, full: Space, script: bool) -> None:
    page = (window := window_for(full.compte, color_scheme="dark", java_script_enabled=script)).page
    window.open("/accueil/")
    corner = {"x": 0, "y": 0, "width": 4, "height": 4}
    dark = page.screenshot(clip=corner)
    page.emulate_media(color_scheme="light")
    assert page.screenshot(clip=corner) != dark


@pytest.mark.feature("S166")
def test_the_picture_of_the_readme_is_the_home_as_it_is(window_for: Any, full: Space) -> None:
    page = (window := window_for(full.compte)).page
    window.open("/accueil/")
    assert page.is_visible("h1:has-text('Bonjour')")
    if os.environ.get("SCREENSHOT"):
        IMAGES.mkdir(parents=True, exist_ok=True)
        page.screenshot(path=IMAGES / "accueil.png")


def test_the_picture_of_a_page_is_enlarged_inside_its_frame(window_for: Any, full: Space) -> None:
    page = (window := window_for(full.compte)).page
    window.open(f"/documents/{full.documents['pdf']}/")
    width = "document.querySelector('.ens-feuille--image').getBoundingClientRect().width"
    before = page.evaluate(width)
    page.click("text=Agrandir")
    assert page.evaluate(width) > before * 1.3
    assert page.inner_text("#annonces") == "Agrandi à 150\u00a0%"
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280
    page.click("text=Réduire")
    assert page.evaluate(width) == before
    assert page.get_attribute("text=Réduire", "aria-disabled") == "true"
    assert window.complaints == []
