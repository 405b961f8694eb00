"""Lists, one document, its bytes and pages: to whom access allows, each leaving its line."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from ens.kernel.ids import new_id
from tests.record import files
from tests.record.builders import deposit, document, history, listed


def said(person, word: str) -> int:
    return sum(word in line.sentence for line in history(person))


def test_the_list_is_newest_first_counted_and_filtered(inaya, dupond):
    for month, type_code, title in (
        (1, "11502-2", "Glycémie"),
        (3, "18748-4", "Radio"),
        (2, "11488-4", "Consultation"),
    ):
        when = datetime(2026, month, 5, 12, tzinfo=UTC)
        deposit(inaya, document(type_code=type_code, title=title, act_at=when), by=dupond)
    deposit(inaya, document(title="Ancien", act_at=datetime(2020, 5, 5, tzinfo=UTC)), by=dupond)
    found = listed(inaya)
    assert [card.title for card in found.cards] == ["Radio", "Consultation", "Glycémie", "Ancien"]
    assert found.counts == {"RADIO_SC": 1, "CPT_REND": 2, "BIOLOGIE": 1}
    assert found.years == [2026, 2020]
    assert listed(inaya, with_authors=True).authors == ["Docteur Dupond"]
    assert [card.title for card in listed(inaya, category="BIOLOGIE").cards] == ["Glycémie"]
    assert [card.title for card in listed(inaya, year=2020).cards] == ["Ancien"]
    assert [card.title for card in listed(inaya, text="RAD").cards] == ["Radio"]
    assert [card.title for card in listed(inaya, text="glycemie dupond").cards] == ["Glycémie"]
    assert listed(inaya, author="Docteur Dupond").matching == 4
    assert listed(inaya, masked=True).matching == 0
    filtered = listed(inaya, limit=1)
    assert (len(filtered.cards), filtered.total, filtered.matching) == (1, 4, 4)
    for sealed_words in ("", "dupond"):  # found on what is in clear, or by opening every card
        page = listed(inaya, text=sealed_words, offset=1, limit=2)
        assert [card.title for card in page.cards] == ["Consultation", "Glycémie"]
        assert page.matching == 4
    assert [card.title for card in listed(inaya, since=date(2026, 2, 5)).cards] == ["Radio", "Consultation"]


def test_a_stranger_sees_nothing_reads_nothing_and_leaves_a_line(people, inaya, dupond):
    from ens.record.errors import DocumentNotFound
    from ens.record.services import open_content, open_document, preview_page

    filed = deposit(inaya, document(), by=dupond)
    stranger = people.actor(people.professional("Moreau"))
    assert listed(inaya, by=stranger).total == 0
    for act in (
        lambda: open_document(filed.document_id, by=stranger),
        lambda: open_content(filed.document_id, by=stranger),
        lambda: preview_page(filed.document_id, 1, by=stranger),
    ):
        with pytest.raises(DocumentNotFound):
            act()
    refused = [line for line in history(inaya) if line.is_refusal]
    assert len(refused) == 3
    assert not any("Compte rendu" in line.sentence for line in refused)


def test_a_neighbour_is_answered_as_if_the_document_did_not_exist(people, inaya, dupond):
    from ens.kernel.errors import Absent
    from ens.record.services import open_document

    filed = deposit(inaya, document(), by=dupond)
    for document_id in (filed.document_id, new_id()):
        with pytest.raises(Absent):
            open_document(document_id, by=people.usager().actor)


def test_an_authorised_professional_reads_and_the_usager_sees_it(inaya, treating, dupond):
    from ens.record.services import open_content, open_document

    filed = deposit(inaya, document(), by=dupond)
    assert listed(inaya, by=treating).total == 1
    open_document(filed.document_id, by=treating)
    open_content(filed.document_id, by=treating)
    assert said(inaya, "a lu « Compte rendu de consultation »") == 1
    assert said(inaya, "a téléchargé « Compte rendu de consultation »") == 1
    readers = open_document(filed.document_id, by=inaya.actor).readers
    assert [line.actor_name for line in readers] == [treating.name] * 2


def test_pages_of_an_opening_leave_no_second_line(inaya, dupond):
    from ens.record.services import open_document, preview_page

    filed = deposit(inaya, document(data=files.pdf(2)), by=dupond)
    open_document(filed.document_id, by=inaya.actor)
    assert preview_page(filed.document_id, 1, by=inaya.actor).startswith(b"\x89PNG")
    assert preview_page(filed.document_id, 2, by=inaya.actor).startswith(b"\x89PNG")
    assert said(inaya, "a lu") == 1


def test_a_page_asked_without_opening_leaves_its_line(inaya, dupond):
    from ens.record.errors import PageAbsent
    from ens.record.services import preview_page

    filed = deposit(inaya, document(data=files.pdf(1)), by=dupond)
    assert preview_page(filed.document_id, 1, by=inaya.actor)
    assert said(inaya, "a lu") == 1
    with pytest.raises(PageAbsent):
        preview_page(filed.document_id, 2, by=inaya.actor)


def test_a_damaged_file_is_filed_as_it_came_and_keeps_its_download(inaya, dupond):
    from ens.record.services import open_content, open_document

    damaged = files.pdf()[:70]
    filed = deposit(inaya, document(data=damaged), by=dupond)
    opened = open_document(filed.document_id, by=inaya.actor)
    assert opened.preview.kind == "none"
    assert opened.preview.reason.startswith("Aperçu impossible")
    assert open_content(filed.document_id, by=inaya.actor).data == damaged


def test_a_former_version_is_read_by_its_number_or_its_id(inaya, dupond):
    from ens.record.errors import DocumentNotFound
    from ens.record.services import open_content, open_document

    first = deposit(inaya, document(data=files.small_pdf("v1")), by=dupond)
    second = deposit(inaya, document(data=files.small_pdf("v2"), replaces=(str(first.document_id),)), by=dupond)
    assert open_content(second.document_id, by=inaya.actor, version=1).data == files.small_pdf("v1")
    assert open_document(first.document_id, by=inaya.actor).card.status == "superseded"
    with pytest.raises(DocumentNotFound):
        open_content(second.document_id, by=inaya.actor, version=3)


def test_a_damaged_content_is_said_and_not_read(inaya, dupond):
    from ens.coffre import store
    from ens.coffre.errors import ContentDamaged
    from ens.record.services import open_content

    filed = deposit(inaya, document(), by=dupond).documents[0]
    sealed = store.get(filed.binary_id)
    store.put(filed.binary_id, sealed[:-1] + bytes([sealed[-1] ^ 1]))
    with pytest.raises(ContentDamaged):
        open_content(filed.document_id, by=inaya.actor)


def test_an_establishments_software_files_and_cannot_read(people, inaya):
    from ens.access.errors import PersonRequired
    from ens.record.services import open_document

    hospital = people.actor(people.establishment(), client_id="hopital")
    filed = deposit(inaya, document(), by=hospital)
    assert listed(inaya).cards[0].source_kind == "etablissement"
    with pytest.raises(PersonRequired):
        open_document(filed.document_id, by=hospital)
