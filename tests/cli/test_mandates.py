"""``ens mandat``: an account, its territory, its dates; what is wrong is said and changes nothing."""

from __future__ import annotations

from argparse import Namespace
from uuid import uuid4

import pytest

from ens.access import mandates
from ens.cli.mandates import agent, perform
from ens.cli.refusals import CommandRefused
from ens.identity import queries

DEFAULTS = {
    "nom": "", "departements": "", "france": False, "evenements": False, "depuis": None, "jusqu_au": None,
    "retirer": False,
}  # fmt: skip


def asked(account: str, **options) -> tuple[dict, list[str]]:
    return perform(Namespace(account=account, **{**DEFAULTS, **options}))


def territory(account: str):
    compte = queries.compte(account)
    return mandates.territory_of(queries.actor_of(compte))


@pytest.mark.feature("S142")
def test_an_account_is_made_given_its_territory_and_loses_it(db):
    name = f"camille.{uuid4()}"
    facts, said = asked(name, nom="Camille Morel", departements="80, 31")
    assert facts["given"] == "80, 31" and said
    assert territory(name).departements == ("31", "80")
    asked(name, france=True)
    assert territory(name).everywhere
    assert asked(name, retirer=True)[0] == {"withdrawn": 2}
    with pytest.raises(mandates.NoMandate):
        territory(name)


@pytest.mark.parametrize(
    "options",
    [
        {"departements": "31"},  # nobody of that name, and none given
        {"nom": "X", "departements": "00"},
        {"nom": "X"},
        {"nom": "X", "departements": "31", "depuis": "demain"},
        {"retirer": True},
    ],
)
def test_what_is_wrong_is_refused_in_a_sentence(db, options):
    with pytest.raises(CommandRefused):
        asked(f"personne.{uuid4()}", **options)


def test_another_account_never_steers(people):
    with pytest.raises(CommandRefused, match="pilotage"):
        asked(people.usager().compte.username, france=True)


def test_an_agent_is_named_enters_and_no_longer_enters(people):
    name = f"hugo.{uuid4()}"
    agent(Namespace(account=name, nom="Hugo Petit", retirer=False))
    entered = queries.actor_of(queries.compte(name))
    assert entered is not None and (entered.kind, entered.name) == ("support", "Hugo Petit")
    agent(Namespace(account=name, nom="", retirer=True))
    assert queries.actor_of(queries.compte(name)) is None
    usager = people.usager().compte.username
    for wrong in ({"account": usager, "nom": "X"}, {"account": f"x{uuid4()}"}, {"account": "nul", "retirer": True}):
        with pytest.raises(CommandRefused):
            agent(Namespace(**{"nom": "", "retirer": False, **wrong}))
