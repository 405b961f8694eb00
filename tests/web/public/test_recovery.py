"""A forgotten identifier or password."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest

from ens.connectors.vitale.simulator import SimulatedCards, serial_of
from ens.identity.ports import use_card_register
from tests.web.public.test_signing_in import PASSWORD, attempt, events_of, make_account

NEW = "Piano-8vert"
BORN = {"jour": "2", "mois": "4", "annee": "1989"}


@pytest.fixture(autouse=True)
def cards(db: Any) -> Any:
    from ens.identity import ports

    before = ports.card_register()
    use_card_register(SimulatedCards())
    yield
    use_card_register(before)


@pytest.fixture
def account(people: Any) -> Any:
    return make_account(people)


def number_of(person: Any) -> str:
    return str(person.matricule)


def card(person: Any, **other: str) -> dict[str, str]:
    """What they type: the simulated card's serial is made of the number."""
    return {"matricule": number_of(person), "carte": serial_of(number_of(person)), **BORN, **other}


def prove(browser: Any, person: Any, mail: Any) -> str:
    answer = browser.post("/connexion/oubli/mot-de-passe/", card(person))
    assert answer.headers["Location"] == "/connexion/oubli/code/"
    return str(mail.code(person.email))


def choose(browser: Any, code: str, password: str = NEW, **more: str) -> Any:
    said = {"code": code, "nouveau": password, "confirmation": password, **more}
    return browser.post("/connexion/oubli/code/", said)


def said(answer: Any) -> str:
    return re.sub(r"\s+", " ", answer.content.decode().replace("\u00a0", " "))


@pytest.mark.feature("N012")
def test_a_new_password_after_the_card_and_a_code(visitor: Any, account: Any, mail: Any, sign_in: Any) -> None:
    elsewhere = sign_in(account.compte)
    assert elsewhere.get("/accueil/").status_code == 200
    assert "oublié" in said(visitor.get("/connexion/"))
    code = prove(visitor, account, mail)
    page = said(visitor.get("/connexion/oubli/code/"))
    assert account.email not in page
    assert "p•••@exemple.fr" in page
    assert choose(visitor, code).headers["Location"] == "/connexion/"
    assert attempt(visitor, account.compte.username, PASSWORD).status_code == 422
    assert attempt(visitor, account.compte.username, NEW).headers["Location"] == "/connexion/code/"
    assert elsewhere.get("/accueil/").status_code == 302, "the other devices are signed out"
    assert {"code_demande", "mot_de_passe_change"} <= set(events_of(account))
    assert "mot de passe a changé" in mail.of(account.email)[-2].subject + mail.of(account.email)[-1].subject


WRONG = {
    "another birth date": {"annee": "1990"},
    "another card": {"carte": "12345678901"},
    "somebody unknown": {"matricule": "289456789012325"},
}


@pytest.mark.feature("N012")
@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG)
def test_every_way_of_being_wrong_is_one_answer(visitor: Any, account: Any, mail: Any, wrong: dict[str, str]) -> None:
    answer = visitor.post("/connexion/oubli/mot-de-passe/", card(account, **wrong))
    assert answer.status_code == 422
    assert "ne vont pas ensemble" in said(answer)
    assert mail.of(account.email) == []
    assert visitor.get("/connexion/oubli/code/").status_code == 302


@pytest.mark.parametrize("more", [{"state": "noticed"}, {"state": "opposed"}, {"email": ""}])
def test_who_has_no_account_or_no_address_gets_the_same(visitor: Any, people: Any, more: dict[str, Any]) -> None:
    person = people.usager(**more)
    answer = visitor.post("/connexion/oubli/mot-de-passe/", card(person))
    assert answer.status_code == 422
    assert "ne vont pas ensemble" in said(answer)


def test_someone_who_died_has_nothing_sent(visitor: Any, account: Any, mail: Any) -> None:
    from ens.identity.models import Usager
    from ens.kernel.actor import SYSTEM
    from ens.persistence.unit import unit_of_work

    def act(unit: Any) -> None:
        unit.untraced("essai")
        Usager.objects.filter(usager_id=account.usager_id).update(died_on=date(2026, 1, 2))

    unit_of_work(account.usager_id, act, by=SYSTEM)
    assert visitor.post("/connexion/oubli/mot-de-passe/", card(account)).status_code == 422
    visitor.post("/connexion/oubli/identifiant/", {"matricule": number_of(account), **BORN})
    assert mail.of(account.email) == []


def test_a_wrong_code_is_counted_and_a_weak_password_spends_none(visitor: Any, account: Any, mail: Any) -> None:
    code = prove(visitor, account, mail)
    right = code.replace("\u00a0", "")
    wrong = f"{(int(right) + 1) % 10**6:06d}"
    assert choose(visitor, wrong).status_code == 422
    for refused in ("court", PASSWORD, "Inaya-1989-rose"):
        assert choose(visitor, right, refused).status_code == 422
    assert choose(visitor, right, NEW, confirmation="Piano-8bleu").status_code == 422
    assert choose(visitor, right).headers["Location"] == "/connexion/"
    assert choose(visitor, right).headers["Location"] == "/connexion/oubli/?fin=recommencer"


def test_five_wrong_codes_end_it(visitor: Any, account: Any, mail: Any) -> None:
    right = prove(visitor, account, mail).replace("\u00a0", "")
    for step in range(1, 6):
        choose(visitor, f"{(int(right) + step) % 10**6:06d}")
    assert choose(visitor, right).status_code == 422
    assert attempt(visitor, account.compte.username, PASSWORD).headers["Location"] == "/connexion/code/"


def test_guessing_is_made_to_wait_by_person_and_said(visitor: Any, account: Any) -> None:
    for _ in range(5):
        visitor.post("/connexion/oubli/mot-de-passe/", card(account, annee="1990"))
    answer = visitor.post("/connexion/oubli/mot-de-passe/", card(account))
    assert answer.status_code == 429
    assert "Trop d’essais" in said(answer)


def test_another_code_replaces_the_first(visitor: Any, account: Any, mail: Any, monkeypatch: Any) -> None:
    from ens.notifications import codes

    first = prove(visitor, account, mail)
    visitor.post("/connexion/oubli/code/renvoyer/")
    assert "secondes" in said(visitor.get("/connexion/oubli/code/")), "half a minute apart"
    monkeypatch.setattr(codes, "BETWEEN", codes.timedelta(0))
    visitor.post("/connexion/oubli/code/renvoyer/")
    second = mail.code(account.email)
    if first != second:
        assert choose(visitor, first).status_code == 422
    assert choose(visitor, second).headers["Location"] == "/connexion/"


@pytest.mark.feature("N012")
def test_the_identifier_leaves_for_the_known_address_and_the_answer_is_one(
    visitor: Any, account: Any, people: Any, mail: Any
) -> None:
    def ask(**said_: str) -> str:
        answer = visitor.post("/connexion/oubli/identifiant/", {"matricule": number_of(account), **BORN, **said_})
        assert answer.headers["Location"] == "/connexion/oubli/identifiant/?suite=demande"
        return said(visitor.get(answer.headers["Location"]))

    pages = {ask(annee="1990"), ask(matricule=number_of(people.usager(state="noticed")))}
    assert mail.of(account.email) == []
    pages.add(ask())
    assert len(pages) == 1
    (email,) = mail.of(account.email)
    assert account.compte.username in email.body
    assert account.compte.username not in pages.pop()


def test_asking_for_an_identifier_again_and_again_waits(visitor: Any, account: Any, mail: Any) -> None:
    from django.conf import settings

    asked = {"matricule": number_of(account), **BORN}
    for _ in range(settings.ENS_CODE_TRIES):
        visitor.post("/connexion/oubli/identifiant/", asked)
    assert visitor.post("/connexion/oubli/identifiant/", asked).status_code == 429


def test_what_cannot_be_a_number_or_a_date_is_said_beside_its_field(visitor: Any) -> None:
    page = said(
        visitor.post("/connexion/oubli/identifiant/", {"matricule": "12", "jour": "31", "mois": "2", "annee": "89"})
    )
    assert "15 caractères" in page
    page = said(visitor.post("/connexion/oubli/mot-de-passe/", {"matricule": "", "carte": "abc", **BORN}))
    assert "Vérifiez ce numéro" in page


def test_the_second_step_needs_the_first_and_does_not_wait_for_ever(
    visitor: Any, account: Any, mail: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert visitor.get("/connexion/oubli/code/").headers["Location"] == "/connexion/oubli/?fin=recommencer"
    prove(visitor, account, mail)
    monkeypatch.setattr("ens.web.public.recovery.PENDING_SECONDS", -1)
    assert visitor.get("/connexion/oubli/code/").headers["Location"] == "/connexion/oubli/?fin=recommencer"


def test_an_application_of_codes_is_still_asked_for(visitor: Any, account: Any, mail: Any) -> None:
    import pyotp

    from ens.identity import factors

    secret = factors.prepare_application(account.compte)
    factors.confirm_application(account.compte, pyotp.TOTP(secret).now())
    choose(visitor, prove(visitor, account, mail))
    assert attempt(visitor, account.compte.username, NEW).headers["Location"] == "/connexion/code/"
    assert "application de codes" in said(visitor.get("/connexion/code/"))


def test_the_code_of_a_sign_in_is_not_one_of_recovery(visitor: Any, account: Any, mail: Any) -> None:
    attempt(visitor, account.compte.username, PASSWORD)
    mail.code(account.email)
    recovery = prove(visitor, account, mail)
    assert visitor.post("/connexion/code/", {"code": recovery}).status_code in (302, 422)
    assert visitor.get("/accueil/").status_code == 302
