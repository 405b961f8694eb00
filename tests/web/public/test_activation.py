"""Activation: who you are, how to reach you, your account, your first choices."""

from __future__ import annotations

import time
from datetime import date
from typing import Any
from unittest.mock import Mock

import pytest

from ens.connectors.vitale.simulator import serial_of
from ens.enrolment import codes
from ens.identity import accounts
from ens.identity import queries as identity
from ens.identity.ports import card_register, use_card_register
from ens.journeys import activation as journey
from ens.kernel.actor import SYSTEM
from ens.kernel.ids import new_id
from ens.persistence.errors import TooBusy
from ens.persistence.unit import unit_of_work
from tests.factories import People
from tests.web.public.test_signing_in import PASSWORD, events_of, make_account, said, sign_in
from tests.web.public.test_welcome import declared
from tests.web.usager.conftest import text_of

BORN = date(1989, 4, 2)
ANSWERS = {"nouveaux_documents": "visibles", "samu": "oui", "danger": "oui", "masques_en_urgence": "non"}


def code_of(person: Any) -> str:
    """A provisional code, as its letter prints it."""

    def act(unit: Any) -> str:
        unit.untraced("essai")
        return codes.issue(unit, channel="courrier").text

    return unit_of_work(person.usager_id, act, by=SYSTEM)


@pytest.fixture
def noticed(people: People) -> Any:
    return people.usager(state="noticed", email=f"p{new_id().hex}@exemple.fr")


def claim(person: Any, code_: str, **wrong: Any) -> dict[str, Any]:
    born = wrong.pop("born", BORN)
    form = {"matricule": person.matricule, "carte": serial_of(person.matricule), "code": code_,
            "jour": born.day, "mois": born.month, "annee": born.year}  # fmt: skip
    return form | wrong


def state_of(person: Any) -> str:
    from ens.enrolment import queries

    def act(unit: Any) -> str:
        unit.untraced("essai")
        return str(queries.state(unit))

    return unit_of_work(person.usager_id, act, by=SYSTEM)


def proved(browser: Any, person: Any, **wrong: Any) -> Any:
    return browser.post("/activation/", claim(person, code_of(person), **wrong))


def contacts_proved(browser: Any, person: Any, mail: Any, *, email: str = "", phone: str = "") -> str:
    assert proved(browser, person).headers["Location"] == "/activation/coordonnees/"
    address = email or f"n{new_id().hex}@exemple.fr"
    sent = browser.post("/activation/coordonnees/", {"email": address, "telephone": phone})
    assert sent.headers["Location"] == "/activation/code/", text_of(sent)
    done = browser.post("/activation/code/", {"code": mail.code(address)})
    assert done.headers["Location"] == "/activation/compte/"
    return address


def account_form(**more: Any) -> dict[str, Any]:
    return {
        "identifiant": f"moi-{new_id().hex}",
        "nouveau": PASSWORD,
        "confirmation": PASSWORD,
        "conditions": "on",
        **more,
    }


@pytest.mark.feature("S006", "S007", "N001", "N014", "N018", "N019")
def test_from_the_letter_to_one_s_open_space(visitor: Any, noticed: Any, mail: Any) -> None:
    address = contacts_proved(visitor, noticed, mail, phone="06 12 34 56 78")
    assert "Étape 3 sur 4" in text_of(visitor.get("/activation/compte/"))
    form = account_form()
    assert visitor.post("/activation/compte/", form).headers["Location"] == "/accueil/"
    assert state_of(noticed) == "activated"
    assert visitor.get("/accueil/").headers["Location"] == "/confidentialite/reglages/"
    assert "Étape 4 sur 4" in text_of(visitor.get("/confidentialite/reglages/"))
    assert visitor.post("/confidentialite/reglages/", ANSWERS).headers["Location"] == "/accueil/"
    assert "Bonjour Inaya" in text_of(visitor.get("/accueil/"))
    shown = visitor.get("/parametres/").content.decode()
    assert address in shown
    assert "+33612345678" in shown
    assert {"compte_cree", "conditions_acceptees", "contact_change"} <= set(events_of(noticed))
    assert "Votre compte est créé" in [email.subject for email in mail.of(address)]


@pytest.mark.feature("S006")
@pytest.mark.parametrize("wrong", ["carte", "code", "matricule", "naissance"])
def test_one_answer_for_every_way_of_being_wrong(visitor: Any, noticed: Any, people: People, wrong: str) -> None:
    other = people.usager(state="noticed")
    change: dict[str, Any] = {
        "carte": {"carte": "12345678901"},
        "code": {"code": code_of(other)},
        "matricule": {"matricule": other.matricule, "carte": serial_of(other.matricule)},
        "naissance": {"born": date(1989, 4, 3)},
    }[wrong]
    answer = proved(visitor, noticed, **change)
    assert answer.status_code == 422
    assert "Ces informations ne vont pas ensemble" in text_of(answer)
    assert visitor.get("/activation/coordonnees/").headers["Location"] == "/activation/?fin=recommencer"


@pytest.mark.feature("S006")
def test_a_number_nobody_has_is_answered_alike(visitor: Any, noticed: Any) -> None:
    from tests.factories import matricule

    unknown = matricule()
    answer = proved(visitor, noticed, matricule=unknown, carte=serial_of(unknown))
    assert (answer.status_code, "ne vont pas ensemble" in text_of(answer)) == (422, True)


@pytest.mark.feature("N008")
def test_a_number_that_cannot_be_a_card_s_is_said_beside_its_field(visitor: Any, noticed: Any) -> None:
    answer = proved(visitor, noticed, carte="02041989")
    assert "c'est une date" in text_of(answer).replace("’", "'")
    assert "n’ont ni 0 ni O" in text_of(proved(visitor, noticed, code="OOOO OOOO OOOO")).replace("'", "’")


def test_after_five_failures_about_someone_one_waits(visitor: Any, noticed: Any) -> None:
    for _ in range(5):
        assert proved(visitor, noticed, carte="12345678901").status_code == 422
    assert proved(visitor, noticed).status_code == 429


def test_without_the_service_of_cards_nobody_is_told_they_are_wrong(visitor: Any, noticed: Any) -> None:
    before = card_register()
    use_card_register(None)
    try:
        answer = proved(visitor, noticed)
    finally:
        use_card_register(before)
    assert (answer.status_code, "ne répond pas" in text_of(answer)) == (503, True)


@pytest.mark.parametrize("path", ["coordonnees", "code", "compte", "enfant"])
def test_a_session_that_is_lost_begins_again(visitor: Any, noticed: Any, path: str) -> None:
    proved(visitor, noticed)
    session = visitor.session
    session["ens_preuve"] = {**session["ens_preuve"], "le": time.time() - 31 * 60}
    session.save()
    answer = visitor.get(f"/activation/{path}/", follow=True)
    assert "Recommencez ici" in text_of(answer)


def test_a_busy_moment_is_said_as_such_and_nothing_is_begun_again(
    visitor: Any, noticed: Any, monkeypatch: Any
) -> None:
    proved(visitor, noticed)
    with monkeypatch.context() as fault:
        fault.setattr(journey, "prospect", Mock(side_effect=TooBusy))
        assert visitor.get("/activation/coordonnees/").status_code == 503
    assert visitor.get("/activation/coordonnees/").status_code == 200


def test_no_step_is_skipped_and_one_may_go_back(visitor: Any, noticed: Any, mail: Any) -> None:
    proved(visitor, noticed)
    assert visitor.get("/activation/compte/").headers["Location"] == "/activation/coordonnees/"
    assert visitor.get("/activation/code/").headers["Location"] == "/activation/coordonnees/"
    assert visitor.post("/activation/compte/", account_form()).headers["Location"] == "/activation/coordonnees/"
    visitor.post("/activation/coordonnees/", {"email": f"n{new_id().hex}@exemple.fr"})
    assert "Revenir" in text_of(visitor.get("/activation/code/"))
    assert visitor.get("/activation/coordonnees/").status_code == 200


@pytest.mark.feature("N004")
def test_known_contacts_are_shown_only_once_proved(visitor: Any, noticed: Any) -> None:
    assert "@exemple.fr" not in said(visitor.get("/activation/")).split("<main")[1]
    proved(visitor, noticed)
    assert "@exemple.fr" in visitor.get("/activation/coordonnees/").content.decode()


@pytest.mark.feature("N014")
@pytest.mark.parametrize(
    ("email", "phone", "words"),
    [
        ("", "", "Indiquez une adresse"),
        ("inaya", "", "n’est pas valide"),
        ("a@exemple.fr", "01 23", "n’est pas valide"),
    ],
)
def test_an_e_mail_is_needed_and_a_telephone_must_be_one(
    visitor: Any, noticed: Any, email: str, phone: str, words: str
) -> None:
    proved(visitor, noticed)
    answer = visitor.post("/activation/coordonnees/", {"email": email, "telephone": phone})
    assert (answer.status_code, words in text_of(answer).replace("'", "’")) == (422, True)


@pytest.mark.feature("N010", "N011")
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"identifiant": "court"}, "de 8 à 100"),
        ({"identifiant": "Moi@exemple.fr"}, "e-mail"),
        ({"nouveau": "Inaya-2024!", "confirmation": "Inaya-2024!"}, "une information sur vous"),
        ({"confirmation": "Violon-8bleu"}, "pas les mêmes"),
        ({"conditions": ""}, "Acceptez les conditions"),
    ],
)
def test_what_is_wrong_with_an_account_is_said_and_nothing_opens(
    visitor: Any, noticed: Any, mail: Any, wrong: dict[str, str], words: str
) -> None:
    contacts_proved(visitor, noticed, mail)
    answer = visitor.post("/activation/compte/", account_form(**wrong))
    assert (answer.status_code, words in text_of(answer)) == (422, True)
    assert state_of(noticed) == "noticed"


def test_an_identifier_taken_is_said_and_free_ones_are_shown(
    visitor: Any, noticed: Any, mail: Any, people: People
) -> None:
    taken = make_account(people).compte.username
    contacts_proved(visitor, noticed, mail)
    shown = visitor.post("/activation/compte/", account_form(identifiant=taken))
    assert "déjà pris" in text_of(shown)
    assert "Encore libres" in text_of(shown)


def test_the_code_makes_one_account_and_a_second_browser_begins_again(noticed: Any, mail: Any) -> None:
    from datetime import timedelta

    from django.test import Client

    from ens.notifications import codes as one_time

    one, two = Client(), Client()
    code = code_of(noticed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(one_time, "BETWEEN", timedelta(0))
        for browser in (one, two):
            browser.post("/activation/", claim(noticed, code))
            address = f"n{new_id().hex}@exemple.fr"
            browser.post("/activation/coordonnees/", {"email": address})
            browser.post("/activation/code/", {"code": mail.code(address)})
    assert one.post("/activation/compte/", account_form()).headers["Location"] == "/accueil/"
    assert two.post("/activation/compte/", account_form()).headers["Location"] == "/activation/?fin=recommencer"


def test_who_has_an_account_is_sent_to_sign_in(visitor: Any, people: People) -> None:
    person = make_account(people)
    proved(visitor, person)
    assert "Vous avez déjà un compte" in text_of(visitor.get("/activation/coordonnees/"))


@pytest.mark.feature("S012")
def test_someone_who_opposed_may_activate_after_all(visitor: Any, people: People, mail: Any) -> None:
    person = people.usager(state="opposed")
    contacts_proved(visitor, person, mail)
    assert visitor.post("/activation/compte/", account_form()).status_code == 302
    assert state_of(person) == "activated"


# -- a child -------------------------------------------------------------------------------------------------------


@pytest.fixture
def child(people: People) -> Any:
    return people.usager(state="noticed", first_names="NOE", birth_date=date(2018, 4, 2), sex="M")


@pytest.mark.feature("S042", "N033")
def test_a_child_s_space_opens_from_the_account_of_who_represents_them(
    visitor: Any, child: Any, people: People, mail: Any
) -> None:
    parent = make_account(people)
    proved(visitor, child, born=date(2018, 4, 2))
    shown = visitor.get("/activation/coordonnees/", follow=True)
    assert "L’espace de Noe s’ouvre depuis le compte" in text_of(shown)
    assert "Connectez-vous d’abord" in text_of(shown)
    assert sign_in(visitor, parent, mail, suite="/activation/enfant/").headers["Location"] == "/activation/enfant/"
    assert visitor.post("/activation/enfant/").status_code == 422
    done = visitor.post("/activation/enfant/", {"representant": "oui"}, follow=True)
    assert "Vous êtes son représentant légal" in text_of(done)
    assert state_of(child) == "activated"
    assert visitor.post("/profils/", {"profil": str(child.usager_id)}).headers["Location"] == "/accueil/"
    page = visitor.get("/accueil/").content.decode()
    assert "Noe Michel" in page
    assert "Géré par Inaya Michel" in page
    assert "representant_rattache" in events_of(child)
    assert declared(child) == {"representant", "accord_declare"}


@pytest.mark.feature("N024")
def test_a_third_account_is_refused_and_opens_nothing(visitor: Any, child: Any, people: People, mail: Any) -> None:
    from ens.identity import services

    for _ in range(2):
        services.attach(make_account(people).compte, child.usager_id, "representant")
    sign_in(visitor, make_account(people), mail)
    proved(visitor, child, born=date(2018, 4, 2))
    answer = visitor.post("/activation/enfant/", {"representant": "oui"})
    assert (answer.status_code, "Deux comptes gèrent déjà" in text_of(answer)) == (422, True)
    assert state_of(child) == "noticed"


@pytest.mark.feature("S042")
def test_nobody_shows_a_profile_that_is_not_theirs(visitor: Any, people: People, mail: Any) -> None:
    sign_in(visitor, make_account(people), mail)
    for wrong in (str(people.usager().usager_id), "x", ""):
        assert visitor.post("/profils/", {"profil": wrong}).status_code == 404


@pytest.mark.feature("N001", "N033")
def test_a_person_without_an_open_space_signs_in_and_sees_their_profiles(
    visitor: Any, people: People, mail: Any
) -> None:
    parent = make_account(people, state="opposed")
    assert sign_in(visitor, parent, mail).headers["Location"] == "/profils/"
    assert "Cet espace n’est pas ouvert" in text_of(visitor.get("/profils/"))
    assert identity.find_usager(parent.matricule) is not None
    assert accounts.account_of(parent.usager_id) is not None
