"""« Puis-je écrire à ce patient ? »: answered to who takes care of them; the others learn nothing."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import override_settings

from ens.access import services
from ens.audit.types import Event
from tests.factories import matricule as new_matricule
from tests.web.professionnel.test_search import lines_of, same


def ask(browser: Any, matricule: str) -> Any:
    return browser.post("/pro/messagerie/", {"matricule": matricule})


@pytest.mark.feature("B13", "S085")
def test_who_takes_care_of_them_reads_the_address_and_the_patient_knows(
    doctor: Any, inaya: Any, authorised: None
) -> None:
    shown = ask(doctor, inaya.matricule).content.decode()
    assert inaya.address in shown
    assert "MICHEL" in shown
    assert [line.outcome for line in lines_of(inaya, Event.PATIENT_LOOKED_UP)] == ["fait"]


@pytest.mark.feature("B13", "S085")
def test_for_anyone_else_every_mailbox_and_none_are_the_same_page(
    people: Any, doctor: Any, dupond: Any, inaya: Any
) -> None:
    """A relation to a space that is closed or opposed says no more than no relation to one that is open."""
    blocked, left = people.usager(), people.usager(state="closed")
    services.block(blocked.usager_id, rpps=dupond.rpps, by=blocked.actor)
    numbers = [new_matricule(), inaya.matricule, blocked.matricule, left.matricule]
    numbers += [people.usager(state=state).matricule for state in ("unknown", "noticed", "opposed")]
    answers = [(number, ask(doctor, number)) for number in numbers]
    assert {answer.status_code for _, answer in answers} == {200}
    assert len({same(answer, number) for number, answer in answers}) == 1
    shown = same(answers[0][1], answers[0][0])
    assert "Nous ne pouvons pas vous répondre" in shown
    assert "patient.mssante.fr" not in shown
    assert [line.outcome for line in lines_of(inaya, Event.PATIENT_LOOKED_UP)] == ["refuse"]


def test_a_wrong_key_is_said_when_nobody_is_found(doctor: Any) -> None:
    number = new_matricule()
    wrong = number[:13] + f"{int(number[13:]) % 97 + 1:02d}"
    for typed, words in ((wrong, "La clé (les deux derniers chiffres)"), ("MICHEL", "15 caractères, clé comprise")):
        answer = ask(doctor, typed)
        assert answer.status_code == 422
        assert words in answer.content.decode()


def test_questions_and_searches_are_counted_together(doctor: Any, inaya: Any, authorised: None) -> None:
    with override_settings(ENS_PRO_SEARCHES_PER_HOUR=2):
        search = doctor.post("/pro/", {"matricule": inaya.matricule})
        answers = [search, *(ask(doctor, inaya.matricule) for _ in range(2))]
    codes = [answer.status_code for answer in answers]
    assert codes == [200, 200, 429]
