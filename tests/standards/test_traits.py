"""Traits as INSi compares them, and the datamatrix of the INS."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ens.standards.errors import MalformedDatamatrix, MalformedTrait, NotQualified, StandardError
from ens.standards.ins import OIDS, IdentityStatus, Ins, Matricule
from ens.standards.traits import Traits, datamatrix, normalise_lexical, read_datamatrix

QUALIFIEE = IdentityStatus.QUALIFIEE
PAT_TROIS = Traits("PAT-TROIS", "DOMINIQUE MARIE-LOUISE", date(1979, 3, 28), "F", "51215")
# ANS, « Format datamatrix INS » v2.2
PUBLISHED = (
    "IS010000000000000000000000S1185057512345673S21.2.250.1.213.1.4.8\x1dS3ADA\x1dS4LOVELACE\x1dS5FS610-12-1815S799100"
)
ADA = Traits("LOVELACE", "ADA", date(1815, 12, 10), "F", "99100")
NAMES = st.from_regex(r"[A-Z]([A-Z '-]?[A-Z]){0,40}", fullmatch=True)


@pytest.mark.parametrize(
    ("given_text", "normalised"),
    [
        ("Éléonore", "ELEONORE"),
        ("Françoise", "FRANCOISE"),
        ("Lœtitia", "LOETITIA"),
        ("Lætitia", "LAETITIA"),
        ("D’Artagnan", "D'ARTAGNAN"),
        ("  de   la Tour ", "DE LA TOUR"),
        ("Zoë", "ZOE"),
        ("Muñoz", "MUNOZ"),
    ],
)
def test_names_are_matched_in_the_insi_profile(given_text: str, normalised: str) -> None:
    assert normalise_lexical(given_text) == normalised


@pytest.mark.parametrize(
    ("text", "as_birth_name", "as_given_name"),
    [
        ("DUPONT", True, True),
        ("DUPONT--DURAND", True, False),  # double hyphen: birth names only
        ("DUPONT---DURAND", False, False),
        ("JEAN-", True, False),
        ("N'", True, False),
        ("-JEAN", False, False),
        ("", False, False),
        ("   ", False, False),
        ("JEAN2", False, False),
        ("J.P.", False, False),
        ("SØREN", False, False),  # not a letter of the profile: said, never dropped
        ("Иван", False, False),
        ("A;B", False, False),
    ],
)
def test_what_the_profile_allows_depends_on_the_name(text: str, as_birth_name: bool, as_given_name: bool) -> None:
    for given_name, allowed in ((False, as_birth_name), (True, as_given_name)):
        if allowed:
            assert normalise_lexical(text, given_name=given_name) == text
        else:
            with pytest.raises(MalformedTrait):
                normalise_lexical(text, given_name=given_name)


@given(NAMES)
def test_a_normalised_name_stays_what_it_is(name: str) -> None:
    once = normalise_lexical(name)
    assert normalise_lexical(once) == once
    assert normalise_lexical(once.lower()) == once


@pytest.mark.parametrize(
    ("other", "differences"),
    [
        (PAT_TROIS, ()),
        (replace(PAT_TROIS, birth_name="Pat-Trois"), ()),
        # the first given name is compared with the start of the list; hyphen as space
        (replace(PAT_TROIS, first_names="Dominique"), ()),
        (replace(PAT_TROIS, first_names="DOMINIQUE MARIE LOUISE"), ()),
        (replace(PAT_TROIS, first_names="MARIE-LOUISE"), ("first_names",)),
        (replace(PAT_TROIS, first_names="DOMI"), ("first_names",)),
        (replace(PAT_TROIS, birth_name="PAT"), ("birth_name",)),
        (replace(PAT_TROIS, birth_date=date(1979, 3, 29)), ("birth_date",)),
        (replace(PAT_TROIS, sex="M"), ("sex",)),
        (replace(PAT_TROIS, birth_place="51216"), ("birth_place",)),
        # an unknown place says nothing
        (replace(PAT_TROIS, birth_place="99999"), ()),
        (replace(PAT_TROIS, birth_place=""), ()),
        (replace(PAT_TROIS, birth_name="AUTRE", sex="M"), ("birth_name", "sex")),
    ],
)
def test_traits_are_compared_one_by_one(other: Traits, differences: tuple[str, ...]) -> None:
    assert PAT_TROIS.differences(other) == differences
    assert other.differences(PAT_TROIS) == differences
    assert PAT_TROIS.match(other) == (not differences)


def test_the_published_datamatrix_is_written_and_read() -> None:
    ins, traits = read_datamatrix(PUBLISHED)
    assert (ins.matricule.value, ins.oid) == ("185057512345673", "1.2.250.1.213.1.4.8")
    assert traits == ADA
    assert datamatrix(ins, traits, status=QUALIFIEE) == PUBLISHED


@pytest.mark.parametrize("status", [status for status in IdentityStatus if status is not QUALIFIEE])
def test_a_datamatrix_is_for_a_qualified_identity_only(status: IdentityStatus) -> None:
    ins, traits = read_datamatrix(PUBLISHED)
    with pytest.raises(NotQualified):
        datamatrix(ins, traits, status=status)


@given(
    name=NAMES,
    first_names=NAMES,
    born=st.dates(min_value=date(1000, 1, 1)),
    sex=st.sampled_from("MF"),
    place=st.sampled_from(["", "51215", "2A004", "99100", "99999"]),
    oid=st.sampled_from(OIDS),
)
def test_a_datamatrix_is_read_back(name: str, first_names: str, born: date, sex: str, place: str, oid: str) -> None:
    ins = Ins(Matricule.with_key("1850575123456"), oid)
    traits = Traits(normalise_lexical(name), normalise_lexical(first_names, given_name=True), born, sex, place)
    assert read_datamatrix(datamatrix(ins, traits, status=QUALIFIEE)) == (ins, traits)


def test_names_of_the_longest_length_need_no_separator() -> None:
    traits = replace(ADA, birth_name="A" * 100, first_names="B" * 100)
    text = datamatrix(read_datamatrix(PUBLISHED)[0], traits, status=QUALIFIEE)
    assert text.count("\x1d") == 1  # after the OID
    assert read_datamatrix(text)[1] == traits


@pytest.mark.parametrize(
    "traits",
    [
        replace(ADA, birth_name="A" * 101),
        replace(ADA, sex="I"),
        replace(ADA, birth_place="9910"),
        replace(ADA, birth_name="LOVELACE1"),
    ],
)
def test_traits_out_of_the_format_make_no_datamatrix(traits: Traits) -> None:
    with pytest.raises(MalformedTrait):
        datamatrix(read_datamatrix(PUBLISHED)[0], traits, status=QUALIFIEE)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "DC04",  # another kind of 2D code
        PUBLISHED[:26],  # a header and nothing
        PUBLISHED.replace("IS01", "IS02"),
        PUBLISHED.replace("S5F", "S5X"),
        PUBLISHED.replace("10-12-1815", "31-02-1815"),
        PUBLISHED.replace("S4LOVELACE\x1d", ""),  # no birth name
        PUBLISHED + "S799100",  # twice
        PUBLISHED + "S9x",  # unknown block
        PUBLISHED[:-2],  # place cut
        PUBLISHED.replace("\x1dS4", "S4"),  # separator lost: the given name swallows the rest
        PUBLISHED.replace("185057512345673", "185057512345674"),  # key
        PUBLISHED.replace("1.2.250.1.213.1.4.8", "1.2.250.1.213.1.4.2"),
        PUBLISHED.replace("ADA", "4DA"),
    ],
)
def test_a_damaged_datamatrix_is_refused(text: str) -> None:
    with pytest.raises(StandardError):
        read_datamatrix(text)


def test_a_refused_datamatrix_says_which_blocks_are_missing() -> None:
    with pytest.raises(MalformedDatamatrix, match="S4"):
        read_datamatrix(PUBLISHED.replace("S4LOVELACE\x1d", ""))
