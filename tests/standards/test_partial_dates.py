"""Dates of which the day or the month may be unknown."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ens.standards.partial_dates import DateState, PartialDate, read

TODAY = date(2026, 3, 16)


@pytest.mark.parametrize(
    ("day", "month", "year", "state"),
    [
        # what is known, from the year alone to the day
        ("", "", "2019", DateState.VALID),
        ("", "3", "2019", DateState.VALID),
        ("14", "03", "2019", DateState.VALID),
        ("29", "2", "2024", DateState.VALID),
        ("16", "3", "2026", DateState.VALID),  # today
        (" 1", "1 ", " 1900 ", DateState.VALID),
        # the year
        ("", "", "", DateState.MISSING_YEAR),
        ("14", "3", "", DateState.MISSING_YEAR),
        ("", "", "19", DateState.INCOMPLETE_YEAR),
        ("", "", "1899", DateState.INCORRECT_YEAR),
        ("", "", "20199", DateState.INCORRECT_YEAR),
        ("", "", "deux", DateState.INCORRECT_YEAR),
        ("", "", "²019", DateState.INCORRECT_YEAR),
        # the month
        ("", "0", "2019", DateState.INCOMPLETE_MONTH),
        ("", "13", "2019", DateState.INCORRECT_MONTH),
        ("", "00", "2019", DateState.INCORRECT_MONTH),
        ("", "mars", "2019", DateState.INCORRECT_MONTH),
        # the day
        ("0", "3", "2019", DateState.INCOMPLETE_DAY),
        ("32", "3", "2019", DateState.INCORRECT_DAY),
        ("x", "3", "2019", DateState.INCORRECT_DAY),
        ("14", "", "2019", DateState.MISSING_MONTH),
        ("31", "4", "2019", DateState.UNREAL_DAY),
        ("29", "2", "2023", DateState.UNREAL_DAY),
        # to come: by the first day it may be
        ("17", "3", "2026", DateState.LATER),
        ("", "4", "2026", DateState.LATER),
        ("", "", "2027", DateState.LATER),
        ("", "", "2026", DateState.VALID),
    ],
)
def test_what_was_typed_is_valid_or_says_the_one_thing_to_correct(
    day: str, month: str, year: str, state: DateState
) -> None:
    found, read_date = read(day, month, year, today=TODAY)
    assert found is state
    assert (read_date is not None) is (state is DateState.VALID)


def test_each_of_the_eleven_states_is_reached_above() -> None:
    assert len(DateState) == 11


@pytest.mark.parametrize(
    ("iso", "french"),
    [("2019", "2019"), ("2019-03", "mars 2019"), ("2019-03-14", "14 mars 2019"), ("2019-08-01", "1er août 2019")],
)
def test_it_is_kept_as_fhir_writes_it_and_said_in_words(iso: str, french: str) -> None:
    assert PartialDate.of(iso).iso == iso
    assert PartialDate.of(iso).in_french == french


def test_what_is_less_precise_is_not_before_what_it_holds() -> None:
    born = date(1989, 4, 2)
    assert not PartialDate.of("1989").is_before(born)
    assert not PartialDate.of("1989-04").is_before(born)
    assert not PartialDate.of("1989-04-02").is_before(born)
    assert PartialDate.of("1989-04-01").is_before(born)
    assert PartialDate.of("1989-03").is_before(born)
    assert PartialDate.of("1988").is_before(born)


@given(st.dates(min_value=date(1900, 1, 1), max_value=TODAY))
def test_every_day_that_was_is_read_and_said_again(day: date) -> None:
    state, found = read(str(day.day), str(day.month), str(day.year), today=TODAY)
    assert state is DateState.VALID
    assert found is not None
    assert found.first_day == day
    assert PartialDate.of(found.iso) == found


@given(st.dates(min_value=TODAY + timedelta(days=1), max_value=date(2999, 12, 31)))
def test_no_day_to_come_is_taken(day: date) -> None:
    assert read(str(day.day), str(day.month), str(day.year), today=TODAY) == (DateState.LATER, None)


@given(st.text(max_size=4), st.text(max_size=4), st.text(max_size=6))
def test_whatever_is_typed_has_a_state(day: str, month: str, year: str) -> None:
    state, found = read(day, month, year, today=TODAY)
    assert (found is None) is (state is not DateState.VALID)
