"""``ens mandat``: an account, its territory, its dates; what is wrong is said and changes nothing."""

from __future__ import annotations

from argparse import Namespace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from ens.access import mandates
from ens.cli.mandates import agent, perform
from ens.cli.refusals import CommandRefused
from ens.identity import actors

DEFAULTS = {
    "nom": "", "departements": "", "france": False, "evenements": False, "depuis": None, "jusqu_au": None,
    "retirer": False, "acces": False,
}  # fmt: skip


def asked(account: str, **options) -> tuple[dict, list[str]]:
    return perform(Namespace(account=account, **{**DEFAULTS, **options}))


def territory(account: str):
    compte = actors.compte(account)
    return mandates.territory_of(actors.actor_of(compte))


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
    from ens.identity.errors import AccountUnknown

    name = f"personne.{uuid4()}"
    with pytest.raises(CommandRefused):
        asked(name, **options)
    with pytest.raises(AccountUnknown):
        actors.compte(name)


def test_another_account_never_steers(people):
    with pytest.raises(CommandRefused, match="pilotage"):
        asked(people.usager().compte.username, france=True)


def test_an_agent_is_named_enters_and_no_longer_enters(people):
    name = f"hugo.{uuid4()}"
    agent(Namespace(account=name, nom="Hugo Petit", retirer=False, acces=False))
    entered = actors.actor_of(actors.compte(name))
    assert entered is not None and (entered.kind, entered.name) == ("support", "Hugo Petit")
    agent(Namespace(account=name, nom="", retirer=True, acces=False))
    assert actors.actor_of(actors.compte(name)) is None
    usager = people.usager().compte.username
    for wrong in ({"account": usager, "nom": "X"}, {"account": f"x{uuid4()}"}, {"account": "nul", "retirer": True}):
        with pytest.raises(CommandRefused):
            agent(Namespace(**{"nom": "", "retirer": False, "acces": False, **wrong}))


@pytest.mark.parametrize(("role", "home"), [("support", "/support/"), ("pilotage", "/pilotage/")])
def test_whoever_was_given_an_access_signs_in_with_two_proofs_and_reaches_their_pages(db, role, home):
    """As ``ens agent`` and ``ens mandat`` say it, once; then by the door that everyone takes."""
    import pyotp
    from django.conf import settings
    from django.test import Client

    settings.STATIC_ROOT.mkdir(exist_ok=True)
    name = f"{role}.{uuid4()}"[:40]
    if role == "support":
        facts, _ = agent(Namespace(account=name, nom="Hugo Petit", retirer=False, acces=True))
    else:
        facts, _ = asked(name, nom="Camille Morel", departements="31", acces=True)
    browser = Client()
    answer = browser.post("/connexion/", {"identifiant": name, "mot_de_passe": facts["password"]})
    assert answer.headers["Location"] == "/connexion/code/"
    assert browser.get(home).status_code == 302  # not before the second proof
    wrong = browser.post("/connexion/code/", {"code": "000000"})
    assert wrong.status_code == 422
    later = datetime.now(UTC) + timedelta(seconds=30)  # the code of now was taken when the access was made
    answer = browser.post("/connexion/code/", {"code": pyotp.TOTP(facts["secret"]).at(later)})
    assert answer.headers["Location"] == home
    assert browser.get(home).status_code == 200
    assert browser.get("/accueil/").status_code == 404
    refused = Client().post("/connexion/", {"identifiant": name, "mot_de_passe": "autre-mot-de-passe"})
    assert refused.status_code == 422


def test_a_new_access_closes_the_former_and_an_account_without_second_proof_does_not_enter(db):
    from ens.identity import accounts, factors
    from ens.identity.errors import SignInRefused

    name = f"hugo.{uuid4()}"
    first, _ = agent(Namespace(account=name, nom="Hugo Petit", retirer=False, acces=True))
    second, _ = agent(Namespace(account=name, nom="", retirer=False, acces=True))
    assert accounts.authenticate(name, second["password"], address="192.0.2.1").username == name
    for password in (first["password"],):
        with pytest.raises(SignInRefused):
            accounts.authenticate(name, password, address="192.0.2.1")
    factors.remove_application(actors.compte(name))
    with pytest.raises(SignInRefused):
        accounts.authenticate(name, second["password"], address="192.0.2.1")


def test_no_usager_s_account_is_given_an_access_of_the_service(people):
    from ens.identity import accounts
    from ens.identity.errors import SignInRefused

    with pytest.raises(SignInRefused):
        accounts.give_service_access(people.usager().compte)
