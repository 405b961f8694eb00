"""Signing in with FranceConnect, or a provider that speaks like it."""

from __future__ import annotations

import re
from datetime import date
from typing import Any
from urllib.parse import urlsplit

import pytest

from ens.identity import accounts
from ens.identity.credentials import Personal
from ens.identity.ports import use_identity_provider
from ens.kernel.ids import new_id
from tests.connectors import providers

PASSWORD = "Violon-7bleu"


@pytest.fixture(scope="module")
def issuer() -> Any:
    with providers.real() as found:
        yield found


@pytest.fixture
def provider(issuer: str, tmp_path: Any, db: Any) -> Any:
    from ens.connectors.oidc.client import OpenIDProvider

    secret = tmp_path / "secret"
    secret.write_text("rien-que-nous")
    found = OpenIDProvider(
        issuer=issuer, client_id="ens", secret_file=str(secret), name="FranceConnect", scopes="openid profile", acr="",
        redirect_uri="https://ens.example/connexion/retour/",
    )  # fmt: skip
    use_identity_provider(found)
    yield found
    use_identity_provider(None)


def letters(number: int) -> str:
    return "".join(chr(ord("A") + int(one)) for one in str(number))


def someone(people: Any, *, account: bool = True, **more: Any) -> Any:
    """Somebody whose five traits are nobody else's."""
    name = f"M{letters(new_id().int % 10**12)}"
    person = people.usager(birth_name=name, birth_date=date(1989, 4, 2), email=f"{name.lower()}@exemple.fr", **more)
    person.name, person.email = name, f"{name.lower()}@exemple.fr"
    if account:
        about = Personal()
        person.compte = accounts.create(
            f"{name.lower()}-1", PASSWORD, name=f"Inaya {name}", usager_id=person.usager_id, about=about
        )
        accounts.first_choices_made(person.compte)
    return person


def at_provider(issuer: str, person: Any, **more: Any) -> str:
    """The provider knows the person, by a name of its own."""
    subject = new_id().hex
    traits = {
        "family_name": person.name, "given_name": "INAYA", "birthdate": "1989-04-02", "gender": "female",
        "birthplace": "75056", "birthcountry": "99100", "email": person.email,
    }  # fmt: skip
    providers.register(issuer, subject, traits | more)
    return subject


def go(browser: Any, subject: str, *, start: str = "/connexion/fournisseur/", denies: bool = False) -> Any:
    sent = browser.post(start, {"suite": "/documents/"})
    assert sent.status_code == 302
    back = providers.consent(sent.headers["Location"], subject, denies=denies)
    return browser.get("/connexion/retour/", back)


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode().replace("\u00a0", " "))


def history(person: Any) -> list[tuple[str, dict[str, Any]]]:
    from tests.web.public.test_signing_in import events_of

    return events_of(person)


@pytest.mark.feature("B21", "S039")
def test_the_account_of_the_same_five_traits_opens_and_its_holder_is_told(
    visitor: Any, people: Any, provider: Any, issuer: str, mail: Any
) -> None:
    person = someone(people)
    assert "Continuer avec FranceConnect" in said(visitor.get("/connexion/"))
    subject = at_provider(issuer, person)
    assert go(visitor, subject).headers["Location"] == "/documents/"
    assert "Bonjour Inaya" in said(visitor.get("/accueil/"))
    assert {"connexion", "connexion_changee"} <= set(history(person))
    assert "a changé" in mail.of(person.email)[-1].subject
    # what matters still asks for the password: none was typed
    assert "/prouver/" in visitor.post("/parametres/connexion/application/retirer/").headers["Location"]


def test_once_tied_the_provider_s_own_name_for_them_is_enough(
    visitor: Any, people: Any, provider: Any, issuer: str
) -> None:
    person = someone(people)
    subject = at_provider(issuer, person)
    go(visitor, subject)
    visitor.post("/deconnexion/")
    providers.register(issuer, subject, {"family_name": "AUTRE"})  # a name that changed there
    assert go(visitor, subject).headers["Location"] == "/documents/"


@pytest.mark.parametrize("state", ["none", "opposed", "closed"])
def test_without_an_account_one_page_whoever_it_is(
    visitor: Any, people: Any, provider: Any, issuer: str, state: str
) -> None:
    unknown = someone(people, account=False)
    unknown.name = "INCONNUE"
    reference = go(visitor, at_provider(issuer, unknown))
    person = someone(people, account=False, state=state)
    answer = go(visitor, at_provider(issuer, person))
    assert (reference.status_code, reference.headers["Location"]) == (302, "/connexion/sans-compte/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/connexion/sans-compte/")
    assert "Aucun compte n’est relié" in said(visitor.get("/connexion/sans-compte/"))
    assert visitor.get("/accueil/").status_code == 302


@pytest.mark.parametrize(
    "lie",
    [{"birthdate": "1989-04-03"}, {"given_name": "LINA"}, {"gender": "male"}, {"birthplace": "69123"}, {"gender": ""}],
)
def test_an_e_mail_or_four_traits_open_nothing(visitor: Any, people: Any, provider: Any, issuer: str, lie: Any) -> None:
    person = someone(people)
    assert go(visitor, at_provider(issuer, person, **lie)).headers["Location"] == "/connexion/sans-compte/"
    assert "connexion" not in history(person)


def test_who_changes_their_mind_comes_back_to_the_door(visitor: Any, people: Any, provider: Any, issuer: str) -> None:
    answer = go(visitor, "", denies=True)
    assert answer.headers["Location"] == "/connexion/"
    assert "Rien n’a changé" in said(visitor.get("/connexion/"))


def test_an_answer_serves_once_and_in_the_browser_that_asked(
    visitor: Any, people: Any, provider: Any, issuer: str
) -> None:
    from django.test import Client

    subject = at_provider(issuer, someone(people))
    back = providers.consent(visitor.post("/connexion/fournisseur/").headers["Location"], subject)
    thief = Client()
    assert thief.get("/connexion/retour/", back).headers["Location"] == "/connexion/"
    thief.post("/connexion/fournisseur/")
    assert thief.get("/connexion/retour/", back).headers["Location"] == "/connexion/"
    assert thief.get("/accueil/").status_code == 302
    assert visitor.get("/connexion/retour/", back).headers["Location"] == "/accueil/"
    assert visitor.get("/connexion/retour/", back).headers["Location"] == "/parametres/connexion/"


def test_an_answer_that_comes_late_or_with_another_state_opens_nothing(
    visitor: Any, people: Any, provider: Any, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    subject = at_provider(issuer, someone(people))
    back = providers.consent(visitor.post("/connexion/fournisseur/").headers["Location"], subject)
    visitor.get("/connexion/retour/", {**back, "state": "autre"})
    visitor.get("/connexion/retour/", back)  # what was asked is forgotten at the first answer
    back = providers.consent(visitor.post("/connexion/fournisseur/").headers["Location"], subject)
    visitor.get("/connexion/retour/", {**back, "iss": "https://ailleurs.example"})
    assert visitor.get("/accueil/").status_code == 302
    back = providers.consent(visitor.post("/connexion/fournisseur/").headers["Location"], subject)
    monkeypatch.setattr("ens.web.public.federated.PENDING_SECONDS", -1)
    visitor.get("/connexion/retour/", back)
    assert visitor.get("/accueil/").status_code == 302


def test_a_provider_that_is_down_is_said_and_the_other_ways_stay(visitor: Any, people: Any, provider: Any) -> None:
    provider.issuer, provider._metadata = "http://127.0.0.1:9", (0.0, {})
    assert visitor.post("/connexion/fournisseur/").headers["Location"] == "/connexion/"
    page = said(visitor.get("/connexion/"))
    assert "ne répond pas" in page
    assert "Avec votre identifiant" in page


def test_too_many_refusals_from_one_place_wait(
    visitor: Any, people: Any, provider: Any, issuer: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ens.journeys.federation.FAILURES", 1)
    person = someone(people, account=False)
    place = {"REMOTE_ADDR": f"10.9.{new_id().int % 200}.{new_id().int % 199}"}
    visitor.defaults |= place
    subject = at_provider(issuer, person)
    assert go(visitor, subject).headers["Location"] == "/connexion/sans-compte/"
    assert visitor.post("/connexion/fournisseur/").headers["Location"] == "/connexion/"
    assert "Trop d’essais" in said(visitor.get("/connexion/"))


@pytest.mark.feature("B21")
def test_from_the_account_one_ties_and_unties_after_the_password(
    visitor: Any, people: Any, provider: Any, issuer: str, mail: Any
) -> None:
    from tests.web.public.test_signing_in import sign_in

    person = someone(people)
    sign_in(visitor, person, mail)
    assert "Relier FranceConnect" in said(visitor.get("/parametres/connexion/"))
    subject = at_provider(issuer, person)
    assert (
        go(visitor, subject, start="/parametres/connexion/identite/relier/").headers["Location"]
        == "/parametres/connexion/"
    )
    page = said(visitor.get("/parametres/connexion/"))
    assert "FranceConnect ouvre désormais votre compte" in page
    assert "Ne plus l’utiliser" in page
    visitor.post("/parametres/connexion/identite/retirer/", {"emetteur": issuer})
    assert "Relier FranceConnect" in said(visitor.get("/parametres/connexion/"))
    assert history(person).count("connexion_changee") == 2


def test_somebody_else_s_identity_is_not_tied_to_an_account(
    visitor: Any, people: Any, provider: Any, issuer: str, mail: Any
) -> None:
    from tests.web.public.test_signing_in import sign_in

    person, other = someone(people), someone(people)
    sign_in(visitor, person, mail)
    go(visitor, at_provider(issuer, other), start="/parametres/connexion/identite/relier/")
    page = said(visitor.get("/parametres/connexion/"))
    assert "n’est pas la vôtre" in page
    assert "Relier FranceConnect" in page
    assert "connexion_changee" not in history(person) + history(other)


def test_an_answer_asked_for_signing_in_ties_nothing(
    visitor: Any, people: Any, provider: Any, issuer: str, mail: Any
) -> None:
    """Someone who made a sign-in begin before the person's own session cannot have it end in that session."""
    from tests.web.public.test_signing_in import sign_in

    person = someone(people)
    back = providers.consent(visitor.post("/connexion/fournisseur/").headers["Location"], at_provider(issuer, person))
    sign_in(visitor, person, mail)
    visitor.get("/connexion/retour/", back)
    assert "connexion_changee" not in history(person)


def test_leaving_here_leaves_the_provider_too(visitor: Any, people: Any, provider: Any, issuer: str) -> None:
    go(visitor, at_provider(issuer, someone(people)))
    way_out = visitor.post("/deconnexion/").headers["Location"]
    assert way_out.startswith(issuer)
    assert "end_session" in urlsplit(way_out).path
    assert visitor.get("/accueil/").status_code == 302


def test_forms_may_lead_to_the_provider_and_nowhere_else(visitor: Any, provider: Any, issuer: str) -> None:
    policy = visitor.get("/connexion/").headers["Content-Security-Policy"]
    assert f"form-action 'self' {issuer};" in policy


def test_without_a_provider_nothing_of_it_is_there(visitor: Any, people: Any) -> None:
    assert "FranceConnect" not in said(visitor.get("/connexion/"))
    assert visitor.post("/connexion/fournisseur/").status_code == 404
    assert visitor.get("/connexion/retour/").status_code == 404
