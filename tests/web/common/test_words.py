"""Dates, sizes and names as the interface says them."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ens.kernel import clock
from ens.web.common import words

TODAY = datetime(2021, 10, 14, 9, 0, tzinfo=UTC)  # a Thursday, 11 h in Paris


def plain(said: str) -> str:
    return said.replace("\u00a0", " ")


@pytest.mark.feature("S093")
@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2021, 10, 14, 14, 30, tzinfo=UTC), "16 h 30"),
        (datetime(2021, 10, 14, 7, 0, tzinfo=UTC), "9 h"),
        (datetime(2021, 10, 13, 22, 30, tzinfo=UTC), "0 h 30"),  # already the 14th in Paris
        (datetime(2021, 10, 13, 12, 0, tzinfo=UTC), "hier"),
        (date(2021, 10, 14), "aujourd’hui"),
        (datetime(2021, 2, 15, 8, 0, tzinfo=UTC), "15 févr."),
        (date(2021, 5, 1), "1er mai"),
        (datetime(2020, 12, 9, 8, 0, tzinfo=UTC), "9 déc. 2020"),
    ],
)
def test_a_list_says_the_shortest_exact_date(moment: datetime | date, said: str) -> None:
    with clock.freeze(TODAY):
        assert plain(words.when(moment)) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [(date(2021, 10, 11), "lundi 11 octobre"), (date(2020, 12, 9), "9 déc. 2020")],
)
def test_a_row_names_the_day_of_this_year(moment: date, said: str) -> None:
    with clock.freeze(TODAY):
        assert plain(words.day(moment)) == said


@pytest.mark.parametrize(
    ("moment", "said"),
    [
        (datetime(2021, 10, 14, 14, 30, tzinfo=UTC), "aujourd’hui à 16 h 30"),
        (datetime(2021, 10, 13, 7, 5, tzinfo=UTC), "hier à 9 h 05"),
        (datetime(2021, 10, 12, 8, 5, tzinfo=UTC), "mardi 12 octobre à 10 h 05"),
    ],
)
def test_a_reading_says_its_day_and_hour(moment: datetime, said: str) -> None:
    with clock.freeze(TODAY):
        assert plain(words.day_and_hour(moment)) == said


def test_a_heading_and_a_sentence_give_the_year() -> None:
    assert plain(words.month(date(2021, 10, 3))) == "octobre 2021"
    assert plain(words.full_day(date(2021, 10, 11))) == "lundi 11 octobre 2021"
    assert plain(words.long_date(date(2021, 9, 13))) == "13 septembre 2021"


@pytest.mark.parametrize(
    ("octets", "said"),
    [
        (0, "0 octet"),
        (800, "800 octets"),
        (96_000, "96 Ko"),
        (999_999, "1 Mo"),
        (2_400_000, "2,4 Mo"),
        (5_000_000, "5 Mo"),
        (7_213_000, "7,2 Mo"),
    ],
)
def test_a_size_is_said_in_decimal_units(octets: int, said: str) -> None:
    assert plain(words.size(octets)) == said


@pytest.mark.parametrize("said", [words.size(2_400_000), words.number(22_858), words.hour(TODAY)])
def test_numbers_and_their_units_do_not_break(said: str) -> None:
    assert " " not in said
    assert "\u202f" not in said
    assert "\u00a0" in said


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Inaya Michel", "IM"),
        ("Docteur Dupond", "DD"),
        ("Docteur Virginie Dupond", "VD"),
        ("Dr Jean-Christophe Lallemand", "JL"),
        ("Dr Jean DUPOND Cabinet des Lilas", "JD"),
        ("Pr Anne-Marie LE GALL CHU de Nantes", "AL"),
        ("Étienne", "É"),
        ("", "?"),
        ("…", "?"),
    ],
)
def test_an_avatar_has_the_letters_of_the_name_without_its_title(name: str, letters: str) -> None:
    assert words.initials(name) == letters


def test_a_matricule_is_written_in_the_groups_of_the_card() -> None:
    assert plain(words.matricule("289456789012325")) == "2 89 45 67 890 123 25"
    assert words.matricule("289") == "289"


def test_an_hour_is_never_cut_at_the_end_of_a_line() -> None:
    said = words.typeset("du lundi au vendredi, de 8 h 30 à 17 h, puis 12 h")
    assert said == "du lundi au vendredi, de 8\u00a0h\u00a030 à 17\u00a0h, puis 12\u00a0h"
