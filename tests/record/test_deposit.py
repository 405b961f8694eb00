"""Filing: judged on its bytes, once however often sent, atomic, replaced by its author only."""

from __future__ import annotations

import hashlib
import threading
from dataclasses import replace

import pytest

from ens.kernel.ids import new_id
from tests.record.builders import deposit, document, listed
from tests.record.files import small_pdf


def test_a_filed_document_is_listed_opened_and_its_bytes_given_back(inaya, dupond):
    from ens.record.services import open_content, open_document

    filed = deposit(inaya, document(), by=dupond)
    card = listed(inaya).cards[0]
    assert (card.id, card.title, card.category, card.is_new) == (
        filed.document_id,
        "Compte rendu de consultation",
        "CPT_REND",
        True,
    )
    opened = open_document(filed.document_id, by=inaya.actor)
    assert opened.author_label == "Docteur Dupond"
    assert open_content(filed.document_id, by=inaya.actor).data == small_pdf()
    assert not listed(inaya).cards[0].is_new


def test_the_same_twice_is_filed_once_and_another_content_conflicts(inaya, dupond):
    from ens.record.errors import DocumentDifferent

    one = document()
    first = deposit(inaya, one, by=dupond)
    again = deposit(inaya, one, by=dupond)
    assert (again.document_id, again.created) == (first.document_id, False)
    with pytest.raises(DocumentDifferent):
        deposit(inaya, replace(one, data=small_pdf("autre")), by=dupond)
    assert listed(inaya).total == 1


def test_thirty_two_at_once_file_one(inaya, dupond):
    one, ids, failures = document(), [], []

    def send():
        from django.db import connections

        try:
            ids.append(deposit(inaya, one, by=dupond).document_id)
        except Exception as error:  # noqa: BLE001 - reported by the assertion below
            failures.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=send) for _ in range(32)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    assert len(ids) == 32
    assert len(set(ids)) == 1
    assert listed(inaya).total == 1


LIES = [
    ("size", {"size": 3}, "taille_differente"),
    ("hash", {"sha1": hashlib.sha1(b"x").digest()}, "empreinte_differente"),
    ("unknown type", {"type_code": "0000-0"}, "type_inconnu"),
    ("empty", {"data": b""}, "document_vide"),
    ("not a CDA", {"data": b"<?xml version='1.0'?><a/>", "media_type": "text/xml"}, "cda_invalide"),
    ("a DTD", {"data": b"<?xml version='1.0'?><!DOCTYPE a><a/>", "media_type": "text/xml"}, "cda_invalide"),
    ("another patient", {"patients": (("279035121518989", "1.2.250.1.213.1.4.10"),)}, "patient_different"),
]


@pytest.mark.parametrize(("what", "changes", "code"), LIES, ids=[lie[0] for lie in LIES])
def test_what_lies_about_itself_is_refused_and_leaves_nothing(inaya, dupond, what, changes, code):
    from ens.kernel.errors import EnsError

    with pytest.raises(EnsError) as refusal:
        deposit(inaya, document(**changes), by=dupond)
    assert refusal.value.code == code
    assert listed(inaya).total == 0


def test_one_bad_document_refuses_its_whole_set(inaya, dupond):
    from ens.record.errors import PatientDifferent

    other = document(patients=(("279035121518989", "1.2.250.1.213.1.4.10"),))
    with pytest.raises(PatientDifferent):
        deposit(inaya, document(), other, by=dupond)
    assert listed(inaya).total == 0


@pytest.mark.parametrize("state", ["unknown", "noticed", "opposed", "closed"])
def test_nothing_is_filed_where_no_space_is_open(people, dupond, state):
    from ens.enrolment.errors import SpaceAbsent

    person = people.usager(state=state)
    with pytest.raises(SpaceAbsent):
        deposit(person, document(), by=dupond)


def test_a_replacement_keeps_the_former_version_readable(inaya, dupond):
    from ens.record.services import open_content, open_document

    first = deposit(inaya, document(), by=dupond)
    second = deposit(inaya, document(data=small_pdf("corrigé"), replaces=(str(first.document_id),)), by=dupond)
    assert [card.id for card in listed(inaya).cards] == [second.document_id]
    opened = open_document(second.document_id, by=inaya.actor)
    assert [version.version for version in opened.versions] == [2, 1]
    assert open_content(first.document_id, by=inaya.actor).data == small_pdf()


def test_only_the_same_depositor_replaces(people, inaya, dupond):
    from ens.record.errors import AlreadyReplaced, RelatesToUnknown, ReplacementNotAllowed

    first = deposit(inaya, document(), by=dupond)
    stranger = people.actor(people.professional("Moreau"), client_id="logiciel-moreau")
    with pytest.raises(ReplacementNotAllowed):
        deposit(inaya, document(data=small_pdf("x"), replaces=(str(first.document_id),)), by=stranger)
    with pytest.raises(RelatesToUnknown):
        deposit(inaya, document(data=small_pdf("x"), replaces=(str(new_id()),)), by=dupond)
    deposit(inaya, document(data=small_pdf("y"), replaces=(str(first.document_id),)), by=dupond)
    with pytest.raises(AlreadyReplaced):
        deposit(inaya, document(data=small_pdf("z"), replaces=(str(first.document_id),)), by=dupond)


def test_a_replacement_of_a_masked_document_stays_masked(inaya, dupond):
    from ens.record.services import mask

    first = deposit(inaya, document(), by=dupond)
    mask(first.document_id, by=inaya.actor)
    deposit(inaya, document(data=small_pdf("x"), replaces=(str(first.document_id),)), by=dupond)
    assert listed(inaya).cards[0].is_masked


def test_clear_text_is_nowhere_in_the_base_nor_in_the_store(people, dupond):
    from django.conf import settings
    from django.db import connections

    person = people.usager()
    secret = "TitreTresSecret"
    deposit(person, document(title=secret, data=small_pdf("MotTresSecret"), author_label="AuteurTresSecret"), by=dupond)
    words = [b"TitreTresSecret", b"MotTresSecret", b"AuteurTresSecret", person.matricule.encode()]
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT schemaname, tablename FROM pg_tables WHERE schemaname IN ('public', 'cles')")
        for schema, table in cursor.fetchall():
            with cursor.copy(f'COPY "{schema}"."{table}" TO STDOUT (FORMAT binary)') as out:
                dump = b"".join(bytes(part) for part in out)
            for word in words:
                assert word not in dump, table
    from pathlib import Path

    for path in Path(settings.ENS_STORE).rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert not any(word in content for word in words)
