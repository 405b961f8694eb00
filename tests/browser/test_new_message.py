"""A new message, with script: what is being written is kept, and found again on another device."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.story import Space, full_space


@pytest.fixture
def own(database: Any, browser: Any) -> Space:
    from tests.factories import People

    return full_space(People())


@pytest.mark.feature("N077")
def test_what_is_being_written_is_kept_by_itself_and_found_again(window_for: Any, own: Space) -> None:
    page = (window := window_for(own.compte)).page
    window.open("/messages/nouveau/")
    page.select_option("#id_destinataire", index=1)
    page.fill("#id_objet", "Mon traitement")
    page.fill("#id_corps", "Bonjour, une question.")
    page.wait_for_selector("text=Brouillon enregistré")
    window.open("/messages/")
    page.click("text=Reprendre le brouillon")
    page.wait_for_selector("text=Votre brouillon est là où vous l’aviez laissé.")
    chosen = page.input_value("#id_destinataire")
    assert chosen and page.input_value("#id_objet") == "Mon traitement"
    page.click("main >> button:has-text('Envoyer')")
    page.wait_for_selector("h1:has-text('Mon traitement')")
    window.open("/messages/")
    assert "Vous avez commencé un nouveau message." not in page.inner_text("main")
