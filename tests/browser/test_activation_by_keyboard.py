"""Activation to its end, then the second proof, on a telephone's width and by the keyboard alone: one journey."""

from __future__ import annotations

import time
from datetime import date
from typing import Any

import pyotp
import pytest

from tests.browser.watching import Window, check

TELEPHONE = {(390, "light"): None, (390, "dark"): ()}  # colours: the other pages made of the same
PASSWORD = "Violon-7bleu"


class Keys:
    """What a keyboard alone can do on a page."""

    def __init__(self, window: Window) -> None:
        self.window, self.page, self.press = window, window.page, window.page.keyboard.press

    def reach(self, selector: str) -> Keys:
        """Tab until there, as long as it takes on any of these pages."""
        for _ in range(60):
            if self.page.evaluate("one => document.activeElement?.matches(one)", selector):
                return self
            self.press("Tab")
        raise AssertionError(f"the keyboard never reaches {selector}")

    def fill(self, **said: str) -> Keys:
        for name, words in said.items():
            self.reach(f"[name={name}]")
            self.press("Control+A")
            self.page.keyboard.type(words)
        return self

    def answer(self, name: str, *keys: str) -> Keys:
        self.reach(f"[name={name}]")
        for key in keys:
            self.press(key)
        return self

    def send(self, selector: str = "main button[type=submit]") -> None:
        self.reach(selector)
        with self.page.expect_navigation():
            self.press("Enter")

    def holds(self, title: str, name: str) -> None:
        assert self.page.inner_text("h1").replace("\xa0", " ").replace("’", "'") == title
        assert self.page.evaluate("document.activeElement?.closest('[data-ens-erreurs]') === null")
        check(self.window, f"activation-{name}", TELEPHONE)
        self.page.set_viewport_size({"width": 390, "height": 844})

    def is_refused(self, name: str) -> None:
        """Said, and the keyboard is already there."""
        self.page.wait_for_function("document.activeElement?.matches('[data-ens-erreurs]')")
        check(self.window, f"activation-{name}-erreurs", TELEPHONE)


@pytest.mark.feature("S006", "S007", "N014", "N018", "N019")
def test_from_the_code_of_the_letter_to_the_second_proof(window_for: Any, database: Any, browser: Any) -> None:
    from ens.connectors.vitale.simulator import serial_of
    from ens.enrolment import codes
    from ens.identity.models import Rattachement
    from ens.kernel.actor import SYSTEM
    from ens.kernel.ids import new_id
    from ens.persistence.unit import unit_of_work
    from tests.factories import People
    from tests.notifications.inbox import inbox

    person = People().usager(state="noticed", birth_date=date(1989, 4, 2))
    Rattachement.objects.filter(usager_id=person.usager_id).delete()

    def issue(unit: Any) -> str:
        unit.untraced("essai")
        return codes.issue(unit, channel="courrier").text

    provisional = unit_of_work(person.usager_id, issue, by=SYSTEM)
    address, identifier = f"n{new_id().hex}@exemple.fr", f"moi-{new_id().hex}"
    window = window_for(viewport={"width": 390, "height": 844})
    keys = Keys(window)
    with inbox() as mail:
        window.open("/activation/")
        keys.fill(matricule=person.matricule, jour="2", mois="4", annee="1989", carte=serial_of(person.matricule))
        keys.fill(code=provisional).send()
        keys.holds("Vos coordonnées", "coordonnees")
        keys.fill(email=address).send()
        keys.holds("Tapez votre code", "code")
        keys.fill(code="000 000").send()
        keys.is_refused("code")
        keys.fill(code=mail.code(address)).send()

        keys.holds("Votre compte", "compte")
        keys.fill(identifiant=identifier, nouveau=PASSWORD, confirmation=PASSWORD).send()
        keys.is_refused("compte")  # the terms are not accepted in one's place
        keys.fill(nouveau=PASSWORD, confirmation=PASSWORD).answer("conditions", "Space").send()

        keys.holds("Vos premiers choix", "choix")
        assert window.page.locator("input:checked").count() == 0  # nothing is chosen beforehand
        keys.answer("nouveaux_documents", "Space").answer("samu", "Space").send()
        keys.is_refused("choix")
        assert window.page.locator("input:checked").count() == 2  # what was said stays said
        keys.answer("danger", "Space").answer("masques_en_urgence", "ArrowDown").send()
        assert "Bonjour Inaya" in window.page.inner_text("h1")

        window.open("/parametres/connexion/application/")
        if "prouver" in window.page.url:  # who just typed a password is not asked again
            keys.fill(mot_de_passe=PASSWORD).send()
        keys.holds("Utiliser une application de codes", "application")
        secret = window.page.inner_text("main strong").replace(" ", "")
        keys.fill(code=pyotp.TOTP(secret).now()).send()

        window.page.context.clear_cookies()
        window.open("/connexion/")
        keys.fill(identifiant=identifier, mot_de_passe=PASSWORD).send("main form button[type=submit]")
        keys.holds("Tapez votre code", "second-facteur")
        keys.fill(code=pyotp.TOTP(secret).at(int(time.time()) + 30)).send()  # the former one served
        assert "Bonjour Inaya" in window.page.inner_text("h1")
