"""Masking hides a document from lists, counts, searches and sets, at once, but not from three people."""

from __future__ import annotations

import orjson
import pytest

from ens.record.types import ReferenceQuery
from tests.record.builders import cda_document, deposit, document, history, listed


@pytest.fixture
def filed(inaya, dupond):
    return deposit(inaya, document(author_rpps=dupond.rpps), by=dupond)


@pytest.fixture
def colleague(people, inaya):
    from ens.access.services import authorise

    ref = people.professional("Martin")
    authorise(inaya.usager_id, rpps=ref.rpps, by=inaya.actor)
    return people.actor(ref)


def search(person, by, **query):
    from ens.record.services import find_references

    return find_references(person.usager_id, ReferenceQuery(**query), by=by)


def test_a_masked_document_is_nowhere_for_an_authorised_colleague(inaya, filed, colleague):
    from ens.record.errors import DocumentNotFound
    from ens.record.services import mask, open_document, read_binary, read_reference

    assert listed(inaya, by=colleague).total == 1
    mask(filed.document_id, by=inaya.actor)
    assert listed(inaya, by=colleague).total == 0
    assert listed(inaya, by=colleague).counts == {}
    assert search(inaya, colleague).total == 0
    assert search(inaya, colleague, ids=(filed.document_id,)).total == 0
    for act, key in (
        (open_document, filed.document_id),
        (read_reference, filed.document_id),
        (read_binary, filed.documents[0].binary_id),
    ):
        with pytest.raises(DocumentNotFound):
            act(key, by=colleague)


def test_the_author_still_reads_it_under_that_identity_only(people, inaya, filed, dupond, dupond_ref):
    from ens.record.services import mask, open_document

    mask(filed.document_id, by=inaya.actor)
    assert open_document(filed.document_id, by=people.actor(dupond_ref)).card.is_masked
    same_software = people.actor(people.professional("Autre"), client_id=dupond.client_id)
    assert listed(inaya, by=same_software).total == 0


def test_the_declared_medecin_traitant_still_reads_it(people, dupond):
    from ens.record.services import mask, open_document

    treating = people.professional("Traitant")
    person = people.usager(medecin_traitant=treating)
    filed = deposit(person, document(), by=dupond)
    mask(filed.document_id, by=person.actor)
    assert open_document(filed.document_id, by=people.actor(treating)).card.is_masked


def test_unmasking_gives_it_back_and_both_are_traced(inaya, filed, colleague):
    from ens.record.services import mask, unmask

    mask(filed.document_id, by=inaya.actor)
    assert listed(inaya).cards[0].is_masked
    unmask(filed.document_id, by=inaya.actor)
    assert listed(inaya, by=colleague).total == 1
    sentences = " ".join(line.sentence for line in history(inaya))
    assert "a masqué « Compte rendu de consultation »" in sentences
    assert "a rendu visible « Compte rendu de consultation »" in sentences


def test_masking_twice_changes_nothing_more(inaya, filed):
    from ens.record.services import mask, read_reference

    mask(filed.document_id, by=inaya.actor)
    version = read_reference(filed.document_id, by=inaya.actor)[1]
    mask(filed.document_id, by=inaya.actor)
    assert read_reference(filed.document_id, by=inaya.actor)[1] == version == 2


def test_the_fhir_bytes_say_it(inaya, filed):
    from ens.record.services import mask, read_reference

    def labels() -> set[str]:
        resource = orjson.loads(read_reference(filed.document_id, by=inaya.actor)[0])
        return {coding["code"] for label in resource["securityLabel"] for coding in label["coding"]}

    assert labels() == {"N"}
    mask(filed.document_id, by=inaya.actor)
    assert labels() == {"N", "MASQUE_PS"}


def test_every_version_is_masked(inaya, dupond, filed, colleague):
    from ens.record.errors import DocumentNotFound
    from ens.record.services import mask, open_document

    second = deposit(inaya, cda_document(inaya, metadata={"replaces": (str(filed.document_id),)}), by=dupond)
    mask(second.document_id, by=inaya.actor)
    for key in (filed.document_id, second.document_id):
        with pytest.raises(DocumentNotFound):
            open_document(key, by=colleague)


def test_only_the_usager_masks(inaya, filed, people, dupond_ref, colleague):
    from ens.kernel.errors import Absent, Refused
    from ens.record.services import mask

    with pytest.raises(Refused):
        mask(filed.document_id, by=colleague)
    with pytest.raises(Absent):
        mask(filed.document_id, by=people.usager().actor)
    assert not listed(inaya).cards[0].is_masked


def test_a_set_does_not_name_what_is_masked(inaya, dupond, colleague):
    from ens.record.errors import DocumentNotFound
    from ens.record.services import find_sets, mask, read_set

    received = {"resourceType": "List", "entry": [{"item": {"reference": "urn:a"}}, {"item": {"reference": "urn:b"}}]}
    filed = deposit(inaya, document(), document(), by=dupond, unique_id="urn:oid:1.2.9", resource=received)

    def entries(raw: bytes) -> list[str]:
        return [entry["item"]["reference"] for entry in orjson.loads(raw)["entry"]]

    assert len(entries(read_set(filed.set_id, by=colleague))) == 2
    hidden, shown = filed.documents
    mask(hidden.document_id, by=inaya.actor)
    assert entries(read_set(filed.set_id, by=colleague)) == [f"DocumentReference/{shown.document_id}"]
    page = find_sets(inaya.usager_id, ReferenceQuery(), by=colleague)
    assert entries(page.resources[0]) == [f"DocumentReference/{shown.document_id}"]
    assert len(entries(read_set(filed.set_id, by=inaya.actor))) == 2
    mask(shown.document_id, by=inaya.actor)
    assert find_sets(inaya.usager_id, ReferenceQuery(), by=colleague).total == 0
    with pytest.raises(DocumentNotFound):
        read_set(filed.set_id, by=colleague)
