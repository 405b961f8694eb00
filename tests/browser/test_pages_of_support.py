"""The pages of the support desk, in their states, on three widths and in both themes, and by the keyboard alone."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest

from tests.browser.watching import check


@pytest.fixture(scope="module")
def desk(database: Any, browser: Any) -> Any:
    from ens.identity.services import create_compte

    return create_compte(f"support-{uuid4()}", name="Hugo Petit", role="support")


@pytest.fixture(scope="module")
def caller(database: Any, browser: Any) -> Any:
    from tests.factories import People

    return People().usager(state="noticed")


def prove(window: Any, person: Any, name: str = "Michel") -> None:
    """By the keyboard alone: from field to field."""
    window.open("/support/")
    window.page.focus("#id_matricule")
    keys = window.page.keyboard
    for word in (person.matricule, "2", "4", "1989"):
        keys.type(word)
        keys.press("Tab")
    keys.press("Tab")  # the trait asked stays the birth name
    keys.type(name)
    with window.page.expect_navigation():
        keys.press("Enter")


def test_the_questions_hold_on_every_screen(tabs: Any, desk: Any) -> None:
    window = tabs(desk)
    window.open("/support/")
    check(window, "support-recherche")


def test_a_proof_that_fails_holds_on_every_screen(tabs: Any, desk: Any, caller: Any) -> None:
    window = tabs(desk)
    prove(window, caller, "Durand")
    window.page.wait_for_selector("[data-ens-erreurs]")
    check(window, "support-preuve-manquee")


def test_a_call_goes_from_the_proof_to_the_opposition_and_back(tabs: Any, desk: Any, caller: Any) -> None:
    window = tabs(desk)
    prove(window, caller)
    assert "Inaya M." in window.page.inner_text("h1")
    check(window, "support-personne")
    window.page.click("text=Enregistrer son opposition")
    window.page.wait_for_selector(".fr-message--error")
    check(window, "support-case")
    window.page.focus("#id_demande")
    window.page.keyboard.press("Space")
    window.page.focus("text=Enregistrer son opposition")
    window.page.keyboard.press("Enter")
    window.page.wait_for_selector(".fr-alert--success")
    assert "S’est opposée" in window.page.inner_text("main")
    check(window, "support-opposee")
    window.page.click("text=Terminer l’appel")
    window.page.wait_for_selector("#id_matricule")


def test_the_contact_block_holds_on_every_screen(tabs: Any) -> None:
    window = tabs()
    window.open("/aide/")
    check(window, "aide")


def test_what_usagers_reported_holds_on_every_screen(tabs: Any, desk: Any, people: Any) -> None:
    from ens.messaging import services as messaging
    from ens.messaging.models import SignalQueue
    from ens.messaging.signals import SignalReason
    from tests.browser.story import Space, deliver, note_threads

    space = Space(people.usager())
    deliver(space, people.mailbox(people.professional()), subject="Bonjour", body="Votre carte, s’il vous plaît.")
    note_threads(space)
    words = "On me demande ma carte. " * 12
    messaging.signal(space.threads["Bonjour"], SignalReason.FRAUD, words, by=space.person.actor)
    row = SignalQueue.objects.get(usager_id=space.person.usager_id)
    window = tabs(desk)
    window.open("/support/signalements/")
    with window.page.expect_navigation():
        window.page.click(f"form:has([value='{row.id}']) button")
    window.page.wait_for_selector("text=On me demande ma carte.")
    check(window, "support-signalements")
