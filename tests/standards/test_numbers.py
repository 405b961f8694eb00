"""RPPS, ADELI, FINESS and the prefixed national identifiers."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ens.standards.errors import MalformedAdeli, MalformedFiness, MalformedNationalId, MalformedRpps
from ens.standards.finess import StructIdNat, StructureKind, finess_of, has_valid_key, parse_finess
from ens.standards.rpps import (
    PersonKind,
    PsIdNat,
    luhn_holds,
    luhn_key,
    parse_adeli,
    parse_rpps,
    ps_id_nat_of,
    rpps_of,
)


def digits(length: int) -> st.SearchStrategy[str]:
    return st.text("0123456789", min_size=length, max_size=length)


@given(digits(10))
def test_an_rpps_with_its_key_is_read(ten: str) -> None:
    number = ten + luhn_key(ten)
    assert parse_rpps(number) == number
    assert parse_rpps(f" {number[:4]} {number[4:]}") == number


@given(digits(10), st.integers(0, 10), st.integers(1, 9))
def test_one_changed_digit_of_an_rpps_is_always_seen(ten: str, place: int, shift: int) -> None:
    right = ten + luhn_key(ten)
    changed = right[:place] + str((int(right[place]) + shift) % 10) + right[place + 1 :]
    assert not luhn_holds(changed)
    with pytest.raises(MalformedRpps, match="clé"):
        parse_rpps(changed)


@pytest.mark.parametrize(
    ("text", "strict", "lenient"),
    [
        ("10000000017", True, True),  # 1000000001 and its key
        ("10000000018", False, True),  # another key
        ("00AMAR12", False, True),  # test extracts
        ("99700218896", True, True),  # of a published sample of Pro Santé Connect
        ("", False, False),
        ("1234567", False, False),
        ("123456789012", False, False),
        ("1000000001é", False, False),
        ("²0000000017", False, False),
    ],
)
def test_test_extracts_are_read_only_when_lenient(text: str, strict: bool, lenient: bool) -> None:
    for asked, allowed in ((False, strict), (True, lenient)):
        if allowed:
            assert parse_rpps(text, lenient=asked) == text
        else:
            with pytest.raises(MalformedRpps):
                parse_rpps(text, lenient=asked)


@pytest.mark.parametrize(("text", "read"), [("751234567", True), ("2A1234567", True), ("75123456", False), ("", False)])
def test_an_adeli_number_has_nine_characters(text: str, read: bool) -> None:
    if read:
        assert parse_adeli(text.lower()) == text
    else:
        with pytest.raises(MalformedAdeli):
            parse_adeli(text)


@pytest.mark.parametrize(
    ("text", "strict", "lenient"),
    [
        ("750803447", True, True),  # Hôpital européen Georges-Pompidou
        ("750803448", False, True),
        ("2A0000014", True, True),  # Corsica: the key is not judged
        ("2B0000020", True, True),
        ("75080344", False, False),
        ("2C0000014", False, False),
        ("75080344A", False, False),
    ],
)
def test_a_finess_number_has_its_key(text: str, strict: bool, lenient: bool) -> None:
    assert has_valid_key(text) is strict
    for asked, allowed in ((False, strict), (True, lenient)):
        if allowed:
            assert parse_finess(text.lower(), lenient=asked) == text
        else:
            with pytest.raises(MalformedFiness):
                parse_finess(text, lenient=asked)


def test_prefixes_say_who_numbered() -> None:
    assert PsIdNat.parse("810000000017") == PsIdNat(PersonKind.RPPS, "10000000017")
    assert PsIdNat.parse("0751234567").kind is PersonKind.ADELI
    assert str(PsIdNat.parse("3750803447/42")) == "3750803447/42"
    assert StructIdNat.parse("1750803447") == StructIdNat(StructureKind.FINESS, "750803447")
    assert StructIdNat.parse("318003502400041").kind is StructureKind.SIRET
    assert str(StructIdNat.parse("410000000017008")) == "410000000017008"


@pytest.mark.parametrize("text", ["", "8", "2123456789", "x10000000017"])
def test_an_unknown_prefix_of_a_person_is_refused(text: str) -> None:
    with pytest.raises(MalformedNationalId):
        PsIdNat.parse(text)


@pytest.mark.parametrize("text", ["", "1", "9750803447"])
def test_an_unknown_prefix_of_a_structure_is_refused(text: str) -> None:
    with pytest.raises(MalformedNationalId):
        StructIdNat.parse(text)


def test_the_number_alone_is_taken_out_of_its_prefix() -> None:
    assert rpps_of("810000000017") == "10000000017"
    assert rpps_of(ps_id_nat_of("10000000017")) == "10000000017"
    assert rpps_of("518003502400041/1.2.250.1.215.1.2") == ""
    assert finess_of("1750803447") == "750803447"
    assert finess_of("318003502400041") == ""
    assert finess_of("1quelconque") == ""
