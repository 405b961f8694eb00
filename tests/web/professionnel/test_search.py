"""Finding a patient: by matricule only, the same answer for everyone who cannot be seen."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import override_settings

from ens.access import services
from ens.audit.queries import history
from ens.audit.types import Event, HistoryFilter
from tests.factories import matricule as new_matricule
from tests.web.professionnel.conftest import said

CONSENT = {"naissance_jour": "2", "naissance_mois": "4", "naissance_annee": "1989", "accord": "on"}


def same(answer: Any, matricule: str) -> str:
    """The page without what differs by nature: the forms' token and the matricule typed."""
    return said(answer).replace(matricule, "MATRICULE")


def lines_of(person: Any, *kinds: Event) -> list[Any]:
    return history(person.usager_id, HistoryFilter(events=kinds), by=person.actor).lines


def search(browser: Any, matricule: str) -> Any:
    return browser.post("/pro/", {"matricule": matricule})


# -- the door ---------------------------------------------------------------------------------------------------


@pytest.mark.feature("S107")
def test_the_pages_ask_for_a_professional_signed_in(visitor: Any, page: Any, doctor: Any, inaya: Any) -> None:
    for address in ("/pro/", f"/pro/dossiers/{inaya.usager_id}/"):
        assert visitor.get(address).status_code == 302
        assert page.get(address).status_code == 404
    assert doctor.get("/pro/").status_code == 200


def test_every_address_is_in_the_access_table() -> None:
    from ens.web.professionnel import urls

    assert {pattern.name: "professionnel" for pattern in urls.urlpatterns} == urls.ACCESS


@pytest.mark.feature("S045")
def test_the_professional_is_shown_with_name_profession_and_rpps(doctor: Any, dupond: Any) -> None:
    shown = doctor.get("/pro/").content.decode()
    assert "Docteur Virginie Dupond" in shown
    assert f"RPPS {dupond.rpps}" in shown
    assert "Médecin" in shown


def test_a_search_by_name_does_not_exist(doctor: Any) -> None:
    shown = doctor.get("/pro/").content.decode()
    assert "La recherche par nom n’existe pas" in shown
    assert re.findall(r'<input[^>]+type="(?!hidden)(\w+)"', shown) == ["text"]


# -- what is found ------------------------------------------------------------------------------------------------


@pytest.mark.feature("S035", "S037")
def test_an_authorised_professional_checks_the_traits_before_opening(doctor: Any, inaya: Any, authorised: None) -> None:
    spaced = f"{inaya.matricule[:1]} {inaya.matricule[1:7]} {inaya.matricule[7:].lower()}"
    shown = search(doctor, spaced).content.decode()
    assert "Vérifiez les traits d’identité" in shown
    assert "MICHEL" in shown
    assert "02/04/1989" in shown
    assert f"/pro/dossiers/{inaya.usager_id}/" in shown
    assert [line.outcome for line in lines_of(inaya, Event.PATIENT_LOOKED_UP)] == ["fait"]


@pytest.mark.feature("S036")
@pytest.mark.parametrize(("status", "said"), [("qualifiee", "INS qualifiée"), ("provisoire", "Identité provisoire")])
def test_how_far_the_identity_can_be_trusted_is_said_beside_the_traits(
    people: Any, doctor: Any, dupond: Any, status: str, said: str
) -> None:
    person = people.usager(identity_status=status)
    services.authorise(person.usager_id, rpps=dupond.rpps, by=person.actor)
    assert f">{said}<" in search(doctor, person.matricule).content.decode()


@pytest.mark.feature("S098")
def test_unknown_opposed_closed_not_authorised_and_blocked_give_the_same_page(
    people: Any, doctor: Any, dupond: Any, inaya: Any
) -> None:
    blocked = people.usager()
    services.block(blocked.usager_id, rpps=dupond.rpps, by=blocked.actor)
    numbers = [new_matricule(), inaya.matricule, blocked.matricule]
    numbers += [people.usager(state=state).matricule for state in ("unknown", "noticed", "opposed", "closed")]
    answers = [(number, search(doctor, number)) for number in numbers]
    assert {answer.status_code for _, answer in answers} == {200}
    assert len({same(answer, number) for number, answer in answers}) == 1
    page_said = same(answers[0][1], answers[0][0])
    assert "Aucun dossier ne vous est ouvert sous ce matricule" in page_said
    assert "MICHEL" not in page_said
    assert [line.outcome for line in lines_of(inaya, Event.PATIENT_LOOKED_UP)] == ["refuse"]


@pytest.mark.parametrize("typed", ["", "MICHEL Inaya", "2894567890123", "9" * 15, "1" * 60])
def test_what_is_not_a_matricule_is_said_beside_the_field(doctor: Any, typed: str) -> None:
    answer = search(doctor, typed)
    assert answer.status_code == 422
    assert "15 caractères, clé comprise. Exemple" in answer.content.decode()


def test_a_wrong_key_is_said_when_nobody_is_found(doctor: Any) -> None:
    number = new_matricule()
    wrong = number[:13] + f"{int(number[13:]) % 97 + 1:02d}"
    answer = search(doctor, wrong)
    assert answer.status_code == 422
    assert "La clé (les deux derniers chiffres) n’est pas correcte" in answer.content.decode()


def test_too_many_searches_are_stopped(doctor: Any, inaya: Any, authorised: None) -> None:
    with override_settings(ENS_PRO_SEARCHES_PER_HOUR=2):
        codes = [search(doctor, inaya.matricule).status_code for _ in range(3)]
        consent = doctor.post("/pro/accord/", {"matricule": inaya.matricule, **CONSENT}).status_code
    assert codes == [200, 200, 429]
    assert consent == 429


# -- the oral consent ------------------------------------------------------------------------------------------------


@pytest.mark.feature("N082", "S098")
def test_the_stated_consent_opens_the_record_and_the_patient_reads_who_said_so(
    doctor: Any, inaya: Any, page: Any, dupond: Any
) -> None:
    answer = doctor.post("/pro/accord/", {"matricule": inaya.matricule, **CONSENT}, follow=True)
    assert answer.redirect_chain == [(f"/pro/dossiers/{inaya.usager_id}/", 302)]
    assert "Accord enregistré" in answer.content.decode()
    line = lines_of(inaya, Event.ACCESS_CONSENTED)[0]
    assert (line.actor_name, line.actor_role) == (dupond.name, "médecin")
    assert line.facts["statement"] == services.CONSENT


@pytest.mark.feature("N082")
def test_a_consent_that_cannot_be_recorded_never_says_why(people: Any, doctor: Any, dupond: Any) -> None:
    blocked = people.usager()
    services.block(blocked.usager_id, rpps=dupond.rpps, by=blocked.actor)
    numbers = [new_matricule(), blocked.matricule]
    numbers += [people.usager(state=state).matricule for state in ("unknown", "noticed", "opposed", "closed")]
    numbers.append(people.usager(birth_date=date(1990, 1, 1)).matricule)
    answers = [(number, doctor.post("/pro/accord/", {"matricule": number, **CONSENT})) for number in numbers]
    other_birth = people.usager(birth_date=date(1990, 1, 1))
    answers.append(
        (other_birth.matricule, doctor.post("/pro/accord/", {"matricule": other_birth.matricule, **CONSENT}))
    )
    assert {answer.status_code for _, answer in answers} == {422}
    assert len({same(answer, number) for number, answer in answers}) == 1
    assert "L’accord n’a pas pu être enregistré" in answers[0][1].content.decode()


@pytest.mark.parametrize("missing", ["accord", "naissance_jour", "naissance_annee"])
def test_a_consent_needs_the_birth_date_and_the_statement(doctor: Any, inaya: Any, missing: str) -> None:
    form = {name: value for name, value in CONSENT.items() if name != missing}
    answer = doctor.post("/pro/accord/", {"matricule": inaya.matricule, **form})
    assert answer.status_code == 422
    assert not lines_of(inaya, Event.ACCESS_CONSENTED)


def test_a_consent_without_a_matricule_comes_back_to_the_search(doctor: Any) -> None:
    answer = doctor.post("/pro/accord/", CONSENT)
    assert answer.status_code == 422
    assert "Enregistrer son accord" not in answer.content.decode()


def test_no_address_of_these_pages_holds_a_matricule(doctor: Any, inaya: Any, authorised: None) -> None:
    shown = search(doctor, inaya.matricule).content.decode()
    assert not [link for link in re.findall(r'(?:href|action|src)="([^"]+)"', shown) if inaya.matricule in link]


def test_both_forms_carry_the_token_against_foreign_posts(
    dupond: Any, sign_in: Callable[..., Any], compte_of: Callable[[Any], Any], inaya: Any
) -> None:
    strict = sign_in(compte_of(dupond), enforce_csrf_checks=True)
    for address in ("/pro/", "/pro/accord/"):
        assert strict.post(address, {"matricule": inaya.matricule, **CONSENT}).status_code == 403
