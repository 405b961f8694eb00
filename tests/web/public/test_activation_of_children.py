"""The last step of an activation: not their representative; no account yet; cut short, nothing is half done."""

from __future__ import annotations

from datetime import date
from typing import Any
from unittest.mock import Mock

import pytest

from ens.identity import accounts, representing
from tests.factories import People
from tests.web.public.test_activation import account_form, claim, code_of, contacts_proved, proved, state_of
from tests.web.public.test_signing_in import make_account, sign_in
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


class Cut(BaseException):
    """The process ends here."""


@pytest.mark.feature("S042")
@pytest.mark.parametrize("where", ["journeys.activation.representing.represent", "enrolment.services.daily.note_move"])
def test_cut_anywhere_the_space_is_not_open_with_nobody_tied_to_it(
    visitor: Any, child: Any, people: People, mail: Any, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    parent = make_account(people)
    sign_in(visitor, parent, mail)
    proved(visitor, child, born=BORN)
    with monkeypatch.context() as broken:
        broken.setattr(f"ens.{where}", Mock(side_effect=Cut))
        with pytest.raises(Cut):
            visitor.post("/activation/enfant/", {"representant": "oui"})
    assert (state_of(child), declared(child)) == ("noticed", set())
    assert representing.managers_of(child.usager_id) == set()
    visitor.post("/activation/enfant/", {"representant": "oui"})  # the same code still serves
    assert (state_of(child), representing.managers_of(child.usager_id)) == ("activated", {parent.compte.id})


@pytest.mark.feature("S007")
@pytest.mark.parametrize("where", ["identity.accounts.create", "enrolment.services.daily.note_move"])
def test_cut_anywhere_an_adult_has_neither_the_space_nor_the_account(
    visitor: Any, people: People, mail: Any, monkeypatch: pytest.MonkeyPatch, where: str
) -> None:
    adult = people.usager(state="noticed")
    contacts_proved(visitor, adult, mail)
    with monkeypatch.context() as broken:
        broken.setattr(f"ens.{where}", Mock(side_effect=Cut))
        with pytest.raises(Cut):
            visitor.post("/activation/compte/", account_form())
    assert (state_of(adult), accounts.account_of(adult.usager_id)) == ("noticed", None)
    assert visitor.post("/activation/compte/", account_form()).headers["Location"] == "/accueil/"
    assert (state_of(adult), accounts.account_of(adult.usager_id) is None) == ("activated", False)
