"""The synthesis of the medical profile: what a professional may read of it, because its usager gave it."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pikepdf
import pypdfium2
import pytest

from ens.kernel.actor import Actor, ActorKind
from ens.record import services as record
from ens.record.errors import ProfileEmpty, ProfileItemNotFound
from ens.record.profile import services, synthesis
from ens.record.types import DocumentFilter


@pytest.fixture
def told(inaya):
    """Inaya's profile, some of it."""
    disease = {"nom": "Diabète de type 1", "en_cours": True, "debut": ("", "3", "2019"), "commentaire": "À Nantes\nCHU"}
    services.add(inaya.usager_id, "DISEASES", disease, by=inaya.actor)
    services.add(inaya.usager_id, "ALLERGIES", {"allergene": "Pénicilline"}, by=inaya.actor)
    services.say_unconcerned(inaya.usager_id, "FAMILY_HISTORIES", by=inaya.actor)
    return inaya


def text_of(data: bytes) -> str:
    with pypdfium2.PdfDocument(data) as pdf:
        return " ".join(" ".join(page.get_textpage().get_text_range() for page in pdf).split())


def test_it_says_who_what_and_when_and_that_nobody_checked_it(frozen_clock, told):
    said = text_of(synthesis.synthesis(told.usager_id, by=told.actor).data)
    for words in (
        "Synthèse du profil médical",
        "Inaya Michel, née le 2 avril 1989",
        "Matricule INS",
        "Informations écrites par Inaya Michel",
        "le 16 mars 2026. Elles n’ont pas été vérifiées par un professionnel de santé.",
        "Maladies et sujets de santé Diabète de type 1 En cours depuis mars 2019 À Nantes CHU",
        "Allergies Pénicilline",
        "Antécédents familiaux Non concerné, réponse de Inaya Michel le 16 mars 2026.",
        "Page 1 sur 1",
    ):
        assert words in said
    assert "Traitements" not in said  # not answered


def test_it_is_accessible_and_the_same_for_the_same_profile_at_the_same_moment(frozen_clock, told):
    one, other = (synthesis.synthesis(told.usager_id, by=told.actor).data for _ in range(2))
    assert one == other
    with pikepdf.open(io.BytesIO(one)) as pdf:
        assert pdf.Root.Lang == "fr"
        assert pdf.Root.MarkInfo.Marked
        assert pdf.docinfo["/Title"] == "Synthèse du profil médical"
        assert b"pdfuaid:part" in pdf.Root.Metadata.read_bytes()


def test_rubrics_are_chosen(told):
    said = text_of(synthesis.synthesis(told.usager_id, ["ALLERGIES"], by=told.actor).data)
    assert "Pénicilline" in said
    assert "Diabète" not in said


def test_nothing_answered_makes_no_synthesis(told, people):
    with pytest.raises(ProfileEmpty):
        synthesis.synthesis(told.usager_id, ["TREATMENTS"], by=told.actor)


def test_someone_whose_identity_is_not_qualified_has_no_matricule_on_it(people):
    someone = people.usager(identity_status="provisoire")
    services.say_unconcerned(someone.usager_id, "ALLERGIES", by=someone.actor)
    assert "Matricule" not in text_of(synthesis.synthesis(someone.usager_id, by=someone.actor).data)


def test_filed_it_is_a_document_that_authorised_professionals_read(told, treating):
    key = synthesis.file_synthesis(told.usager_id, by=told.actor)
    (card,) = record.list_documents(told.usager_id, DocumentFilter(), by=treating).cards
    assert (card.id, card.category, card.type_code) == (key, "SYNTH_PML", "DOCPAT08")
    assert "Pénicilline" in text_of(record.open_content(key, by=treating).data)


def test_filed_again_it_takes_the_place_of_the_one_before_and_says_when_it_is_stale(told):
    first = synthesis.file_synthesis(told.usager_id, by=told.actor)
    assert not services.profile(told.usager_id, by=told.actor).filed.is_stale
    (allergy,) = services.rubric(told.usager_id, "ALLERGIES", by=told.actor).items
    services.remove(allergy.id, 1, by=told.actor)
    filed = services.profile(told.usager_id, by=told.actor).filed
    assert (filed.document_id, filed.is_stale) == (first, True)
    second = synthesis.file_synthesis(told.usager_id, by=told.actor)
    (card,) = record.list_documents(told.usager_id, DocumentFilter(), by=told.actor).cards
    assert (card.id, card.version) == (second, 2)
    assert not services.profile(told.usager_id, by=told.actor).filed.is_stale


def test_a_form_sent_again_after_it_was_filed_does_not_make_it_stale(told):
    form = {"allergene": "Arachide"}
    services.add(told.usager_id, "ALLERGIES", form, token="abc", by=told.actor)
    synthesis.file_synthesis(told.usager_id, by=told.actor)
    services.add(told.usager_id, "ALLERGIES", form, token="abc", by=told.actor)
    assert not services.profile(told.usager_id, by=told.actor).filed.is_stale


def test_masked_it_stays_masked_when_filed_again(told, treating):
    first = synthesis.file_synthesis(told.usager_id, by=told.actor)
    record.mask(first, by=told.actor)
    synthesis.file_synthesis(told.usager_id, by=told.actor)
    assert record.list_documents(told.usager_id, DocumentFilter(), by=treating).cards == []


def test_who_else_acts_for_the_usager_files_it_over_theirs(told):
    """Another account of the same space: the other parent, or a child who came of age."""
    synthesis.file_synthesis(told.usager_id, by=told.actor)
    other = Actor(ActorKind.USAGER, "un-autre-compte", "Paul Michel", role="representant", usager_id=told.usager_id)
    key = synthesis.file_synthesis(told.usager_id, by=other)
    assert record.open_document(key, by=told.actor).card.version == 2


def test_the_same_form_sent_twice_even_at_once_files_once(told):
    from django.db import connections

    def send(_: int):
        try:
            return synthesis.file_synthesis(told.usager_id, token="abc", by=told.actor)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(3) as several:
        keys = set(several.map(send, range(3)))
    assert len(keys) == 1
    assert record.list_documents(told.usager_id, DocumentFilter(), by=told.actor).total == 1


def test_nobody_else_has_it_drawn(told, treating):
    for act in (synthesis.synthesis, synthesis.file_synthesis):
        with pytest.raises(ProfileItemNotFound):
            act(told.usager_id, by=treating)


@pytest.mark.slow
def test_many_items_make_pages_that_are_numbered(told):
    for number in range(60):
        services.add(told.usager_id, "ALLERGIES", {"allergene": f"Pollen {number}"}, by=told.actor)
    said = text_of(synthesis.synthesis(told.usager_id, by=told.actor).data)
    assert "Pollen 59" in said
    assert "Page 2 sur" in said
