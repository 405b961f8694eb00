"""Sets, identifiers, replacements, what is told and what is not."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from ens.kernel.ids import new_id
from tests.record.builders import cda_document, deposit, document, history, listed, stored_contents
from tests.record.files import small_pdf

LIST = {"resourceType": "List", "status": "current", "mode": "working"}
STRANGER = ("279035121518989", "1.2.250.1.213.1.4.10")


def together(acts: list[Any]) -> list[Any]:
    """Run at the same moment, each on its connection; results and errors alike."""
    found: list[Any] = []

    def run(act: Any) -> None:
        from django.db import connections

        try:
            found.append(act())
        except Exception as error:  # noqa: BLE001 - looked at by the caller
            found.append(error)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return found


# -- the header against the metadata --------------------------------------------------------------------------


def test_a_cda_of_another_patient_is_refused_and_its_title_enters_nobodys_history(people, inaya, dupond):
    from ens.record.errors import PatientDifferent

    other = people.usager()
    before = stored_contents()
    with pytest.raises(PatientDifferent) as refusal:
        deposit(inaya, cda_document(other, title="CR de quelqu'un d'autre"), by=dupond)
    assert refusal.value.facts["where"] == "en-tête CDA"
    assert stored_contents() == before
    lines = history(inaya)
    assert any(line.is_refusal and line.code == "patient_different" for line in lines)
    assert not any("quelqu'un d'autre" in line.sentence for line in lines)


def test_the_same_matricule_under_another_oid_is_another_patient(inaya, dupond):
    from ens.record.errors import PatientDifferent

    with pytest.raises(PatientDifferent):
        deposit(inaya, document(patients=((inaya.matricule, "1.2.250.1.213.1.4.8"),)), by=dupond)


def test_a_set_said_of_another_patient_is_refused_whole(inaya, dupond):
    from ens.record.errors import PatientDifferent

    with pytest.raises(PatientDifferent):
        deposit(inaya, document(), by=dupond, patients=(STRANGER,))
    assert listed(inaya).total == 0


def test_the_header_is_shown_and_the_disagreement_noted(inaya, dupond):
    from ens.record.services import open_document

    metadata = {"title": "Autre titre", "resource": {"resourceType": "DocumentReference"}}
    filed = deposit(inaya, cda_document(inaya, title="Titre de l'en-tête", metadata=metadata), by=dupond)
    opened = open_document(filed.document_id, by=inaya.actor)
    assert opened.card.title == "Titre de l'en-tête"
    assert opened.organisation_label == "Cabinet du Port"
    assert "Titre annoncé à l'envoi : « Autre titre »." in opened.differences


# -- identifiers ----------------------------------------------------------------------------------------------


def test_the_clinical_document_id_deduplicates_beside_the_unique_id(inaya, dupond):
    from ens.record.errors import DocumentDifferent

    number = f"2.25.{new_id().int}"
    one = cda_document(inaya, unique_id=number, metadata={"unique_id": f"urn:oid:2.25.{new_id().int}"})
    first = deposit(inaya, one, by=dupond)
    again = deposit(inaya, cda_document(inaya, unique_id=number, metadata={"unique_id": "9.9.9"}), by=dupond)
    assert (again.document_id, again.created) == (first.document_id, False)
    with pytest.raises(DocumentDifferent):
        deposit(inaya, cda_document(inaya, unique_id=number, title="Autre"), by=dupond)
    with pytest.raises(DocumentDifferent):
        deposit(inaya, document(unique_id=number), by=dupond)


def test_the_same_unique_id_is_free_in_anothers_space(people, inaya, dupond):
    one = document()
    first = deposit(inaya, one, by=dupond)
    second = deposit(people.usager(), one, by=dupond)
    assert second.created
    assert first.document_id != second.document_id


def test_two_sets_that_cross_are_both_answered(inaya, dupond):
    one, other = document(), document(data=small_pdf("autre"))
    found = together([lambda: deposit(inaya, one, other, by=dupond), lambda: deposit(inaya, other, one, by=dupond)] * 4)
    assert not [error for error in found if isinstance(error, Exception)]
    assert listed(inaya).total == 2
    assert len({frozenset(part.document_id for part in answer.documents) for answer in found}) == 1


def test_a_conflict_leaves_no_content_behind(inaya, dupond):
    from ens.record.errors import DocumentDifferent

    one = document()
    deposit(inaya, one, by=dupond)
    before = stored_contents()
    with pytest.raises(DocumentDifferent):
        deposit(inaya, document(), document(unique_id=one.unique_id, data=small_pdf("autre")), by=dupond)
    assert stored_contents() == before
    assert listed(inaya).total == 1


@pytest.mark.parametrize("harm", ["lost", "altered"])
def test_what_is_acknowledged_again_is_there_again(inaya, dupond, harm):
    """A content may be lost between its rows and the answer: « déjà déposé » must not be said of nothing."""
    from ens.coffre import store
    from ens.record.services import open_content

    one = document()
    filed = deposit(inaya, one, by=dupond).documents[0]
    if harm == "lost":
        store.delete(filed.binary_id)
    else:
        store.put(filed.binary_id, b"\x01" * 60)
    assert not deposit(inaya, one, by=dupond).created
    assert open_content(filed.document_id, by=inaya.actor).data == one.data


# -- sets -----------------------------------------------------------------------------------------------------


def test_a_set_sent_twice_is_one_and_with_other_documents_a_conflict(inaya, dupond):
    from ens.record.errors import SetDifferent

    one, unique_id = document(), f"urn:oid:2.25.{new_id().int}"
    first = deposit(inaya, one, by=dupond, unique_id=unique_id, resource=LIST)
    again = deposit(inaya, one, by=dupond, unique_id=unique_id, resource=LIST)
    assert (again.set_id, again.created) == (first.set_id, False)
    with pytest.raises(SetDifferent):
        deposit(inaya, one, document(), by=dupond, unique_id=unique_id, resource=LIST)
    assert listed(inaya).total == 1


def test_known_documents_in_a_new_set_answer_their_first_set(inaya, dupond):
    one = document()
    first = deposit(inaya, one, by=dupond, unique_id="urn:oid:1.2.1", resource=LIST)
    again = deposit(inaya, one, by=dupond, unique_id="urn:oid:1.2.2", resource=LIST)
    assert (again.set_id, again.created) == (first.set_id, False)


def test_a_document_filed_alone_is_found_in_the_set_that_comes_after(inaya, dupond):
    from ens.record.services import read_set

    one = document()
    deposit(inaya, one, by=dupond)
    after = deposit(inaya, one, by=dupond, unique_id="urn:oid:1.2.1", resource=LIST)
    assert not after.created
    assert str(after.document_id).encode() in read_set(after.set_id, by=inaya.actor)


# -- replacement ----------------------------------------------------------------------------------------------


def test_a_cda_that_replaces_what_is_not_on_record_is_filed_and_noted(inaya, dupond):
    from ens.record.services import open_document
    from ens.record.services.replacement import REPLACED_ABSENT

    filed = deposit(inaya, cda_document(inaya, replaces="1.2.3.4"), by=dupond)
    opened = open_document(filed.document_id, by=inaya.actor)
    assert opened.differences == [REPLACED_ABSENT]
    assert opened.card.status == "current"


def test_a_cda_that_replaces_one_on_record_supersedes_it(inaya, dupond):
    number = f"2.25.{new_id().int}"
    deposit(inaya, cda_document(inaya, unique_id=number), by=dupond)
    second = deposit(inaya, cda_document(inaya, replaces=number), by=dupond)
    cards = listed(inaya).cards
    assert [(card.id, card.version) for card in cards] == [(second.document_id, 2)]


def test_a_set_may_hold_a_document_and_what_replaces_it(inaya, dupond):
    first = document()
    deposit(inaya, document(data=small_pdf("v2"), replaces=(first.unique_id,)), first, by=dupond)
    assert [card.version for card in listed(inaya).cards] == [2]


def test_the_same_professional_replaces_with_another_software(people, inaya, dupond, dupond_ref):
    first = deposit(inaya, document(), by=dupond)
    elsewhere = people.actor(dupond_ref, client_id="autre-logiciel")
    assert deposit(inaya, document(data=small_pdf("x"), replaces=(str(first.document_id),)), by=elsewhere).created


def test_the_same_software_replaces_under_another_name(people, inaya, dupond):
    first = deposit(inaya, document(), by=dupond)
    colleague = people.actor(people.professional("Martin"), client_id="logiciel-dupond")
    assert deposit(inaya, document(data=small_pdf("x"), replaces=(str(first.document_id),)), by=colleague).created


def test_two_replacements_at_once_make_one_next_version(inaya, dupond):
    from ens.record.errors import AlreadyReplaced

    first = deposit(inaya, document(), by=dupond)
    change = {"replaces": (str(first.document_id),)}
    found = together(
        [lambda n=n: deposit(inaya, document(data=small_pdf(f"v{n}"), **change), by=dupond) for n in range(6)]
    )
    assert sum(isinstance(answer, AlreadyReplaced) for answer in found) == 5
    assert [card.version for card in listed(inaya).cards] == [2]


def test_anothers_document_cannot_be_the_target(people, inaya, dupond):
    from ens.record.errors import RelatesToUnknown

    theirs = deposit(people.usager(), document(), by=dupond)
    with pytest.raises(RelatesToUnknown):
        deposit(inaya, document(replaces=(str(theirs.document_id),)), by=dupond)


# -- what is told ---------------------------------------------------------------------------------------------


def test_what_waits_for_its_announcement_is_told_to_nobody(inaya, treating, dupond):
    from ens.record.errors import DocumentNotFound
    from ens.record.services import open_document

    one = document(title="Résultat grave", confidentiality=("N", "INVISIBLE_PATIENT"))
    filed = deposit(inaya, one, by=dupond)
    assert open_document(filed.document_id, by=treating).card.title == "Résultat grave"
    assert listed(inaya).total == 0
    with pytest.raises(DocumentNotFound):
        open_document(filed.document_id, by=inaya.actor)
    assert not any("grave" in f"{line.sentence}{line.title}{line.facts}" for line in history(inaya))
    assert notices(inaya) == 0


def test_a_filing_is_noticed_without_its_title(inaya, dupond):
    deposit(inaya, document(), by=dupond)
    assert notices(inaya) == 1


def test_what_waited_is_readable_a_month_later(inaya, dupond):
    from datetime import timedelta

    from ens.kernel import clock

    deposit(inaya, document(confidentiality=("N", "INVISIBLE_PATIENT")), by=dupond)
    now = clock.now()
    with clock.freeze(now + timedelta(days=27)):
        assert listed(inaya).total == 0
    with clock.freeze(now + timedelta(days=32)):
        assert listed(inaya).total == 1


def notices(person: Any) -> int:
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT count(*) FROM notifications_notice WHERE usager_id = %s", [person.usager_id])
        return int(cursor.fetchone()[0])


def test_only_care_professionals_and_the_usager_file(people, inaya):
    from ens.access.errors import DepositNotAllowed
    from ens.kernel.actor import Actor, ActorKind

    operator, support = Actor(ActorKind.OPERATEUR, "op", "Opérateur"), Actor(ActorKind.SUPPORT, "s", "S")
    for by in (people.usager().actor, operator, support):
        with pytest.raises(DepositNotAllowed):
            deposit(inaya, document(), by=by)
