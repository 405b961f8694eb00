"""Searching and reading through HTTP, on a real database."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from tests.interop.fhir.builders import PDF
from tests.interop.fhir.calls import code_of, for_, who
from tests.interop.fhir.conftest import id_of


# -- searching -----------------------------------------------------------------------------------------------------
@pytest.mark.feature("S056", "S061", "S062")
def test_documents_are_found_by_type_category_identifier_and_date(dupond: Any, inaya: Any) -> None:
    for type_code in ("11488-4", "11502-2", "18748-4", "11490-0"):
        assert dupond.post(for_(inaya, PDF + type_code.encode(), type_code=type_code)).status_code == 200

    def found(query: str) -> list[str]:
        page = dupond.get(f"DocumentReference?patient=Patient/{inaya.usager_id}&{query}").json()
        return [one["resource"]["type"]["coding"][0]["code"] for one in page.get("entry", [])]

    assert found("type=http://loinc.org|11502-2") == ["11502-2"]
    assert sorted(found("type=11502-2,18748-4")) == ["11502-2", "18748-4"]
    assert found("type=http://ailleurs.example|11502-2") == []
    assert len(found("date=ge2026-03-01&date=lt2026-04-01")) == 4
    assert found("date=lt2026-03-01") == []
    assert len(found("creation=2026-03-04")) == 4
    assert len(found("status=current,superseded")) == 4
    assert found("status=superseded") == []
    assert len(found("period=ge2026-03-04")) == 4
    assert len(found("period-start=2026-03-04")) == 4
    assert found("period-end=2026-03-04") == []
    assert len(found("setting=http://snomed.info/sct|394802001")) == 4
    assert found("setting=394800000") == []
    assert len(found("format=urn:ihe:iti:xds:2017:mimeTypeSufficient")) == 4
    assert len(found("security-label=N")) == 4
    assert len(found("author.identifier=urn:oid:1.2.250.1.71.4.2.1|899700218896")) == 4


def test_paging_gives_each_document_once(dupond: Any, inaya: Any) -> None:
    for number in range(5):
        assert dupond.post(for_(inaya, PDF + bytes([number]))).status_code == 200
    seen: list[str] = []
    address = f"DocumentReference?{who(inaya)}&_count=2&_sort=-date&_total=accurate"
    pages = 0
    while address:
        page = dupond.get(address).json()
        pages += 1
        assert page["total"] == 5
        seen += [one["resource"]["id"] for one in page["entry"]]
        links = {link["relation"]: link["url"] for link in page["link"]}
        address = links.get("next", "").partition("/fhir/")[2]
    assert (len(seen), len(set(seen)), pages) == (5, 5, 3)


@pytest.mark.parametrize("criterion", ["date=2026", "setting=http://snomed.info/sct|394802001&type=11488-4"])
@pytest.mark.parametrize("order", ["", "&_sort=date", "&_total=accurate"])
def test_paging_through_what_the_index_cannot_decide(dupond: Any, inaya: Any, criterion: str, order: str) -> None:
    wanted = set()
    for number in range(7):
        type_code = "11488-4" if number % 2 == 0 else "11502-2"
        bundle = for_(inaya, PDF + bytes([number]), type_code=type_code)
        filed = dupond.post(bundle).json()["entry"][1]["response"]["location"]
        if number % 2 == 0 or criterion.startswith("date"):
            wanted.add(str(id_of(filed)))
    seen: list[str] = []
    address = f"DocumentReference?{who(inaya)}&_count=2&{criterion}{order}"
    while address:
        page = dupond.get(address).json()
        seen += [one["resource"]["id"] for one in page.get("entry", [])]
        assert page.get("total", len(wanted)) == len(wanted)
        links = {link["relation"]: link["url"] for link in page["link"]}
        address = links.get("next", "").partition("/fhir/")[2]
    assert sorted(seen) == sorted(wanted)
    count = dupond.get(f"DocumentReference?{who(inaya)}&{criterion}&_summary=count").json()
    assert count["total"] == len(wanted)
    assert "entry" not in count


def test_a_cursor_that_is_not_ours_is_refused(dupond: Any, inaya: Any) -> None:
    answer = dupond.get(f"DocumentReference?{who(inaya)}&_cursor=nimportequoi")
    assert answer.status_code == 400
    assert code_of(answer) == "curseur_invalide"


def test_the_set_of_a_deposit_is_found_and_read(dupond: Any, inaya: Any) -> None:
    entries = dupond.post(for_(inaya)).json()["entry"]
    set_id, document_id = (id_of(entry["response"]["location"]) for entry in entries[:2])
    found = dupond.get(f"List?{who(inaya)}&code=submissionset&status=current").json()
    assert [UUID(one["resource"]["id"]) for one in found["entry"]] == [set_id]
    resource = dupond.get(f"List/{set_id}").json()
    assert resource["entry"][0]["item"]["reference"] == f"DocumentReference/{document_id}"
    assert "entry" not in dupond.get(f"List?{who(inaya)}&code=folder").json()


def test_a_search_may_be_posted(dupond: Any, inaya: Any) -> None:
    dupond.post(for_(inaya))
    form = {"content_type": "application/x-www-form-urlencoded"}
    found = dupond.post(f"patient=Patient%2F{inaya.usager_id}&_count=1".encode(), "DocumentReference/_search", **form)
    assert len(found.json()["entry"]) == 1


def test_a_document_already_known_is_not_sent_again(dupond: Any, inaya: Any) -> None:
    location = dupond.post(for_(inaya)).json()["entry"][1]["response"]["location"]
    first = dupond.get(location)
    assert first.status_code == 200
    second = dupond.get(location, **{"If-None-Match": first["ETag"]})
    assert (second.status_code, second.content) == (304, b"")
    assert dupond.get(location, **{"If-Modified-Since": first["Last-Modified"]}).status_code == 304
    assert dupond.get(f"{location}/_history/1").status_code == 200
    assert dupond.get(f"{location}/_history/9").status_code == 404
