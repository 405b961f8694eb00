"""A content that cannot be had is told to software as what it is, and what is known of it is still found."""

from __future__ import annotations

from typing import Any

from ens.audit.types import Event
from tests.interop.fhir.builders import PDF
from tests.interop.fhir.calls import assert_refused, for_, history, who
from tests.interop.fhir.conftest import id_of


def test_a_content_that_cannot_be_had_is_told_and_what_is_known_is_still_found(
    dupond: Any, inaya: Any, withheld: Any
) -> None:
    filed = [entry["response"]["location"] for entry in dupond.post(for_(inaya, PDF)).json()["entry"]]
    document_id, binary = id_of(filed[1]), f"Binary/{id_of(filed[2])}"
    with withheld(document_id):
        for accept in ("application/pdf", "application/fhir+json"):
            answer = dupond.get(binary, Accept=accept)
            assert_refused(answer, 503, withheld.code)
            assert answer["Retry-After"]
        assert dupond.get(f"DocumentReference/{document_id}").status_code == 200
        assert dupond.get(f"DocumentReference?{who(inaya)}&status=current").json()["total"] == 1
    assert not any(line.event == Event.DOCUMENT_DOWNLOADED and not line.is_refusal for line in history(inaya))
    assert dupond.get(binary, Accept="application/pdf").content == PDF


def test_a_deposit_while_the_store_is_not_mounted_is_kept_nowhere(
    dupond: Any, inaya: Any, store_not_mounted: Any
) -> None:
    with store_not_mounted(empty=True) as place:
        assert_refused(dupond.post(for_(inaya, PDF)), 503, "stockage_indisponible")
        assert not any(place.glob("*"))
    assert dupond.get(f"DocumentReference?{who(inaya)}&status=current").json()["total"] == 0
    assert dupond.post(for_(inaya, PDF)).status_code == 200
