"""The published CDA documents are filed as they are and shown. Skipped when the examples are not there."""

from __future__ import annotations

import re

import pytest

from ens.record.types import DocumentDeposit, DocumentFilter, SubmissionDeposit
from ens.standards import valuesets, xmlsafe
from ens.standards.cda.header import read_header
from tests.conftest import SHARED

FOLDER = SHARED / "data" / "cda_r2"
NAMES = sorted(path.name for path in FOLDER.glob("*.xml")) or ["absents"]


@pytest.mark.parametrize("name", NAMES)
def test_a_published_document_is_filed_and_shown(people, shared, name):
    """Its patient is given a matricule of this test, everything else is as published."""
    from ens.record.services import deposit, list_documents, open_content, open_document, preview_page

    published = (shared / "data" / "cda_r2" / name).read_bytes()
    header = read_header(xmlsafe.parse(published))
    inaya = people.usager()
    data = published
    for matricule, oid in header.patients:
        data = re.sub(rf'extension="{matricule}"'.encode(), f'extension="{inaya.matricule}"'.encode(), data)
        data = data.replace(oid.encode(), inaya.oid.encode())
    filed = deposit(
        inaya.usager_id,
        SubmissionDeposit(
            (
                DocumentDeposit(
                    unique_id=f"urn:oid:{header.unique_id}",
                    data=data,
                    media_type="text/xml",
                    type_code=header.type_code,
                    patients=((inaya.matricule, inaya.oid),),
                    resource={"resourceType": "DocumentReference"},
                ),
            )
        ),
        by=people.actor(people.professional(), client_id="logiciel"),
    )
    opened = open_document(filed.document_id, by=inaya.actor)
    assert opened.card.title == header.title
    assert opened.card.category == valuesets.category_of(header.type_code)
    assert opened.author_label == header.author.label
    assert opened.preview.kind in ("html", "images", "text"), opened.preview.reason
    if opened.preview.kind == "html":
        assert len(opened.preview.html) > 200
        assert len(opened.preview.text) > 50
    if opened.preview.kind == "images":
        assert preview_page(filed.document_id, 1, by=inaya.actor).startswith(b"\x89PNG")
    assert open_content(filed.document_id, by=inaya.actor).data == data
    assert list_documents(inaya.usager_id, DocumentFilter(), by=inaya.actor).total == 1
