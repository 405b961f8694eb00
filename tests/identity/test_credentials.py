"""Rules of identifiers and passwords; telephone numbers; serial numbers of cards."""

from __future__ import annotations

from datetime import date
from itertools import islice

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from ens.identity import credentials
from ens.identity.credentials import Personal, check_identifier, check_password
from ens.identity.errors import (
    IdentifierRefused,
    PasswordIncomplete,
    PasswordPersonal,
    PasswordTooCommon,
    PasswordTooLong,
    PasswordTooShort,
)
from ens.standards import phones
from ens.standards.errors import MalformedPhone, MalformedSerial
from ens.standards.vitale import parse_serial

INAYA = Personal(("MICHEL", "INAYA SOPHIE"), date(1989, 4, 2), ("289456789012325",), "inaya.michel")


@pytest.mark.feature("N010")
@pytest.mark.parametrize("identifier", ["inaya.michel", "a-b_c.9x", "12345678", "x" * 100])
def test_an_identifier_of_the_small_set_is_taken(identifier: str) -> None:
    check_identifier(identifier)


@pytest.mark.feature("N010")
@pytest.mark.parametrize(
    ("identifier", "reason"),
    [
        ("inaya", "de 8 à 100"),
        ("x" * 101, "de 8 à 100"),
        ("Inaya.michel", "minuscules"),
        ("inaya michel", "minuscules"),
        ("élise.martin", "minuscules"),
        ("inaya@exemple.fr", "e-mail"),
        ("289456789012325", "sécurité sociale"),
        ("2894567890123", "sécurité sociale"),
        ("2-89-45-678-901-23-25", "sécurité sociale"),
        ("fr7630006000011234567890189", "bancaire"),
        ("fr76-3000-6000-0112-3456-7890-189", "bancaire"),
    ],
)
def test_an_identifier_that_says_too_much_or_is_out_of_the_set_is_refused(identifier: str, reason: str) -> None:
    with pytest.raises(IdentifierRefused, match=reason):
        check_identifier(identifier)


@pytest.mark.feature("N010")
@given(st.text(max_size=30), st.text(max_size=30))
@example("100000", "000000")
def test_what_is_suggested_is_always_allowed(first: str, last: str) -> None:
    found = list(islice(credentials.suggestions(first, last), 6))
    assert len(set(found)) == 6
    for one in found:
        check_identifier(one)


@pytest.mark.feature("N011")
@pytest.mark.parametrize("password", ["Violon-7bleu", "quatre chevaux gris dehors", "Ça va9!mieux", "Tr0mpette+roue"])
def test_a_long_enough_password_of_several_kinds_or_a_phrase_is_taken(password: str) -> None:
    check_password(password, INAYA)


@pytest.mark.feature("N011")
@pytest.mark.parametrize(
    ("password", "error"),
    [
        ("Ab1!", PasswordTooShort),
        ("Ab1!" * 40, PasswordTooLong),
        ("violonbleu", PasswordIncomplete),
        ("Violonbleu7", PasswordIncomplete),
        ("Password1!", PasswordTooCommon),
        ("Azertyuiop1!", PasswordTooCommon),
        ("P@ssw0rd!", PasswordTooCommon),
        ("Aaaaaaaa1!", PasswordTooCommon),
        ("a" * 30, PasswordTooCommon),
        ("Inaya-2024!", PasswordPersonal),
        ("Avec-Sophie9", PasswordPersonal),
        ("Jour02041989+x", PasswordPersonal),
        ("A+289456789012325", PasswordIncomplete),
        ("Aa+289456789012325", PasswordPersonal),
        ("Xy9!inaya.michel", PasswordPersonal),
    ],
)
def test_each_rule_that_is_not_met_has_its_own_code(password: str, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_password(password, INAYA)


@pytest.mark.feature("N015")
@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("06 12 34 56 78", "+33612345678"),
        ("07.12.34.56.78", "+33712345678"),
        ("+33 6 12 34 56 78", "+33612345678"),
        ("0033612345678", "+33612345678"),
        ("0692 12 34 56", "+262692123456"),
        ("0639 12 34 56", "+262639123456"),
        ("+508 55 12 34", "+508551234"),
        ("0690 12 34 56", "+590690123456"),
        ("+590 691 22 34 56", "+590691223456"),
        ("0694123456", "+594694123456"),
        ("0696123456", "+596696123456"),
        ("+681 40 12 34", "+681401234"),
        ("+687 75 12 34", "+687751234"),
        ("+689 87 12 34 56", "+68987123456"),
        ("+32 470 12 34 56", "+32470123456"),  # another country: as it is
    ],
)
def test_a_mobile_number_of_france_or_overseas_is_kept_in_one_form(typed: str, kept: str) -> None:
    assert phones.normalise(typed) == kept


@pytest.mark.feature("N015")
@pytest.mark.parametrize(
    "typed", ["01 23 45 67 89", "+33 1 23 45 67 89", "06 12 34", "abc", "", "+590 691 20 34 56", "+687 25 12 34", "12"]
)
def test_what_is_not_a_mobile_number_is_refused(typed: str) -> None:
    with pytest.raises(MalformedPhone):
        phones.normalise(typed)


@pytest.mark.feature("N008")
@pytest.mark.parametrize(
    ("typed", "serial"),
    [("12345678901", "12345678901"), ("1234 5678", "12345678"), ("802500000212345678901", "12345678901"),
     ("1234567890123", "1234567890123")],
)  # fmt: skip
def test_a_serial_number_is_eight_to_thirteen_digits(typed: str, serial: str) -> None:
    assert parse_serial(typed) == serial


@pytest.mark.feature("N008")
@pytest.mark.parametrize("typed", ["1234567", "12345678901234", "1234567A901", "02041989", "45678901232", "8025000002"])
def test_a_date_a_part_of_the_matricule_and_the_printed_constant_are_refused(typed: str) -> None:
    with pytest.raises(MalformedSerial):
        parse_serial(typed, matricule="289456789012325")
