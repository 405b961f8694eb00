"""The record as FHIR bytes: searched by every index, paged without loss, read as stored."""

from __future__ import annotations

import base64
import hashlib
from datetime import UTC, datetime, timedelta

import orjson
import pytest

from ens.record.types import Period, ReferenceQuery
from tests.record import files
from tests.record.builders import cda_document, deposit, document, history


def search(person, by=None, **query):
    from ens.record.services import find_references

    return find_references(person.usager_id, ReferenceQuery(**query), by=by or person.actor)


def concept(code: str) -> dict:
    return {"coding": [{"system": "urn:oid:1.2.3", "code": code}]}


def test_the_stored_resource_is_the_received_one_with_what_is_ours(inaya, dupond):
    from ens.record.services import read_binary, read_reference

    data = files.small_pdf()
    received = {
        "resourceType": "DocumentReference",
        "id": "le-leur",
        "status": "superseded",
        "subject": {"reference": "Patient/le-leur"},
        "description": "gardé tel quel",
        "content": [{"attachment": {"contentType": "application/pdf", "url": "urn:uuid:x", "title": "Compte rendu"}}],
        "extension": [{"url": "https://exemple.fr/x", "valueBoolean": True}],
    }
    filed = deposit(inaya, document(data=data, resource=received), by=dupond).documents[0]
    raw, version = read_reference(filed.document_id, by=inaya.actor)
    stored = orjson.loads(raw)
    assert version == 1
    assert stored["id"] == str(filed.document_id)
    assert stored["meta"]["versionId"] == "1"
    assert stored["status"] == "current"
    assert stored["subject"] == {"reference": f"Patient/{inaya.usager_id}"}
    assert (stored["description"], stored["extension"]) == (received["description"], received["extension"])
    attachment = stored["content"][0]["attachment"]
    assert attachment["url"] == f"Binary/{filed.binary_id}"
    assert attachment["size"] == len(data)
    assert base64.b64decode(attachment["hash"]) == hashlib.sha1(data).digest()
    binary = read_binary(filed.binary_id, by=inaya.actor)
    assert (binary.data, binary.media_type) == (data, "application/pdf")


def test_what_did_not_come_as_fhir_is_given_as_fhir(inaya, dupond):
    filed = deposit(inaya, cda_document(inaya, title="Compte rendu"), by=dupond)
    stored = orjson.loads(search(inaya).resources[0])
    assert stored["id"] == str(filed.document_id)
    assert stored["type"]["coding"][0]["code"] == "11488-4"
    assert stored["category"][0]["coding"][0]["code"] == "10"
    assert stored["content"][0]["attachment"]["title"] == "Compte rendu"
    assert stored["masterIdentifier"]["value"].startswith("urn:oid:2.25.")


def test_a_replacement_links_both(inaya, dupond):
    from ens.record.services import read_reference

    first = deposit(inaya, document(), by=dupond)
    second = deposit(inaya, document(data=files.small_pdf("2"), replaces=(str(first.document_id),)), by=dupond)
    assert search(inaya, statuses=("current",)).ids == [second.document_id]
    assert search(inaya, statuses=("superseded",)).ids == [first.document_id]
    assert search(inaya, relates_to=(first.document_id,)).ids == [second.document_id]
    stored = orjson.loads(read_reference(second.document_id, by=inaya.actor)[0])
    assert stored["relatesTo"][0]["target"] == {"reference": f"DocumentReference/{first.document_id}"}
    assert orjson.loads(read_reference(first.document_id, by=inaya.actor)[0])["status"] == "superseded"


DAY, NEXT_DAY = datetime(2026, 3, 4, tzinfo=UTC), datetime(2026, 3, 5, tzinfo=UTC)
CRITERIA = [
    ("types", ("11488-4",), ("11502-2",)),
    ("classes", ("10",), ("31",)),
    ("formats", ("urn:f",), ("urn:g",)),
    ("facilities", ("SA01",), ("SA02",)),
    ("settings", ("AMBULATOIRE",), ("ETABLISSEMENT",)),
    ("events", ("NABM",), ("CCAM",)),
    ("authors", ("10000000001",), ("10000000002",)),
    ("identifiers", ("urn:oid:1.2.3.4.5",), ("urn:oid:1.2.3.4.6",)),
    ("identifiers", ("1.2.3.4.5",), ("1.2.3.4",)),
    ("security_labels", ("MASQUE_PS",), ("INVISIBLE_PATIENT",)),
    ("security_labels", ("N",), ("X",)),
    ("archived", False, True),
    ("period", Period(start=DAY), Period(start=NEXT_DAY)),
    ("period", Period(end=NEXT_DAY), Period(end=DAY)),
    ("creation", Period(DAY, NEXT_DAY), Period(end=DAY)),
    ("date", Period(start=DAY), Period(start=datetime(2100, 1, 1, tzinfo=UTC))),
]


@pytest.mark.parametrize(("field", "meeting", "missing"), CRITERIA)
def test_each_criterion_finds_and_excludes(inaya, dupond, field, meeting, missing):
    context = {"facilityType": concept("SA01"), "practiceSetting": concept("AMBULATOIRE"), "event": [concept("NABM")]}
    one = document(
        unique_id="urn:oid:1.2.3.4.5",
        format_code="urn:f",
        author_rpps="10000000001",
        confidentiality=("N", "MASQUE_PS"),
        resource={"resourceType": "DocumentReference", "context": context},
    )
    filed = deposit(inaya, one, by=dupond)
    assert search(inaya, **{field: meeting}).ids == [filed.document_id]
    assert search(inaya, **{field: missing}).ids == []


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize("count", [1, 2, 3, 7])
def test_paging_loses_and_repeats_nothing_with_equal_dates(inaya, dupond, newest_first, count):
    start = datetime(2026, 1, 1, tzinfo=UTC)
    for number in range(7):
        deposit(inaya, document(act_at=start + timedelta(days=number // 3)), by=dupond)
    found, cursor = [], None
    while True:
        page = search(inaya, count=count, cursor=cursor, newest_first=newest_first)
        assert page.total == 7
        assert [orjson.loads(raw)["id"] for raw in page.resources] == [str(key) for key in page.ids]
        found += page.ids
        cursor = page.next_cursor
        if cursor is None:
            break
    everything = search(inaya, newest_first=newest_first).ids
    assert found == everything
    assert len(set(found)) == 7


def test_counting_gives_no_resource_and_is_traced(inaya, dupond):
    deposit(inaya, document(), by=dupond)
    page = search(inaya, only_count=True)
    assert (page.total, page.resources) == (1, [])
    assert any("a consulté la liste" in line.sentence for line in history(inaya))


def test_a_search_makes_few_queries_however_many_documents(inaya, dupond, django_assert):
    for number in range(12):
        deposit(inaya, document(data=files.small_pdf(str(number))), by=dupond)
    with django_assert() as queries:
        assert search(inaya).total == 12  # they hold in one page: taken with their bytes
    assert len(_of_record(queries)) == 1
    with django_assert() as queries:
        assert search(inaya, count=5).total == 12
    assert len(_of_record(queries)) == 2


def _of_record(queries):
    return [one for one in queries if one["sql"].startswith("SELECT") and "record_" in one["sql"]]


@pytest.fixture
def django_assert(db):
    from django.db import connections
    from django.test.utils import CaptureQueriesContext

    return lambda: CaptureQueriesContext(connections["default"])


def test_what_is_asked_ahead_of_a_space_that_is_closed_gives_nothing(inaya, dupond):
    """Its documents are still there: to read them and refuse them would take longer than to refuse someone unknown."""
    from ens.enrolment.errors import SpaceAbsent
    from ens.enrolment.services import close
    from ens.persistence import sql
    from ens.persistence.unit import unit_of_work
    from ens.record.services.references import _first_page

    def taken():
        def act(unit):
            unit.untraced("un essai")
            return sql.ask(_first_page(inaya.usager_id, ReferenceQuery()))

        return unit_of_work(inaya.usager_id, act, by=inaya.actor)

    deposit(inaya, document(), by=dupond)
    assert len(taken()) == 1
    close(inaya.usager_id, by=inaya.actor)
    assert taken() == []
    with pytest.raises(SpaceAbsent):
        search(inaya, by=dupond)
