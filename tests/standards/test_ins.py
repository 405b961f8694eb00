"""The INS and its key. Vectors: référentiel INS and published samples (several of them have a wrong key)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ens.standards.errors import (
    ContradictoryAttributes,
    MalformedMatricule,
    NotQualified,
    StandardError,
    UnknownOid,
    WrongKey,
)
from ens.standards.hl7 import MalformedCx
from ens.standards.ins import (
    OID_DEMONSTRATION,
    OID_NIA,
    OID_NIR,
    OID_TEST,
    OIDS,
    IdentityStatus,
    Ins,
    Matricule,
    check_ins_may_leave,
    control_key,
    mail_address,
)

DIGITS = st.text("0123456789", min_size=3, max_size=3)
THIRTEEN = st.builds(
    lambda sex, born, place, order: sex + born + place + order,
    st.sampled_from("123478"),
    st.text("0123456789", min_size=4, max_size=4),
    st.one_of(
        st.text("0123456789", min_size=5, max_size=5),
        st.builds(lambda letter, town: f"2{letter}{town}", st.sampled_from("AB"), DIGITS),
    ),
    DIGITS,
)


@pytest.mark.parametrize(
    ("thirteen", "key"),
    [
        ("1850575123456", 73),
        ("8859975123456", 63),  # NIA
        ("781102A125009", 8),  # Corsica, 2A
        ("2790351215189", 89),
        ("1460263220001", 96),
        ("2894567890123", 25),
    ],
)
def test_the_key_of_the_published_vectors(thirteen: str, key: int) -> None:
    assert control_key(thirteen) == key
    assert Matricule.with_key(thirteen).value == f"{thirteen}{key:02d}"


@pytest.mark.parametrize(
    "thirteen",
    [
        "",
        "185057512345",  # twelve
        "18505751234567",  # fourteen
        "5850575123456",  # no such sex
        "0850575123456",
        "185052C123456",  # neither 2A nor 2B
        "1850512A23456",  # letter out of its place
        "185052a123456",  # the key is that of upper case
        "185057512345X",
        "１850575123456",  # a full-width digit
    ],
)
def test_thirteen_characters_that_are_no_matricule_have_no_key(thirteen: str) -> None:
    with pytest.raises(MalformedMatricule) as refused:
        control_key(thirteen)
    assert refused.value.code == "matricule_invalide"


def test_corsica_counts_2a_as_19_and_2b_as_18() -> None:
    assert control_key("185052A123456") == 97 - int("1850519123456") % 97
    assert control_key("185052B123456") == 97 - int("1850518123456") % 97


@given(THIRTEEN)
def test_a_matricule_with_its_own_key_is_read_back(thirteen: str) -> None:
    made = Matricule.with_key(thirteen)
    assert 1 <= control_key(thirteen) <= 97
    assert made.has_valid_key
    assert Matricule.parse(f" {made.value[:5]} {made.value[5:].lower()} ") == made


@given(THIRTEEN, st.integers(0, 12), st.sampled_from("0123456789"))
def test_one_changed_digit_is_always_seen(thirteen: str, place: int, digit: str) -> None:
    right = Matricule.with_key(thirteen)
    changed = right.value[:place] + digit + right.value[place + 1 :]
    if changed == right.value or not right.value[place].isdigit():
        return
    try:
        assert not Matricule.parse(changed).has_valid_key
    except MalformedMatricule:
        assert place in (0, 5)  # no such sex, or Corsica's 2 changed


@pytest.mark.parametrize(
    "text", ["", "28903512151898", "2790351215189890", "27903512151898A", "2790351215189²⁹", "ß7903512151898"]
)
def test_what_is_not_fifteen_characters_is_refused(text: str) -> None:
    with pytest.raises(MalformedMatricule):
        Matricule.parse(text)


@pytest.mark.parametrize(
    ("matricule", "oid", "read"),
    [
        # right keys
        ("185057512345673", OID_NIR, True),
        ("885997512345663", OID_NIA, True),
        ("279035121518989", OID_TEST, True),
        # wrong keys: refused for persons, told for tests
        ("185057512345674", OID_NIR, False),
        ("885997512345664", OID_NIA, False),
        ("288091234567823", OID_TEST, True),
        ("246037433000291", OID_DEMONSTRATION, True),
    ],
)
def test_the_key_decides_for_persons_only(matricule: str, oid: str, read: bool) -> None:
    if read:
        assert Ins.received(matricule, oid).oid == oid
    else:
        with pytest.raises(WrongKey):
            Ins.received(matricule, oid)
    has_valid_key = Matricule.parse(matricule).has_valid_key
    if has_valid_key:
        assert Ins.parse(matricule, oid).has_valid_key
    else:
        with pytest.raises(WrongKey):
            Ins.parse(matricule, oid)
        assert not Ins.parse(matricule, oid, check_key=False).has_valid_key


@pytest.mark.parametrize("oid", ["", "1.2.250.1.213.1.4.2", "1.2.250.1.213.1.4.12", "1.2.250.1.213.1.4.8 "])
def test_another_authority_than_those_of_the_ins_is_refused(oid: str) -> None:
    with pytest.raises(UnknownOid):
        Ins.received("279035121518989", oid)


def test_only_nir_and_nia_are_persons() -> None:
    assert [Ins.parse("279035121518989", oid).is_real for oid in OIDS] == [True, True, False, False]


def test_the_cx_form_is_read_and_written() -> None:
    text = "279035121518989^^^&1.2.250.1.213.1.4.10&ISO^NH"
    ins = Ins.from_cx(text)
    assert (ins.matricule.value, ins.oid) == ("279035121518989", OID_TEST)
    assert ins.cx == text


@pytest.mark.parametrize("text", ["", "279035121518989", "279035121518989^^^1.2.250.1.213.1.4.10", "^^^&&ISO^NH"])
def test_another_form_than_cx_is_refused(text: str) -> None:
    with pytest.raises(StandardError) as refused:
        Ins.from_cx(text)
    assert isinstance(refused.value, MalformedCx)


@pytest.mark.parametrize(
    ("from_insi", "document_checked", "douteux", "fictif", "status"),
    [
        (False, False, False, False, IdentityStatus.PROVISOIRE),
        (True, False, False, False, IdentityStatus.RECUPEREE),
        (False, True, False, False, IdentityStatus.VALIDEE),
        (True, True, False, False, IdentityStatus.QUALIFIEE),
        # a doubt or a fiction undoes everything
        (True, True, True, False, IdentityStatus.PROVISOIRE),
        (True, True, False, True, IdentityStatus.PROVISOIRE),
        (False, True, True, False, IdentityStatus.PROVISOIRE),
    ],
)
def test_the_status_follows_from_insi_and_the_document(
    from_insi: bool, document_checked: bool, douteux: bool, fictif: bool, status: IdentityStatus
) -> None:
    found = IdentityStatus.of(from_insi=from_insi, document_checked=document_checked, douteux=douteux, fictif=fictif)
    assert found is status


def test_an_identity_is_not_both_doubtful_and_fictional() -> None:
    with pytest.raises(ContradictoryAttributes):
        IdentityStatus.of(from_insi=True, document_checked=True, douteux=True, fictif=True)


@pytest.mark.parametrize("status", list(IdentityStatus))
def test_the_ins_leaves_only_when_qualified(status: IdentityStatus) -> None:
    ins = Ins.parse("279035121518989", OID_TEST)
    if status is IdentityStatus.QUALIFIEE:
        check_ins_may_leave(status)
        assert mail_address(ins, "patient.mssante.fr", status=status) == "279035121518989@patient.mssante.fr"
    else:
        with pytest.raises(NotQualified):
            check_ins_may_leave(status)
        with pytest.raises(NotQualified):
            mail_address(ins, "patient.mssante.fr", status=status)


@pytest.mark.parametrize("domain", ["", "localhost", "a b.fr", "x.fr\r\nRCPT TO:<y@z.fr>", "patient.mssante.fr@x.fr"])
def test_an_address_is_built_on_a_domain_only(domain: str) -> None:
    with pytest.raises(ValueError, match="domain"):
        mail_address(Ins.parse("279035121518989", OID_TEST), domain, status=IdentityStatus.QUALIFIEE)
