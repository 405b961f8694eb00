"""« Qui a consulté mon dossier »."""

from __future__ import annotations

from typing import Any

import pytest

from tests.web.usager.conftest import text_of


@pytest.fixture
def read(inaya: Any, deposit: Any, people: Any, doctor: Any) -> Any:
    """A document, read by the doctor."""
    from ens.access import services as access
    from ens.record import services as record

    document_id = deposit("Consultation de juin")
    access.authorise(inaya.usager_id, rpps=doctor.rpps, by=inaya.actor)
    record.open_document(document_id, by=people.actor(doctor))
    return document_id


@pytest.mark.feature("S108")
def test_a_reading_is_a_sentence_with_who_in_which_role_and_when(page: Any, read: Any) -> None:
    said = text_of(page.get("/historique/"))
    assert "Docteur Virginie Dupond, médecin, a lu « Consultation de juin »." in said
    assert "consultation habituelle" in said


@pytest.mark.feature("S108")
def test_one_s_own_acts_are_told_with_vous_and_only_on_demand(page: Any, read: Any) -> None:
    assert "Vous avez" not in text_of(page.get("/historique/"))
    assert "Vous avez autorisé Docteur Virginie Dupond." in text_of(page.get("/historique/?qui=moi"))
    both = text_of(page.get("/historique/?qui=tout"))
    assert "Vous avez autorisé" in both
    assert "a lu « Consultation de juin »" in both


@pytest.mark.feature("S108")
def test_the_history_of_one_document_leaves_the_others_out(page: Any, deposit: Any, read: Any) -> None:
    deposit("Autre document")
    said = text_of(page.get(f"/historique/?document={read}"))
    assert "Seulement ce qui concerne « Consultation de juin »" in said
    assert "Autre document" not in said


@pytest.mark.feature("S108")
def test_a_refused_reading_is_shown(page: Any, inaya: Any, deposit: Any, people: Any) -> None:
    from ens.access.errors import NotVisible
    from ens.kernel.errors import Absent
    from ens.record import services as record

    document_id = deposit("Consultation")
    with pytest.raises((NotVisible, Absent)):
        record.open_document(document_id, by=people.actor(people.professional("Roux", first_name="Étienne")))
    said = text_of(page.get("/historique/"))
    assert "Docteur Étienne Roux" in said
    assert "refusé" in said


def test_a_long_history_goes_on_with_the_next_page(page: Any, inaya: Any, deposit: Any) -> None:
    for number in range(52):
        deposit(f"Document {number}")
    first = page.get("/historique/").content.decode()
    assert "Plus anciens" in first
    link = first.split('href="?qui=autres&amp;avant=')[1].split('"')[0]
    assert "Document 0" in text_of(page.get(f"/historique/?qui=autres&avant={link}"))


def test_nobody_read_it_is_said_plainly(page: Any) -> None:
    assert "Personne n’a consulté votre dossier" in text_of(page.get("/historique/"))


@pytest.mark.parametrize("query", ["qui=inconnu", "document=abc", "avant=abc"])
def test_an_address_that_makes_no_sense_does_not_exist(page: Any, query: str) -> None:
    assert page.get(f"/historique/?{query}").status_code == 404


@pytest.mark.parametrize(
    ("third", "second"),
    [
        ("a lu « x ».", "avez lu « x »."),
        ("s’est connecté à l’espace.", "vous êtes connecté à l’espace."),
        ("n’a pas pu remettre un message.", "n’avez pas pu remettre un message."),
    ],
)
def test_a_sentence_told_to_the_person_who_did_it(db: Any, third: str, second: str) -> None:
    from ens.web.usager.rows import as_you

    assert as_you(third) == second


@pytest.mark.feature("S108")
@pytest.mark.parametrize(
    ("place", "said"),
    [
        ("Cabinet du Docteur Virginie Dupond", "Docteur Virginie Dupond, médecin, a lu «"),
        ("Hôpital Jean Bernadeau", "Docteur Virginie Dupond, médecin, Hôpital Jean Bernadeau, a lu «"),
    ],
)
def test_a_place_is_said_unless_it_bears_the_name_of_who_read(
    page: Any, inaya: Any, deposit: Any, people: Any, doctor: Any, place: str, said: str
) -> None:
    from dataclasses import replace

    from ens.access import services as access
    from ens.record import services as record

    document_id = deposit("Consultation de juin")
    access.authorise(inaya.usager_id, rpps=doctor.rpps, by=inaya.actor)
    record.open_document(document_id, by=replace(people.actor(doctor), organisation=place))
    assert said in text_of(page.get("/historique/"))


@pytest.mark.feature("S108")
def test_an_establishment_is_said_by_its_name_alone(page: Any, deposit: Any, people: Any) -> None:
    deposit("Compte rendu", by=people.actor(people.establishment("Labo BioPCR Orly")))
    said = text_of(page.get("/historique/"))
    assert "Labo BioPCR Orly a déposé « Compte rendu »." in said
