"""What the last step of a child's activation lets one say: not their representative; no account yet."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from tests.factories import People
from tests.web.public.test_activation import claim, code_of, proved, state_of
from tests.web.public.test_welcome import declared
from tests.web.usager.conftest import text_of

BORN = date(2018, 4, 2)


@pytest.fixture
def child(people: People) -> Any:
    return people.usager(state="noticed", first_names="NOE", birth_date=BORN, sex="M")


@pytest.mark.feature("N002")
def test_whoever_does_not_represent_the_child_says_so_at_the_last_step(visitor: Any, child: Any) -> None:
    proved(visitor, child, born=BORN)
    shown = text_of(visitor.get("/activation/enfant/"))
    assert "Je ne suis pas son représentant légal" in shown
    said_so = visitor.post("/bienvenue/", {"choix": "pas-representant"}, follow=True)
    assert "Une vérification est nécessaire" in text_of(said_so)
    assert (state_of(child), declared(child)) == ("noticed", {"pas_representant"})


@pytest.mark.feature("N033")
def test_a_parent_without_an_account_makes_theirs_and_the_child_s_code_still_serves(
    visitor: Any, child: Any, people: People
) -> None:
    code = code_of(child)
    visitor.post("/activation/", claim(child, code, born=BORN))
    assert "Je n’ai pas encore de compte" in text_of(visitor.get("/activation/enfant/"))
    begun = visitor.post("/activation/abandonner/", {"suite": "activation"}, follow=True)
    assert "Activer votre espace" in text_of(begun)
    assert "compte de son représentant" not in text_of(visitor.get("/activation/", follow=True))
    assert proved(visitor, people.usager(state="noticed")).headers["Location"] == "/activation/coordonnees/"
    again = visitor.post("/activation/", claim(child, code, born=BORN), follow=True)
    assert "L’espace de Noe s’ouvre depuis le compte" in text_of(again)
