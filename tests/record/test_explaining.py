"""« Qui pourrait lire ce document ? »: the rules that will decide, told beforehand to the usager alone."""

from __future__ import annotations

import pytest

from tests.record.builders import deposit, document, history

pytestmark = pytest.mark.feature("S111")


@pytest.fixture
def said(inaya):
    """Each known reader of a document: name, whether they could read it, the rule that settles."""
    from ens.record.services import who_could_read

    def act(document_id):
        found = who_could_read(document_id, by=inaya.actor).answers
        return {one.reader.name: (one.decision.allowed, one.decision.deciding.code) for one in found}

    return act


def test_each_professional_chosen_is_answered_for_with_the_rule_that_settles(inaya, people, dupond, said):
    from ens.access import services as access
    from ens.record.services import mask

    nurse = people.professional("Petit", first_name="Ana", profession="60")
    blocked = people.professional("Moreau", first_name="Léa")
    for one in (nurse, blocked):
        access.authorise(inaya.usager_id, rpps=one.rpps, by=inaya.actor)
    access.block(inaya.usager_id, rpps=blocked.rpps, by=inaya.actor)
    document_id = deposit(inaya, document(), by=dupond).document_id
    before = said(document_id)
    assert before["Docteur Léa Moreau"] == (False, "bloque")
    assert before["Ana Petit"][1].startswith("matrice_")
    mask(document_id, by=inaya.actor)
    assert said(document_id)["Ana Petit"] == (False, "masque")


def test_the_author_is_known_by_their_number_and_reads_even_what_is_masked(inaya, people, dupond, said):
    from ens.record.services import mask

    author = people.professional("André", first_name="Paul")
    document_id = deposit(inaya, document(author_rpps=author.rpps, author_label=author.name), by=dupond).document_id
    mask(document_id, by=inaya.actor)
    assert said(document_id)["Docteur Paul André"] == (True, "auteur")
    other = deposit(inaya, document(), by=dupond).document_id
    assert "Docteur Paul André" not in said(other)


def test_what_is_said_is_what_happens(inaya, people, dupond, said):
    """For each of them, the list they then ask for agrees."""
    from ens.access import services as access
    from ens.identity.actors import professional_actor
    from ens.record.errors import DocumentNotFound
    from ens.record.services import open_document

    readers = {}
    for profession, name in (("10", "Un"), ("60", "Deux"), ("40", "Trois"), ("21", "Quatre")):
        one = people.professional(name, first_name="Camille", profession=profession)
        access.authorise(inaya.usager_id, rpps=one.rpps, by=inaya.actor)
        readers[one.name] = one
    for type_code in ("11488-4", "11502-2", "57833-6"):
        document_id = deposit(inaya, document(type_code=type_code), by=dupond).document_id
        answers = said(document_id)
        for name, one in readers.items():
            try:
                open_document(document_id, by=professional_actor(one))
            except DocumentNotFound:
                opened = False
            else:
                opened = True
            assert answers[name][0] is opened, (name, type_code, answers[name])


def test_an_author_whom_the_directory_does_not_know_is_named_apart(inaya, dupond):
    from ens.record.services import who_could_read

    document_id = deposit(inaya, document(author_label="Docteur Ancien"), by=dupond).document_id
    assert who_could_read(document_id, by=inaya.actor).unknown_author == "Docteur Ancien"


def test_the_question_is_the_usager_s_and_leaves_its_trace(inaya, people, dupond):
    from ens.record.errors import DocumentNotFound
    from ens.record.services import who_could_read

    document_id = deposit(inaya, document(title="Radio"), by=dupond).document_id
    for other in (dupond, people.usager().actor):
        with pytest.raises(DocumentNotFound):
            who_could_read(document_id, by=other)
    who_could_read(document_id, by=inaya.actor)
    sentences = [line.sentence for line in history(inaya)]
    assert "a demandé qui pourrait lire « Radio »." in sentences
    assert any("a demandé qui pourrait lire" in said and "refusé" in said for said in sentences)
