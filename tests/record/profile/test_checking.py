"""What a rubric of the medical profile takes, question by question."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ens.record.errors import ProfileAnswersInvalid
from ens.record.profile import words
from ens.record.profile.checking import answers
from ens.record.profile.rubrics import RUBRICS, Kind

BORN, TODAY = date(1989, 4, 2), date(2026, 3, 16)


def said(code: str, **typed: Any) -> dict[str, Any]:
    return answers(RUBRICS[code], typed, born=BORN, today=TODAY)


def wrong(code: str, **typed: Any) -> dict[str, str]:
    with pytest.raises(ProfileAnswersInvalid) as refused:
        said(code, **typed)
    reasons: dict[str, str] = refused.value.facts["reasons"]
    return reasons


def a_disease(**changes: Any) -> dict[str, Any]:
    return {"nom": "Diabète de type 1", "en_cours": True, "debut": ("", "3", "2019"), **changes}


def test_what_was_left_out_is_not_kept() -> None:
    assert said("DISEASES", **a_disease(commentaire="  ")) == {
        "nom": "Diabète de type 1",
        "en_cours": True,
        "debut": "2019-03",
    }


@pytest.mark.parametrize(
    ("changes", "where", "reason"),
    [
        # what is due
        ({"nom": "  "}, "nom", "Indiquez de quoi il s’agit"),
        ({"debut": ("", "", "")}, "debut", "l’année de début"),
        # an end when it is over, and only then, never before the start
        ({"en_cours": False}, "fin", "Indiquez la date de fin"),
        ({"fin": ("", "", "2020")}, "fin", "effacez la date de fin"),
        ({"en_cours": False, "fin": ("", "", "2018")}, "fin", "avant le début"),
        ({"en_cours": False, "fin": ("", "2", "2019")}, "fin", "avant le début"),
        # dates
        ({"debut": ("14", "", "2019")}, "debut", "Indiquez aussi le mois"),
        ({"debut": ("", "", "2027")}, "debut", "à venir"),
        ({"debut": ("", "3", "1989")}, "debut", "avant la naissance"),
        # words
        ({"nom": "x" * 51}, "nom", "51 caractères. Le maximum est 50"),
        ({"nom": "<b>Diabète"}, "nom", "après le signe"),
        ({"nom": "Dia\x00bète"}, "nom", "caractères"),
        ({"commentaire": "y" * 3001}, "commentaire", "Le maximum est 3000"),
    ],
)
def test_what_cannot_be_kept_is_said_beside_its_question(changes: dict[str, Any], where: str, reason: str) -> None:
    found = wrong("DISEASES", **a_disease(**changes))
    assert list(found) == [where]
    assert reason in found[where]


@pytest.mark.parametrize(
    "changes",
    [
        {"debut": ("", "", "1989")},  # the year one was born
        {"en_cours": False, "fin": ("", "", "2019")},  # the year it began
        {"en_cours": False, "fin": ("", "3", "2019")},
        {"commentaire": "HbA1c < 7 %\r\nsuivi tous les 3 mois, INR <2"},
        {"nom": "x" * 50},
        {"commentaire": "y" * 3000},
    ],
)
def test_what_is_just_right_is_kept(changes: dict[str, Any]) -> None:
    assert said("DISEASES", **a_disease(**changes))["nom"]


def test_several_mistakes_are_said_at_once() -> None:
    assert set(wrong("DISEASES", commentaire="<x")) == {"nom", "debut", "fin", "commentaire"}


def test_a_length_of_stay_goes_with_its_unit() -> None:
    stay = {"motif": "Opération du genou", "entree": ("", "", "2019")}
    assert said("HOSPITALIZATIONS", **stay) == {"motif": "Opération du genou", "entree": "2019"}
    assert said("HOSPITALIZATIONS", **stay, duree="3", unite="DAY")["duree"] == 3
    assert "unite" not in said("HOSPITALIZATIONS", **stay, unite="DAY")
    assert list(wrong("HOSPITALIZATIONS", **stay, duree="3")) == ["unite"]
    for typed in ("0", "1000", "-1", "3,5", "trois", "²"):
        assert list(wrong("HOSPITALIZATIONS", **stay, duree=typed, unite="DAY")) == ["duree"], typed


@pytest.mark.feature("N049")
def test_an_aid_not_answered_is_not_an_aid_refused() -> None:
    known = {"nom": "Surdité", "types": ["SENSORY"], "taux": "UNKNOWN"}
    assert "aide_humaine" not in said("DISABILITIES", **known)
    assert said("DISABILITIES", **known, aide_humaine="NO")["aide_humaine"] == "NO"
    assert list(wrong("DISABILITIES", **{**known, "types": []})) == ["types"]
    assert list(wrong("DISABILITIES", **{**known, "types": ["SENSORY", "AUTRE"]})) == ["types"]
    assert list(wrong("DISABILITIES", **{**known, "taux": "60"})) == ["taux"]


@pytest.mark.parametrize(
    ("code", "kept", "lines"),
    [
        ("DISEASES", {"nom": "x", "en_cours": True, "debut": "2019-03-14"}, ["En cours depuis le 14 mars 2019"]),
        ("DISEASES", {"nom": "x", "debut": "2019", "fin": "2020-06"}, ["De 2019 à juin 2020"]),
        ("DISEASES", {"nom": "x", "debut": "2019", "fin": "2019"}, ["En 2019"]),
        (
            "TREATMENTS",
            {"nom": "x", "en_cours": True, "debut": "2019", "posologie": "1 le matin"},
            ["En cours depuis 2019", "Posologie\u00a0: 1 le matin"],
        ),
        (
            "HOSPITALIZATIONS",
            {"motif": "x", "entree": "2019-08-01", "duree": 1, "unite": "DAY"},
            ["Le 1er août 2019", "1 jour"],
        ),
        ("HOSPITALIZATIONS", {"motif": "x", "entree": "2019", "duree": 2, "unite": "MONTH"}, ["En 2019", "2 mois"]),
        ("FAMILY_HISTORIES", {"maladie": "x", "lien": "GRANDMOTHER"}, ["Ma grand-mère"]),
        (
            "DISABILITIES",
            {"nom": "x", "types": ["SENSORY", "OTHERS"], "taux": "LESS_THAN_50", "aide_humaine": "YES"},
            [
                "Sensoriel (vue, audition), Autre",
                "Taux d’incapacité\u00a0: moins de 50 %",
                "Recevez-vous l’aide de quelqu’un\u00a0: oui",
            ],
        ),
    ],
)
def test_an_item_is_said_in_plain_words(code: str, kept: dict[str, Any], lines: list[str]) -> None:
    assert words.facts(RUBRICS[code], kept) == lines


def test_a_rubric_in_a_line_names_the_first_and_counts_the_others() -> None:
    allergies = RUBRICS["ALLERGIES"]
    named = [{"allergene": one} for one in ("Arachide", "Pénicilline", "AINS", "Pollen", "Latex")]
    assert words.in_a_line(allergies, named[:1]) == "Arachide"
    assert words.in_a_line(allergies, named) == "Arachide, pénicilline, AINS et 2 autres"
    assert words.in_a_line(allergies, []) == ""


def _typed(kind: Kind) -> st.SearchStrategy[Any]:
    text = st.text(max_size=60)
    if kind is Kind.DATE:
        return st.tuples(text, text, text)
    if kind is Kind.TICK:
        return st.booleans()
    return st.lists(text, max_size=3) if kind is Kind.CHOICES else text


@pytest.mark.parametrize("code", list(RUBRICS))
@given(data=st.data())
def test_whatever_is_typed_is_kept_and_said_or_refused_question_by_question(code: str, data: Any) -> None:
    rubric = RUBRICS[code]
    typed = {one.name: data.draw(_typed(one.kind), label=one.name) for one in rubric.questions}
    try:
        kept = answers(rubric, typed, born=BORN, today=TODAY)
    except ProfileAnswersInvalid as error:
        assert set(error.facts["reasons"]) <= {one.name for one in rubric.questions}
    else:
        assert words.heading(rubric, kept)
        assert all(words.facts(rubric, kept))
