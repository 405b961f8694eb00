"""The one table of who is who."""

from __future__ import annotations

import csv
from collections import Counter
from pathlib import Path

import pytest

from ens.demonstration import cast as table
from ens.demonstration.cast import cast, member, of_kind
from ens.identity.professions import LABELS
from ens.standards import xmlsafe
from ens.standards.cda.header import read_header
from ens.standards.finess import parse_finess
from ens.standards.ins import OID_TEST, Ins
from ens.standards.rpps import parse_rpps

# Of the published examples, as published:
WRONG_KEYS = {"decourcy", "decourcy-aine"}
REAL_OID = {"decourcy-aine", "nessi"}
USAGERS = of_kind("usager")


@pytest.mark.feature("B01")
def test_the_twelve_personas_are_there():
    """Main profile, newborn, teenager, opposed, blocked doctor, carer, pharmacist, laboratory, hospital, operator…"""
    keys = {one.key for one in cast() if one.is_persona}
    assert keys >= {
        *("inaya", "noe", "jade", "opposant", "etienne", "aidante", "pharmacienne", "labo", "hopital"),
        *("operateur-medecins", "pilote", "support"),
        *("dupond", "moreau", "andre", "thomas", "pat-trois", "decourcy", "notifie", "fermee"),
    }


def test_nobody_is_there_twice():
    for column in ("key", "matricule", "rpps", "address"):
        counted = Counter(getattr(one, column) for one in cast() if getattr(one, column))
        assert [value for value, times in counted.items() if times > 1] == []


@pytest.mark.parametrize("one", USAGERS, ids=lambda one: one.key)
def test_a_matricule_is_a_test_one_with_its_key_published_examples_apart(one):
    ins = Ins.parse(one.matricule, one.oid, check_key=False)
    assert ins.has_valid_key is (one.key not in WRONG_KEYS)
    assert (one.oid == OID_TEST) is (one.key not in REAL_OID)
    assert one.matricule[0] == {"F": "2", "M": "1"}[one.sex]
    assert one.matricule[1:3] == one.birth_date[2:4] or one.key in WRONG_KEYS
    assert one.doctor == "dupond"


def test_numbers_of_professionals_and_establishments_hold():
    for one in of_kind("professionnel"):
        assert parse_rpps(one.rpps) == one.rpps
        assert one.profession in LABELS
        assert member(one.site).kind == "etablissement"
    for one in of_kind("etablissement"):
        assert parse_finess(one.finess) == one.finess


def test_every_address_is_at_one_of_the_two_operators_and_names_nobody_real():
    domains = {one.operator for one in of_kind("operateur")}
    assert len(domains) == 2
    for one in cast():
        if one.address:
            assert one.address.endswith("@" + one.operator) and one.operator in domains
        for address in (one.address, one.email):
            assert not address or address.endswith(".example")  # reserved: RFC 2606


def test_the_table_has_no_column_nobody_reads():
    with Path(table.__file__).with_name("distribution.csv").open(encoding="utf-8", newline="") as lines:
        header = next(csv.reader(lines))
    assert header == list(table.Member.__dataclass_fields__)


@pytest.mark.feature("S031")
def test_the_patient_of_every_published_document_has_an_open_space(shared):
    for path in sorted((shared / "data" / "cda_r2").glob("*.xml")):
        header = read_header(xmlsafe.parse(path.read_bytes()))
        found = [one for one in USAGERS if (one.matricule, one.oid) in header.patients]
        assert len(found) == 1, path.name
        assert found[0].state in ("opened", "activated")
