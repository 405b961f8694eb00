"""Who is speaking is proved: failures are alike, counted, and a proof does not last."""

from __future__ import annotations

import pytest
from django.test import override_settings

from ens.enrolment.types import State
from tests.web.support.calls.conftest import call, state, told


def bad_answers(people):
    known = people.usager(state="noticed")
    stranger = type("Stranger", (), {"matricule": people_matricule()})()
    return {
        "another birth date": (known, {"naissance_jour": "3"}),
        "another name": (known, {"reponse": "Durand"}),
        "a name no one has": (known, {"reponse": "1234"}),
        "the name for the first name": (known, {"trait": "premier_prenom"}),
        "unknown": (stranger, {}),
    }


def people_matricule() -> str:
    from tests.factories import matricule

    return matricule()


@pytest.mark.feature("S154")
def test_a_proof_that_fails_and_someone_unknown_are_answered_alike(desk, people):
    pages = set()
    for person, other in bad_answers(people).values():
        answer = call(desk, person, **other)
        assert answer.status_code == 422
        _, _, said = answer.content.decode().partition("Il reste quelque chose")
        pages.add(said.partition("</ul>")[0])
        assert desk.get("/support/personne/").status_code == 302  # no call is open
    assert len(pages) == 1
    assert "Aucune personne n’est prouvée" in pages.pop()


def test_a_failed_proof_is_in_the_history_of_whom_it_is_about(desk, people):
    person = people.usager(state="activated")
    call(desk, person, reponse="Durand")
    assert told(person) == [("identite_prouvee", "refuse", "Hugo Petit")]


@pytest.mark.parametrize(("trait", "said"), [("nom_naissance", "  MICHEL "), ("premier_prenom", "inaya")])
def test_a_name_is_heard_whatever_its_case(desk, people, trait, said):
    assert call(desk, people.usager(state="noticed"), trait=trait, reponse=said).status_code == 302


def test_after_some_failures_a_matricule_waits_known_or_not(desk, people):
    known, unknown = people.usager(state="noticed"), type("Nobody", (), {"matricule": people_matricule()})()
    for person in (known, unknown):
        for _ in range(5):
            assert "Aucune personne n’est prouvée" in call(desk, person, reponse="Durand").content.decode()
        assert "Trop d’essais en peu de temps" in call(desk, person, reponse="Michel").content.decode()


@override_settings(ENS_SUPPORT_SEARCHES=3)
def test_an_agent_asks_so_many_times_and_no_more(desk, people):
    persons = [people.usager(state="noticed") for _ in range(4)]
    answers = [call(desk, person) for person in persons]
    assert [answer.status_code for answer in answers] == [302, 302, 302, 422]
    assert "Trop d’essais en peu de temps" in answers[-1].content.decode()


def test_a_proof_lasts_a_quarter_of_an_hour(desk, people):
    person = people.usager(state="noticed")
    call(desk, person)
    session = desk.session
    session["ens_appel"] = {**session["ens_appel"], "depuis": session["ens_appel"]["depuis"] - 15 * 60 - 1}
    session.save()
    answer = desk.post("/support/personne/opposition/", {"demande": "on"}, follow=True)
    assert "La preuve d’identité a expiré" in answer.content.decode()
    assert state(person) is State.NOTICED


def test_the_end_of_a_call_forgets_who_it_was(desk, people):
    call(desk, people.usager(state="noticed"))
    assert "Appel terminé" in desk.post("/support/terminer/", follow=True).content.decode()
    assert desk.get("/support/personne/").status_code == 302
