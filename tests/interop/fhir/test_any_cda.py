"""Any CDA document that is right is filed and read back the same; any single change is meaningful or refused."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from ens.record.judging import one_line
from ens.record.services import open_document
from ens.standards import xmlsafe
from ens.standards.cda.header import read_header
from tests.interop.fhir.calls import assert_refused, code_of, for_, total
from tests.strategies.cda import documents, mutations

pytestmark = pytest.mark.slow
# Not shrunk: each attempt files for good, and what was drawn is told. The same draws at each run.
BOUNDED = settings(
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
    phases=[Phase.generate],
)
REFUSALS = (
    "cda_invalide",
    "type_different",
    "patient_different",
    "date_invraisemblable",
    "document_vide",
    "document_different",
)


def sent(software: Any, person: Any, data: bytes, facts: dict[str, Any]) -> Any:
    known = {"type_code": facts["type_code"], "unique_id": f"urn:oid:{facts['unique_id']}"}
    return software.post(for_(person, data, media_type="text/xml", title="Annoncé", **known))


def read_back(software: Any, answer: Any) -> tuple[dict[str, Any], bytes]:
    sheet, binary = (one["response"]["location"] for one in answer.json()["entry"][1:])
    return software.get(sheet).json(), software.get(binary, Accept="*/*").content


@pytest.mark.feature("S165")
def test_any_right_document_is_filed_and_read_back_the_same(dupond: Any, inaya: Any) -> None:
    filed = 0

    @settings(BOUNDED, max_examples=15)
    @given(drawn=documents(inaya.matricule, inaya.oid))
    def act(drawn: tuple[bytes, dict[str, Any]]) -> None:
        nonlocal filed
        data, facts = drawn
        answer = sent(dupond, inaya, data, facts)
        assert answer.status_code == 200, answer.content
        filed += 1
        sheet, bytes_ = read_back(dupond, answer)
        assert bytes_ == data
        assert sheet["content"][0]["attachment"]["contentType"] == "text/xml"
        opened = open_document(UUID(sheet["id"]), by=inaya.actor)
        assert opened.card.title == one_line(facts["title"])  # the header's, not the sheet's
        assert opened.preview.kind in ("html", "text", "images", "none")

    act()
    assert total(dupond, inaya) == filed


@pytest.mark.feature("S037", "S165")
def test_any_single_change_is_filed_as_it_says_or_refused_and_never_for_another(
    dupond: Any, inaya: Any, people: Any, doctor: Any, authorise: Any
) -> None:
    camille = people.usager(first_names="CAMILLE")
    authorise(camille, doctor)
    met: dict[str, int] = {}

    @settings(BOUNDED, max_examples=120)
    @given(data=st.data(), drawn=documents(inaya.matricule, inaya.oid))
    def act(data: st.DataObject, drawn: tuple[bytes, dict[str, Any]]) -> None:
        right, facts = drawn
        changed, how = data.draw(mutations(right, [camille.matricule, camille.oid, f"2.25.{camille.matricule}"]))
        before = total(dupond, inaya)
        answer = sent(dupond, inaya, changed, facts)
        if answer.status_code == 200:
            met["filed"] = met.get("filed", 0) + 1
            assert read_back(dupond, answer)[1] == changed
            header = read_header(xmlsafe.parse(changed))
            assert set(header.patients) == {(inaya.matricule, inaya.oid)}, how
            assert header.type_code == facts["type_code"], how
            assert before <= total(dupond, inaya) <= before + 1, how
        else:
            code = code_of(answer)
            met[code] = met.get(code, 0) + 1
            assert code in REFUSALS or (code == "structure_invalide" and not changed), how  # a sheet of no byte
            assert_refused(answer, answer.status_code, code)
            assert total(dupond, inaya) == before, how

    act()
    assert total(dupond, camille) == 0
    assert {"filed", "cda_invalide"} <= set(met)
