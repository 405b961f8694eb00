"""The pages a letter leads to, in their states, on three widths and in both themes, and by the keyboard."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.browser.watching import check


@pytest.fixture(scope="module")
def codes_of(database: Any, browser: Any) -> Any:
    """A code for someone in each state."""
    from ens.enrolment import codes
    from ens.identity.models import Rattachement
    from ens.kernel.actor import SYSTEM
    from ens.persistence.unit import unit_of_work
    from tests.factories import People

    people = People()
    born = {"child": date(2020, 3, 1)}

    def issue(person: Any) -> str:
        def act(unit: Any) -> str:
            unit.untraced("essai")
            return codes.issue(unit, channel="courrier").text

        return unit_of_work(person.usager_id, act, by=SYSTEM)

    found = {}
    for key in ("noticed", "child", "opposed", "opened", "closed"):
        state = "noticed" if key == "child" else key
        person = people.usager(state=state, birth_date=born.get(key, date(1989, 4, 2)))
        Rattachement.objects.filter(usager_id=person.usager_id).delete()
        found[key] = (issue(person), "1 3 2020" if key == "child" else "2 4 1989")
    return found


def prove(window: Any, code: str, born: str) -> None:
    window.page.context.clear_cookies()  # whoever came before in this tab proved something else
    window.open("/bienvenue/")
    for name, value in zip(("jour", "mois", "annee"), born.split(), strict=True):
        window.page.fill(f"[name={name}]", value)
    window.page.fill("[name=code]", code)
    with window.page.expect_navigation():
        window.page.click("main button[type=submit]")


@pytest.mark.parametrize("state", ["noticed", "child", "opposed", "opened", "closed"])
def test_what_a_code_shows_holds_on_every_screen(tabs: Any, codes_of: Any, state: str) -> None:
    window = tabs()
    prove(window, *codes_of[state])
    check(window, f"bienvenue-{state}")


@pytest.mark.feature("N003")
def test_the_names_of_twins_are_chosen_by_keyboard_on_every_screen(tabs: Any, database: Any) -> None:
    from tests.factories import People
    from tests.web.public import test_twins as twins

    mother = People().usager()
    family = twins.Family(mother, *(twins.child(People(), name, mother) for name in ("LEA", "TOM")))
    window = tabs()
    window.page.context.clear_cookies()
    window.open("/activation/")
    for name, value in family.says(family.tom).items():
        window.page.fill(f"[name={name}]", str(value))
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    check(window, "activation-jumeaux")
    window.page.focus("[name=personne]")
    window.page.keyboard.press("Space")  # the first: not whose code it is
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    assert "Ce code n" in window.page.inner_text("[data-ens-erreurs]")
    check(window, "activation-jumeaux-erreur")
    window.page.focus("[name=personne]:checked")
    window.page.keyboard.press("ArrowDown")
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    assert window.page.url.endswith("/activation/enfant/")
    check(window, "activation-enfant")
    window.page.context.clear_cookies()


@pytest.mark.parametrize(
    ("address", "name"),
    [
        ("/bienvenue/", "bienvenue-code"),
        ("/bienvenue/?fin=temps", "bienvenue-trop-tard"),
        ("/bienvenue/nouveau-code/", "bienvenue-nouveau-code"),
        ("/bienvenue/nouveau-code/?suite=demande", "bienvenue-code-demande"),
    ],
)
def test_the_forms_hold_on_every_screen(tabs: Any, address: str, name: str) -> None:
    window = tabs()
    window.page.context.clear_cookies()
    window.open(address)
    check(window, name)


def test_an_error_is_said_beside_its_field(tabs: Any) -> None:
    window = tabs()
    prove(window, "ABCD", "31 2 1989")
    check(window, "bienvenue-erreurs")


def test_the_keyboard_alone_leads_to_the_choice(tabs: Any, codes_of: Any) -> None:
    window = tabs()
    window.page.context.clear_cookies()
    code, born = codes_of["noticed"]
    window.open("/bienvenue/")
    window.page.focus("[name=code]")
    window.page.keyboard.type(code)
    for part in born.split():
        window.page.keyboard.press("Tab")
        window.page.keyboard.type(part)
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    assert window.page.inner_text("h1").replace("\xa0", " ") == "Votre choix pour Mon espace santé"
