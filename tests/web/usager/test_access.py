"""Confidentialité: who may read, and since when."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.usager.conftest import text_of


@pytest.mark.feature("S098")
def test_authorising_blocking_and_authorising_again_apply_at_once_and_are_said(page: Any, doctor: Any) -> None:
    said = text_of(page.post("/confidentialite/autoriser/", {"rpps": doctor.rpps}, follow=True))
    assert "Accès autorisé." in said
    assert "Docteur Virginie Dupond" in said
    assert "Accès autorisé depuis le" in said
    choice = {"rpps": doctor.rpps, "choix": "bloquer"}
    said = text_of(page.post("/confidentialite/choisir/", choice, follow=True))
    assert "Accès bloqué. La personne n’en est pas avertie." in said
    assert "Bloqués (1)" in said
    assert "Accès bloqué depuis le" in text_of(page.get("/confidentialite/?voir=bloques"))
    said = text_of(page.post("/confidentialite/choisir/", {**choice, "choix": "retablir"}, follow=True))
    assert "Autorisés (1)" in said
    assert "Bloqués (0)" in said


@pytest.mark.feature("S098")
def test_an_establishment_is_blocked_and_unblocked(page: Any, inaya: Any, people: Any) -> None:
    from ens.access import services as access

    site = people.establishment()
    access.authorise(inaya.usager_id, finess=site.finess, by=inaya.actor)
    assert "Hôpital Jean Bernadeau" in text_of(page.get("/confidentialite/"))
    page.post("/confidentialite/choisir/", {"finess": site.finess, "choix": "bloquer"})
    assert "Hôpital Jean Bernadeau" in text_of(page.get("/confidentialite/?voir=bloques"))
    said = text_of(page.post("/confidentialite/choisir/", {"finess": site.finess, "choix": "debloquer"}, follow=True))
    assert "Accès débloqué" in said


@pytest.mark.feature("S098")
def test_the_default_rule_is_shown(page: Any) -> None:
    said = text_of(page.get("/confidentialite/"))
    assert "Seuls les professionnels que vous autorisez lisent vos documents" in said
    assert "Vous n’avez encore autorisé personne" in said


@pytest.mark.parametrize(
    ("number", "said"),
    [
        ("", "Indiquez le numéro RPPS."),
        ("123", "Ce numéro doit compter 11 chiffres."),
        ("00000000000", "Ce professionnel n’est pas dans l’annuaire"),
    ],
)
def test_a_wrong_number_is_said_beside_the_field(page: Any, number: str, said: str) -> None:
    answer = page.post("/confidentialite/autoriser/", {"rpps": number})
    assert answer.status_code == 422
    assert said in text_of(answer)


@pytest.mark.parametrize(
    "form", [{}, {"choix": "bloquer"}, {"choix": "tout", "rpps": "1"}, {"choix": "bloquer", "rpps": "1", "finess": "2"}]
)
def test_a_choice_about_nobody_does_not_exist(page: Any, form: dict[str, str]) -> None:
    assert page.post("/confidentialite/choisir/", form).status_code == 404


def test_many_choices_cost_no_more_queries_than_one(page: Any, inaya: Any, people: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    from ens.access import services as access

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert page.get("/confidentialite/").status_code == 200
        return len(queries)

    def authorise_one(number: int) -> None:
        doctor = people.professional(f"Praticien {number}", site=people.establishment())
        access.authorise(inaya.usager_id, rpps=doctor.rpps, by=inaya.actor)

    authorise_one(1)
    page.get("/confidentialite/")
    alone = cost()
    for number in range(2, 8):
        authorise_one(number)
    assert cost() <= alone
