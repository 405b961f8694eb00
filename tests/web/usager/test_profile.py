"""The pages of the medical profile."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from ens.kernel import clock
from tests.web.usager.conftest import text_of


def a_disease(**changes: Any) -> dict[str, Any]:
    form = {
        "nom": "Diabète de type 1",
        "en_cours": "on",
        "debut_jour": "",
        "debut_mois": "3",
        "debut_annee": "2019",
        "commentaire": "Suivie à Nantes",
    }
    return {**form, **changes}


def link_to(answer: Any, words: str) -> str:
    found = re.search(rf'href="([^"]+)"[^>]*>(?:<[^>]+>)*{words}', answer.content.decode())
    assert found, words
    return found[1]


def test_an_empty_profile_says_what_each_rubric_waits_for_and_makes_no_synthesis(page: Any) -> None:
    said = text_of(page.get("/profil/"))
    assert "Aucune rubrique renseignée pour le moment" in said
    assert "Allergies Un médicament, un aliment, un pollen…" in said
    assert "Complétez d’abord une rubrique." in said
    assert "Rien à écrire pour le moment" in text_of(page.get("/profil/synthese/"))


def test_something_is_written_read_changed_and_taken_away(page: Any) -> None:
    added = page.post("/profil/maladies/ajouter/", a_disease(), follow=True)
    assert added.redirect_chain == [("/profil/maladies/", 302)]
    said = text_of(added)
    assert "Ajouté à votre profil médical." in added.content.decode()
    assert "Diabète de type 1 En cours depuis mars 2019 Suivie à Nantes" in said
    shown = page.get(link_to(added, "Diabète"))
    for field in ('name="nom" value="Diabète de type 1"', 'value="3"', 'value="2019"', "checked"):
        assert field in shown.content.decode()
    changed = a_disease(en_cours="", fin_annee="2020", version="1")
    assert "De mars 2019 à 2020" in text_of(page.post(shown.wsgi_request.path, changed, follow=True))
    again = page.post(shown.wsgi_request.path, changed)  # another window shows the first version still
    assert again.status_code == 422
    assert "a été modifiée entre-temps" in text_of(again)
    kept = page.post(f"{shown.wsgi_request.path}supprimer/", {"version": "1"}, follow=True)
    assert "a été modifiée entre-temps" in kept.content.decode()
    gone = page.post(f"{shown.wsgi_request.path}supprimer/", {"version": "2"}, follow=True)
    assert "Rien n’est écrit ici" in text_of(gone)
    assert "Supprimé de votre profil médical." in gone.content.decode()


def test_what_is_wrong_is_said_beside_its_field_and_what_was_typed_is_kept(page: Any) -> None:
    answer = page.post("/profil/maladies/ajouter/", a_disease(nom="", debut_jour="31", debut_mois="4"))
    assert answer.status_code == 422
    said = text_of(answer)
    assert "Il reste quelque chose à corriger" in said
    assert "Indiquez de quoi il s’agit." in said
    assert "Ce jour n’existe pas dans ce mois." in said
    assert 'value="31"' in answer.content.decode()
    assert "Suivie à Nantes" in said


@pytest.mark.feature("N048")
@pytest.mark.parametrize(
    ("day", "month", "year", "words"),
    [
        ("", "", "", "Indiquez au moins l’année de début."),
        ("", "", "19", "Écrivez l’année avec ses quatre chiffres."),
        ("", "", "1850", "elle commence en 1900"),
        ("", "0", "2019", "Complétez le mois"),
        ("", "13", "2019", "Le mois est un nombre de 1 à 12."),
        ("0", "3", "2019", "Complétez le jour"),
        ("45", "3", "2019", "Le jour est un nombre de 1 à 31."),
        ("14", "", "2019", "Indiquez aussi le mois, ou effacez le jour."),
        ("", "", "2999", "Cette date est à venir."),
        ("30", "2", "2019", "Ce jour n’existe pas dans ce mois."),
    ],
)
def test_each_way_a_date_can_be_wrong_has_its_words(page: Any, day: str, month: str, year: str, words: str) -> None:
    form = a_disease(debut_jour=day, debut_mois=month, debut_annee=year)
    assert words in text_of(page.post("/profil/maladies/ajouter/", form))


@pytest.mark.feature("N048")
@pytest.mark.parametrize(
    ("day", "month", "said"), [("", "", "depuis 2019"), ("", "3", "depuis mars 2019"), ("14", "3", "le 14 mars 2019")]
)
def test_a_date_is_as_precise_as_one_knows(page: Any, day: str, month: str, said: str) -> None:
    form = a_disease(debut_jour=day, debut_mois=month)
    assert said in text_of(page.post("/profil/maladies/ajouter/", form, follow=True))


@pytest.mark.feature("N049")
def test_a_disability_is_written_with_its_types_and_its_aids(page: Any) -> None:
    form = {
        "nom": "Surdité",
        "types": ["SENSORY", "OTHERS"],
        "taux": "BETWEEN_50_AND_79",
        "aide_technique": "Prothèse auditive",
        "aide_humaine": "NO",
    }
    said = text_of(page.post("/profil/handicaps/ajouter/", form, follow=True))
    assert "Surdité Sensoriel (vue, audition), Autre Taux d’incapacité : de 50 à 79 %" in said
    assert "Aide technique : Prothèse auditive Recevez-vous l’aide de quelqu’un : non" in said
    wrong = page.post("/profil/handicaps/ajouter/", {"nom": "Surdité", "types": ["INCONNU"]})
    assert "Choisissez un taux" in text_of(wrong)
    assert wrong.status_code == 422


@pytest.mark.feature("N047")
def test_not_concerned_counts_as_an_answer_and_is_taken_back(page: Any) -> None:
    answered = page.post("/profil/allergies/non-concerne/", follow=True)
    assert "1 rubrique renseignée sur 6" in text_of(answered)
    assert "Allergies Vous avez répondu : non concerné" in text_of(answered)
    assert "Réponse de Inaya Michel" in text_of(page.get("/profil/allergies/"))
    back = page.post("/profil/allergies/non-concerne/", {"reponse": "reprendre"}, follow=True)
    assert "Rien n’est écrit ici" in text_of(back)


def test_not_concerned_is_not_said_of_what_holds_something(page: Any) -> None:
    page.post("/profil/allergies/ajouter/", {"allergene": "Pénicilline"})
    answer = page.post("/profil/allergies/non-concerne/", follow=True)
    assert "supprimez-les avant de répondre" in answer.content.decode()
    assert "Pénicilline" in text_of(answer)


def test_the_same_form_sent_twice_writes_once(page: Any) -> None:
    form = {"allergene": "Pénicilline", "jeton": "abc"}
    for _ in range(2):
        answer = page.post("/profil/allergies/ajouter/", form, follow=True)
    assert text_of(answer).count("Pénicilline") == 1


def test_the_synthesis_is_filed_as_a_document_then_said_stale(page: Any) -> None:
    page.post("/profil/allergies/ajouter/", {"allergene": "Pénicilline"})
    page.post("/profil/maladies/ajouter/", a_disease())
    filed = page.post("/profil/synthese/", {"rubriques": ["ALLERGIES"], "acte": "enregistrer"}, follow=True)
    assert "Synthèse enregistrée dans vos documents." in filed.content.decode()
    assert "Synthèse du profil médical" in text_of(filed)
    said = text_of(page.get("/profil/"))
    assert "Dans vos documents depuis" in said
    assert "Votre profil a changé depuis." not in said
    page.post("/profil/handicaps/non-concerne/")
    assert "Votre profil a changé depuis." in text_of(page.get("/profil/"))


def test_the_synthesis_is_downloaded_and_the_history_says_so(page: Any) -> None:
    page.post("/profil/allergies/ajouter/", {"allergene": "Pénicilline"})
    answer = page.post("/profil/synthese/", {"rubriques": ["ALLERGIES"], "acte": "telecharger"})
    assert answer.content.startswith(b"%PDF-")
    assert 'filename="synthese-profil-medical.pdf"' in answer.headers["Content-Disposition"]
    assert "préparé la synthèse du profil médical." in text_of(page.get("/historique/?qui=tout"))


@pytest.mark.parametrize(
    ("chosen", "words"), [([], "Choisissez au moins une rubrique."), (["TREATMENTS"], "ne contient plus rien")]
)
def test_a_synthesis_of_nothing_is_not_made(page: Any, chosen: list[str], words: str) -> None:
    page.post("/profil/allergies/non-concerne/")
    answer = page.post("/profil/synthese/", {"rubriques": chosen, "acte": "enregistrer"})
    assert answer.status_code == 422
    assert words in text_of(answer)


@pytest.mark.parametrize(
    "address",
    ["/profil/inconnue/", "/profil/inconnue/ajouter/", "/profil/informations/00000000-0000-7000-8000-000000000000/"],
)
def test_what_is_not_there_is_absent(page: Any, address: str) -> None:
    assert page.get(address).status_code == 404


@pytest.mark.parametrize("version", ["", "0", "-1", "2", "99999999999999999999", "²", "un"])
def test_what_no_page_showed_changes_and_removes_nothing(page: Any, version: str) -> None:
    added = page.post("/profil/allergies/ajouter/", {"allergene": "Pénicilline"}, follow=True)
    item = link_to(added, "Pénicilline")
    assert page.post(f"{item}supprimer/", {"version": version}).status_code == 302
    if version:  # nothing said is the first version
        assert page.post(item, {"allergene": "Arachide", "version": version}).status_code == 422
    assert "Pénicilline" in text_of(page.get("/profil/allergies/"))


def test_the_profile_of_another_is_absent(page: Any, people: Any, sign_in: Any) -> None:
    added = page.post("/profil/allergies/ajouter/", {"allergene": "Pénicilline"}, follow=True)
    item = link_to(added, "Pénicilline")
    other = sign_in(people.usager(birth_name="MARTIN").compte)
    assert other.get(item).status_code == 404
    assert other.post(item, {"allergene": "Rien"}).status_code == 404
    assert other.post(f"{item}supprimer/").status_code == 404
    assert "Pénicilline" in text_of(page.get("/profil/allergies/"))


@pytest.mark.feature("S124")
@pytest.mark.parametrize(
    "address", ["/profil/", "/profil/allergies/", "/profil/allergies/ajouter/", "/profil/synthese/"]
)
def test_before_it_opens_where_one_lives_the_day_is_said(page: Any, address: str) -> None:
    with override_settings(ENS_OPENINGS={"profil": {"": clock.today() + timedelta(days=30)}}):
        assert "Disponible à partir du" in text_of(page.get(address))
        page.post("/profil/allergies/ajouter/", {"allergene": "Pénicilline"})
    with override_settings(ENS_OPENINGS={"profil": {"": clock.today()}}):
        assert "Aucune rubrique renseignée" in text_of(page.get("/profil/"))


def test_a_full_profile_costs_no_more_queries_than_an_empty_one(page: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost(address: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert page.get(address).status_code == 200
        return len(queries)

    page.post("/profil/allergies/ajouter/", {"allergene": "Arachide"})
    before = cost("/profil/"), cost("/profil/allergies/")
    for name in ("Pénicilline", "Pollen", "Latex"):
        page.post("/profil/allergies/ajouter/", {"allergene": name})
    assert (cost("/profil/"), cost("/profil/allergies/")) == before


def test_what_was_typed_is_shown_as_text(page: Any) -> None:
    """Nothing typed in a profile runs in a page."""
    typed = '"> & < 5 javascript:alert(1) {{ 7|add:7 }}'
    said = page.post("/profil/allergies/ajouter/", {"allergene": typed}, follow=True).content.decode()
    assert "&quot;&gt; &amp; &lt; 5" in said
    assert "{{ 7|add:7 }}" in said
