"""A parent opens several spaces of children at once: each by itself, a refused one never, and why is said (N022)."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client

from ens.enrolment import services as enrolment
from ens.identity import services as identity
from ens.kernel.actor import SYSTEM
from ens.persistence.unit import unit_of_work
from tests.factories import People
from tests.web.public.test_activation import proved, state_of
from tests.web.public.test_signing_in import events_of, make_account
from tests.web.public.test_twins import child, represents
from tests.web.usager.conftest import text_of

PAGE = "/profils/enfants/"


@pytest.fixture
def mother(people: People) -> Any:
    return make_account(people)


def browser_of(person: Any) -> Client:
    browser = Client()
    browser.force_login(person.compte)
    return browser


def opens(browser: Client, *children: Any, **more: str) -> Any:
    said = {"enfant": [str(one.usager_id) for one in children], "representant": "oui"} | more
    return browser.post(PAGE, said, follow=True)


def dies(person: Any) -> None:
    from ens.identity.models import Usager

    def act(unit: Any) -> None:
        unit.untraced("essai")
        Usager.objects.filter(usager_id=unit.usager_id).update(died_on=date(2026, 1, 1))

    unit_of_work(person.usager_id, act, by=SYSTEM)


@pytest.mark.feature("N022", "S042")
def test_several_open_in_one_gesture_and_those_that_do_not_are_told_why(mother: Any, people: People) -> None:
    names = ("LEA", "TOM", "ZOE", "MAX", "EVE", "ELI", "ANA")
    lea, tom, zoe, maxime, eve, eli, ana = (child(people, name, mother) for name in names)
    browser = browser_of(mother)
    assert " checked" not in browser.get(PAGE).content.decode()
    assert opens(browser, lea, representant="").status_code == 422  # certified by nobody: nothing opens
    # Meanwhile, the page being read: what each of them became.
    enrolment.oppose(tom.usager_id, by=SYSTEM)
    enrolment.freeze(zoe.usager_id, by=SYSTEM)
    identity.attach(make_account(people).compte, maxime.usager_id, "representant")
    enrolment.activate(eve.usager_id, by=SYSTEM)
    enrolment.close(eve.usager_id, by=SYSTEM)

    page = text_of(opens(browser, tom, zoe, lea, maxime, eve, eli))
    done, _, refused = page.partition("Espaces non ouverts")
    assert "Espaces ouverts" in done and "Lea Haddad" in done and "Eli Haddad" in done
    for name, why in (
        ("Tom", "Une opposition à la création"), ("Zoe", "Une vérification est en cours"),
        ("Max", "géré par un autre représentant"), ("Eve", "a été fermé"),
    ):  # fmt: skip
        assert refused.partition(f"{name} Haddad")[2].lstrip().startswith(("Son", "Une")) and why in refused, name
    assert [state_of(one) for one in (lea, tom, zoe, maxime, eve, eli, ana)] == [
        *("activated", "opposed", "noticed", "noticed", "closed", "activated", "noticed")
    ]
    assert events_of(lea).count("representant_rattache") == 1
    for one in (tom, zoe, maxime, eve, ana):
        assert "representant_rattache" not in events_of(one)
    assert browser.post("/profils/", {"profil": str(lea.usager_id)}).headers["Location"] == "/accueil/"
    assert browser.post("/profils/", {"profil": str(tom.usager_id)}).status_code == 404

    again = text_of(opens(browser, lea))  # twice is once
    assert "déjà dans votre compte" in again and "Espace non ouvert" not in again
    assert events_of(lea).count("representant_rattache") == 1
    assert "Espaces ouverts" not in text_of(browser.get(PAGE))  # said once


@pytest.mark.feature("N022")
def test_nobody_else_s_child_is_named_nor_opened(mother: Any, people: People) -> None:
    mine = child(people, "LEA", mother)
    stranger = child(people, "TOM", make_account(people))
    dead, grown = child(people, "ANA", mother), child(people, "ELI", mother, born=date(2000, 1, 1))
    dies(dead)
    browser = browser_of(mother)
    shown = text_of(browser.get(PAGE))
    assert "Lea" in shown
    assert not [name for name in ("Tom", "Ana", "Eli") if name in shown]
    nobody = people.usager()
    nobody.usager_id = uuid4()
    told = set()
    for other in (stranger, dead, nobody, mother):  # one answer, whoever it is, existing or not
        told.add(text_of(opens(browser, other)))
    assert len(told) == 1 and "son dossier a changé" in told.pop()
    for forged in ("", "1"):
        assert browser.post(PAGE, {"enfant": forged, "representant": "oui"}).status_code == 404
    assert (state_of(mine), state_of(stranger), state_of(dead)) == ("noticed", "noticed", "noticed")
    page = text_of(opens(browser, stranger, dead, grown, mine))  # who came to age or died meanwhile stops no other
    assert "Lea Haddad" in page and "majeure" in page
    assert (state_of(mine), state_of(stranger), state_of(grown)) == ("activated", "noticed", "noticed")
    for other in (stranger, dead, grown):
        assert "representant_rattache" not in events_of(other)


@pytest.mark.feature("N022", "N024")
def test_of_two_parents_the_first_to_ask_has_the_child(mother: Any, people: People) -> None:
    father, lea = make_account(people), child(people, "LEA", mother)
    represents(father, lea)
    hers, his = browser_of(mother), browser_of(father)
    his.get(PAGE)
    assert "Espace ouvert" in text_of(opens(hers, lea))
    assert "géré par un autre représentant" in text_of(opens(his, lea))
    assert "Lea" not in text_of(his.get("/profils/"))


@pytest.mark.feature("B11")
def test_a_code_opens_no_child_while_a_dispute_lasts(mother: Any, people: People) -> None:
    lea, browser = child(people, "LEA", mother), browser_of(mother)
    enrolment.freeze(lea.usager_id, by=SYSTEM)
    proved(browser, lea, born=date(2019, 5, 2))
    answer = browser.post("/activation/enfant/", {"representant": "oui"}, follow=True)
    assert "Une vérification est nécessaire" in text_of(answer)
    assert state_of(lea) == "noticed"
