"""Small forms of HL7 and XDS: dates, CX, XCN, XON, identifiers."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ens.standards.errors import StandardError
from ens.standards.hl7 import MalformedCx, MalformedTimestamp, format_timestamp, parse_cx, precision, timestamp
from ens.standards.xds import (
    Author,
    Organisation,
    Person,
    format_xcn,
    format_xon,
    is_oid,
    new_oid,
    oid_of,
    parse_xcn,
    parse_xon,
    uuid_of,
    without_urn,
)


@pytest.mark.parametrize(
    ("text", "moment", "smallest"),
    [
        ("20260302101500+0100", datetime(2026, 3, 2, 9, 15, tzinfo=UTC), "second"),
        ("20260302101500.123+0100", datetime(2026, 3, 2, 9, 15, tzinfo=UTC), "second"),
        ("202603021015-0330", datetime(2026, 3, 2, 13, 45, tzinfo=UTC), "minute"),
        # without a zone: Paris, in winter and in summer
        ("2026030210", datetime(2026, 3, 2, 9, tzinfo=UTC), "hour"),
        ("20260702", datetime(2026, 7, 1, 22, tzinfo=UTC), "day"),
        ("202607", datetime(2026, 6, 30, 22, tzinfo=UTC), "month"),
        ("2026", datetime(2025, 12, 31, 23, tzinfo=UTC), "year"),
        ("20161231235960Z"[:-1] + "+0000", datetime(2016, 12, 31, 23, 59, 59, tzinfo=UTC), "second"),  # leap second
    ],
)
def test_dates_are_read_at_their_precision(text: str, moment: datetime, smallest: str) -> None:
    assert timestamp(text) == moment
    assert precision(text) == smallest


@pytest.mark.parametrize(
    "text", ["", "26", "2026-03-02", "20261302", "20260231", "2026030225", "20260302+9900", "²0260302", "2026030"]
)
def test_what_is_no_date_is_refused(text: str) -> None:
    with pytest.raises(MalformedTimestamp):
        timestamp(text)


@given(st.datetimes(min_value=datetime(1900, 1, 1), timezones=st.just(UTC)))
def test_a_date_is_written_to_the_second(moment: datetime) -> None:
    assert timestamp(format_timestamp(moment) + "+0000") == moment.replace(microsecond=0)


def test_a_namespace_before_the_oid_of_a_cx_says_nothing_more() -> None:
    assert parse_cx("279035121518989^^^ASIP-SANTE-INS-NIR&1.2.250.1.213.1.4.10&ISO^INS") == (
        "279035121518989",
        "1.2.250.1.213.1.4.10",
    )


@pytest.mark.parametrize("text", ["", "a^^^&b&ISO", "^^^&1.2.3&ISO^NH", "1^^^&1.2.3&ISO^NH~2^^^&1.2.3&ISO^NH"])
def test_another_form_than_cx_is_refused(text: str) -> None:
    with pytest.raises(MalformedCx):
        parse_cx(text)


def test_a_person_is_read_and_written() -> None:
    text = "801234534765^CAMPARINI^Marcel^^^^^^&1.2.250.1.71.4.2.1&ISO^D^^^IDNPS"
    person = Person("801234534765", "CAMPARINI", "Marcel", "1.2.250.1.71.4.2.1")
    assert parse_xcn(text) == person
    assert format_xcn(person) == text
    assert person.label == "Marcel CAMPARINI"


def test_an_organisation_is_read_and_written() -> None:
    text = "Laboratoire des charmes^^^^^&1.2.250.1.71.4.2.2&ISO^IDNST^^^1120459876"
    organisation = Organisation("Laboratoire des charmes", "1120459876", "1.2.250.1.71.4.2.2")
    assert parse_xon(text) == organisation
    assert format_xon(organisation) == text
    assert format_xon(Organisation("Cabinet")) == "Cabinet"


@given(st.text(max_size=30), st.text(max_size=30))
def test_a_separator_in_a_name_makes_no_other_part(family: str, given_name: str) -> None:
    written = format_xcn(Person("8", family, given_name, "1.2"))
    assert written.count("^") == 12
    assert parse_xcn(written).id == "8"
    assert written.count("&") == 2


@pytest.mark.parametrize(("parse", "text"), [(parse_xcn, ""), (parse_xcn, "^"), (parse_xon, ""), (parse_xon, "^^")])
def test_a_person_or_organisation_without_name_is_refused(parse: object, text: str) -> None:
    assert callable(parse)
    with pytest.raises(StandardError):
        parse(text)


def test_an_author_without_person_is_its_organisation() -> None:
    assert Author(organisation=Organisation("Labo")).label == "Labo"
    assert Author().label == ""


@pytest.mark.parametrize(
    ("text", "alone"),
    [("urn:oid:1.2.3^A", "1.2.3^A"), ("URN:UUID:abc", "abc"), (" 1.2.3 ", "1.2.3"), ("urn:x", "urn:x")],
)
def test_identifiers_have_one_form(text: str, alone: str) -> None:
    assert without_urn(text) == alone


@given(st.uuids())
def test_a_uuid_and_its_oid_say_the_same(identifier: uuid.UUID) -> None:
    assert is_oid(oid_of(identifier))
    assert uuid_of(oid_of(identifier)) == identifier


@pytest.mark.parametrize("text", ["1.2.3", "2.25.", "2.25.x", f"2.25.{1 << 128}"])
def test_another_oid_is_no_uuid(text: str) -> None:
    assert uuid_of(text) is None


def test_fresh_oids_differ() -> None:
    assert new_oid() != new_oid()
    assert is_oid(new_oid())


@pytest.mark.parametrize("text", ["", "3.1", "1", "1..2", "1.02", "1.2.", "1.2a", "1." + "2" * 70])
def test_what_is_no_oid_is_told(text: str) -> None:
    assert not is_oid(text)
