"""A professional files a document by hand: kept as it came, under their name, told to the patient."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import override_settings

from ens.access import services
from ens.audit.types import Event
from ens.record import services as record
from ens.record.types import DocumentFilter
from tests.browser.story import pdf
from tests.web.professionnel.conftest import say_why
from tests.web.professionnel.test_search import lines_of

FIELDS = {
    "titre": "Compte rendu de diabétologie",
    "type": "11488-4",
    "date_jour": "12",
    "date_mois": "1",
    "date_annee": "2026",
    "lecteurs": "tous",
    "jeton": "un-jeton",
}


@pytest.fixture
def deposit(doctor: Any, inaya: Any, opened: None) -> Callable[..., Any]:
    """Send the form of Docteur Dupond, with what the test changes of it."""
    def act(data: bytes = b"", **more: str) -> Any:
        file = {"fichier": SimpleUploadedFile("cr.pdf", data)} if data else {}
        return doctor.post(f"/pro/dossiers/{inaya.usager_id}/deposer/", {**FIELDS, **more, **file})

    return act


def titles_of(person: Any) -> list[str]:
    return [one.title for one in record.list_documents(person.usager_id, DocumentFilter(), by=person.actor).cards]


@pytest.mark.feature("S045", "S050")
def test_the_file_is_kept_as_it_came_under_the_professional_s_name_and_the_patient_is_told(
    doctor: Any, inaya: Any, deposit: Callable[..., Any], dupond: Any
) -> None:
    data = pdf("Glycémie", pages=1)
    answer = deposit(data)
    assert answer.status_code == 302
    shown = doctor.get(answer.headers["Location"]).content.decode()
    assert "Document déposé." in shown
    assert "Compte rendu de diabétologie" in shown
    assert dupond.name in shown
    assert doctor.get(f"{answer.headers['Location']}telecharger/").content == data
    card = record.list_documents(inaya.usager_id, DocumentFilter(), by=inaya.actor).cards[0]
    assert (card.title, card.type_code, card.source_kind) == (FIELDS["titre"], "11488-4", "professionnel")
    assert str(card.act_date) == "2026-01-12"
    assert card.is_new
    line = lines_of(inaya, Event.DOCUMENT_DEPOSITED)[0]
    assert (line.actor_name, line.title) == (dupond.name, FIELDS["titre"])


def test_the_same_form_sent_twice_files_one_document(inaya: Any, deposit: Callable[..., Any]) -> None:
    data = pdf(pages=1)
    assert deposit(data).headers["Location"] == deposit(data).headers["Location"]
    assert len(titles_of(inaya)) == 1
    deposit(b"un autre fichier")  # gone back to, the form serves for another
    assert len(titles_of(inaya)) == 2


@pytest.mark.feature("S101")
def test_what_is_announced_first_or_masked_is_shown_to_whom_it_may(
    people: Any, doctor: Any, inaya: Any, deposit: Callable[..., Any], sign_in: Any, compte_of: Any
) -> None:
    moreau = people.professional("Moreau")
    services.authorise(inaya.usager_id, rpps=moreau.rpps, by=inaya.actor)
    other = sign_in(compte_of(moreau))
    say_why(other, inaya)
    announced = deposit(b"Annonce", titre="Biopsie", lecteurs="annonce", jeton="a").headers["Location"]
    masked = deposit(b"Masque", titre="IVG", lecteurs="masque", jeton="b").headers["Location"]
    assert titles_of(inaya) == ["IVG"]
    assert [doctor.get(one).status_code for one in (announced, masked)] == [200, 200]
    assert [other.get(one).status_code for one in (announced, masked)] == [200, 404]
    assert "Biopsie" not in {line.title for line in lines_of(inaya, Event.DOCUMENT_DEPOSITED)}


REFUSED = {
    "no file": (b"", {}, "Choisissez un fichier."),
    "a program": (b"MZ\x90\x00\x03\x00\x00\x00", {}, "d’un format accepté"),
    "no title": (b"texte", {"titre": "  "}, "Donnez un titre"),
    "a long title": (b"texte", {"titre": "x" * 129}, "titre plus court"),
    "a title that turns": (b"texte", {"titre": "a\u202eb"}, "Donnez un titre"),
    "no type": (b"texte", {"type": ""}, "Choisissez un type de document."),
    "a usager's type": (b"texte", {"type": "DOCPAT01"}, "Choisissez un type de la liste."),
    "no reader": (b"texte", {"lecteurs": ""}, "Dites qui peut lire ce document."),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_is_said_beside_its_field_and_nothing_is_filed(
    inaya: Any, deposit: Callable[..., Any], name: str
) -> None:
    data, more, said = REFUSED[name]
    answer = deposit(data, **more)
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert titles_of(inaya) == []


def test_a_date_to_come_or_too_old_is_refused(deposit: Callable[..., Any]) -> None:
    for year, said in (("2200", "Cette date est à venir"), ("1850", "elle commence en 1900")):
        answer = deposit(b"texte", date_annee=year)
        assert answer.status_code == 422
        assert said in answer.content.decode()


@override_settings(ENS_DOCUMENT_MAX_BYTES=1000)
def test_a_file_too_large_is_said_with_its_size(deposit: Callable[..., Any]) -> None:
    assert "Ce fichier pèse 2\u00a0Ko. Choisissez-en un de 1\u00a0Ko au plus." in deposit(b"a" * 2000).content.decode()


def test_nothing_is_filed_in_a_record_that_is_not_open(
    doctor: Any, inaya: Any, deposit: Callable[..., Any], dupond: Any
) -> None:
    services.block(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    assert deposit(b"texte").status_code == 404
    services.unblock(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    doctor.post("/pro/dossiers/fermer/", {"dossier": str(inaya.usager_id)})
    answer = deposit(b"texte")
    assert answer.headers["Location"].startswith(f"/pro/dossiers/{inaya.usager_id}/ouvrir/")
    assert titles_of(inaya) == []
