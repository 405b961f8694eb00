"""A patient's record read by a professional: what the rules allow, nothing about the rest, a named trace."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ens.access import services
from ens.audit.queries import history
from ens.audit.types import Event, HistoryFilter
from ens.record import services as record
from ens.record.types import Upload
from tests.web.professionnel.conftest import said, say_why


def readings_of(person: Any) -> list[tuple[Event, str, str, str]]:
    kinds = (Event.DOCUMENTS_SEARCHED, Event.DOCUMENT_READ, Event.DOCUMENT_DOWNLOADED)
    lines = history(person.usager_id, HistoryFilter(events=kinds), by=person.actor).lines
    return [(line.event, line.outcome, line.actor_name, line.title) for line in reversed(lines)]


@pytest.fixture
def record_address(inaya: Any) -> str:
    return f"/pro/dossiers/{inaya.usager_id}/"


@pytest.mark.feature("S047", "S098")
def test_the_record_shows_the_strip_and_the_documents(
    doctor: Any, inaya: Any, opened: None, file: Callable[..., Any], record_address: str
) -> None:
    document_id = file("Compte rendu d’analyses")
    shown = doctor.get(record_address).content.decode()
    assert "MICHEL Inaya" in shown
    assert "Née le" in shown
    assert "Compte rendu d’analyses" in shown
    assert f"{record_address}documents/{document_id}/" in shown
    assert "12/01/2026" in shown
    assert "Docteur Moreau" in shown


@pytest.mark.feature("S045", "S093", "S107")
def test_a_reading_and_a_download_are_in_the_patient_s_history_under_the_person_s_name(
    doctor: Any, page: Any, inaya: Any, opened: None, file: Callable[..., Any], record_address: str, dupond: Any
) -> None:
    document_id = file("Compte rendu d’analyses")
    doctor.get(record_address)
    opened = doctor.get(f"{record_address}documents/{document_id}/")
    assert "Glycémie 0,92 g/L" in opened.content.decode()
    assert "MICHEL Inaya" in opened.content.decode()
    downloaded = doctor.get(f"{record_address}documents/{document_id}/telecharger/")
    assert downloaded.content.startswith("Glycémie".encode())
    assert "attachment" in downloaded["Content-Disposition"]
    assert readings_of(inaya) == [
        (Event.DOCUMENTS_SEARCHED, "fait", dupond.name, ""),
        (Event.DOCUMENT_READ, "fait", dupond.name, "Compte rendu d’analyses"),
        (Event.DOCUMENT_DOWNLOADED, "fait", dupond.name, "Compte rendu d’analyses"),
    ]
    shown = page.get("/historique/").content.decode()
    assert "Docteur Virginie Dupond" in shown
    assert "a lu « Compte rendu d’analyses »" in shown.replace("\u00a0", " ")


@pytest.mark.feature("S101")
def test_nothing_hints_at_a_masked_document(
    doctor: Any, inaya: Any, opened: None, file: Callable[..., Any], record_address: str
) -> None:
    alone = said(doctor.get(record_address))
    secret = file("Bilan secret")
    assert "Bilan secret" in doctor.get(record_address).content.decode()
    record.mask(secret, by=inaya.actor)
    assert said(doctor.get(record_address)) == alone
    hidden = doctor.get(f"{record_address}documents/{secret}/")
    nowhere = doctor.get(f"{record_address}documents/{uuid4()}/")
    assert hidden.status_code == nowhere.status_code == 404
    assert said(hidden) == said(nowhere)
    assert doctor.get(f"{record_address}documents/{secret}/telecharger/").status_code == 404
    assert doctor.get(f"{record_address}documents/{secret}/page-1.png").status_code == 404


@pytest.mark.feature("S101")
def test_the_medecin_traitant_reads_a_masked_document(
    people: Any, sign_in: Callable[[Any], Any], compte_of: Callable[[Any], Any]
) -> None:
    treating = people.professional("Dupond")
    person = people.usager(medecin_traitant=treating)
    upload = Upload(b"mes notes", "notes.txt", "Notes personnelles", "AUTR_DOC", date(2026, 1, 5))
    added = record.add_own_document(person.usager_id, upload, by=person.actor)
    document_id = getattr(added, "document_id", added)
    record.mask(document_id, by=person.actor)
    address = f"/pro/dossiers/{person.usager_id}/documents/{document_id}/"
    moreau = people.professional("Moreau")
    services.authorise(person.usager_id, rpps=moreau.rpps, by=person.actor)
    for doctor, answer in ((treating, 200), (moreau, 404)):
        browser = sign_in(compte_of(doctor))
        say_why(browser, person)
        assert browser.get(address).status_code == answer


@pytest.mark.feature("S112")
def test_a_nurse_sees_only_the_types_of_her_row_of_the_matrix(
    people: Any,
    inaya: Any,
    sign_in: Callable[[Any], Any],
    compte_of: Callable[[Any], Any],
    file: Callable[..., Any],
    record_address: str,
) -> None:
    thomas = people.professional("Thomas", first_name="Christelle", profession="60")
    services.authorise(inaya.usager_id, rpps=thomas.rpps, by=inaya.actor)
    file("Protocole ALD", type_code="PROT_ALD")
    refused = file("Certificat", type_code="89601-9")
    unknown = file("Analyses", type_code="11502-2")
    nurse = sign_in(compte_of(thomas))
    say_why(nurse, inaya)
    shown = nurse.get(record_address).content.decode()
    assert "Protocole ALD" in shown
    assert "Certificat" not in shown
    assert "Analyses" not in shown
    for document_id in (refused, unknown):
        assert nurse.get(f"{record_address}documents/{document_id}/").status_code == 404


@pytest.mark.feature("S099")
def test_a_block_is_effective_on_the_next_request(
    doctor: Any, inaya: Any, opened: None, dupond: Any, file: Callable[..., Any], record_address: str
) -> None:
    document_id = file("Compte rendu")
    addresses = (
        record_address,
        f"{record_address}documents/{document_id}/",
        f"{record_address}documents/{document_id}/telecharger/",
    )
    assert [doctor.get(address).status_code for address in addresses] == [200, 200, 200]
    services.block(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    answers = [doctor.get(address) for address in addresses]
    assert [answer.status_code for answer in answers] == [404, 404, 404]
    nobody = doctor.get(f"/pro/dossiers/{uuid4()}/")
    assert said(answers[0]) == said(nobody)


@pytest.mark.parametrize("state", ["noticed", "opposed", "closed"])
def test_a_record_that_is_not_open_answers_like_an_absent_one(people: Any, doctor: Any, state: str) -> None:
    person = people.usager(state=state)
    answer = doctor.get(f"/pro/dossiers/{person.usager_id}/")
    assert answer.status_code == 404
    assert said(answer) == said(doctor.get(f"/pro/dossiers/{uuid4()}/"))


def test_a_document_of_another_patient_does_not_exist_under_this_address(
    people: Any, doctor: Any, dupond: Any, opened: None, file: Callable[..., Any]
) -> None:
    document_id = file("Compte rendu")
    other = people.usager()
    services.authorise(other.usager_id, rpps=dupond.rpps, by=other.actor)
    say_why(doctor, other)
    for end in ("", "telecharger/", "page-1.png"):
        assert doctor.get(f"/pro/dossiers/{other.usager_id}/documents/{document_id}/{end}").status_code == 404
    assert doctor.get(f"/pro/dossiers/{document_id}/").status_code == 404


def test_an_empty_record_says_so(doctor: Any, opened: None, record_address: str) -> None:
    assert "Aucun document à lire" in doctor.get(record_address).content.decode()


def test_a_title_is_shown_as_received_and_never_runs(
    doctor: Any, opened: None, file: Callable[..., Any], record_address: str
) -> None:
    document_id = file("<script>alert(1)</script> " + "très long " * 15)
    for address in (record_address, f"{record_address}documents/{document_id}/"):
        shown = doctor.get(address).content.decode()
        assert "&lt;script&gt;alert(1)" in shown
        assert "<script>alert" not in shown


def test_pages_of_the_list_that_do_not_exist(doctor: Any, opened: None, record_address: str) -> None:
    assert [doctor.get(f"{record_address}?page={typed}").status_code for typed in ("1", "2", "x", "-1")] == [
        200,
        404,
        404,
        404,
    ]


def test_the_list_asks_the_same_number_of_queries_however_many_documents(
    doctor: Any, opened: None, file: Callable[..., Any], record_address: str
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert doctor.get(record_address).status_code == 200
        return len(queries)

    file("Un")
    doctor.get(record_address)
    one = asked()
    for title in ("Deux", "Trois", "Quatre"):
        file(title)
    assert asked() == one


def test_landmarks_and_headings_are_in_place(
    doctor: Any, opened: None, file: Callable[..., Any], record_address: str
) -> None:
    document_id = file("Compte rendu")
    for address in ("/pro/", record_address, f"{record_address}documents/{document_id}/"):
        shown = doctor.get(address).content.decode()
        assert shown.count("<h1") == 1
        assert shown.count("<main") == 1
        assert 'aria-current="' in shown
        assert "onclick" not in shown
        assert "style=" not in shown


@pytest.mark.feature("S047")
def test_a_record_is_narrowed_by_words_category_and_period_among_what_may_be_read(
    doctor: Any, inaya: Any, opened: None, file: Callable[..., Any], record_address: str
) -> None:
    """A masked document is found by none of them, and counted nowhere."""
    from datetime import UTC, datetime

    from ens.kernel import clock

    file("Compte rendu d’analyses")
    file("Ordonnance de lunettes", type_code="57833-6")
    record.mask(file("Analyses de génétique"), by=inaya.actor)

    def titles(question: str) -> set[str]:
        shown = doctor.get(f"{record_address}{question}").content.decode()
        return {one for one in ("Compte rendu d’analyses", "Ordonnance de lunettes", "génétique") if f"{one}<" in shown}

    assert titles("") == {"Compte rendu d’analyses", "Ordonnance de lunettes"}
    assert titles("?texte=ANALYSES") == {"Compte rendu d’analyses"}
    assert titles("?texte=durand") == titles("?texte=genetique") == set()
    assert titles("?categorie=ORD_SOIN") == {"Ordonnance de lunettes"}
    assert titles("?categorie=nulle&periode=x") == {"Compte rendu d’analyses", "Ordonnance de lunettes"}
    shown = doctor.get(f"{record_address}?texte=genetique").content.decode()
    assert "Aucun document ne correspond" in shown
    assert "Biologie (1)" in shown  # the masked one aside
    assert "Tous (2)" in shown
    assert titles("?periode=12") == {"Compte rendu d’analyses", "Ordonnance de lunettes"}
    with clock.freeze(datetime(2027, 6, 1, tzinfo=UTC)):
        assert titles("?periode=12") == set()
        assert titles("?periode=12&texte=analyses") == set()


@pytest.mark.feature("S047")
def test_what_this_professional_never_opened_is_said_and_listed_apart(
    doctor: Any,
    dupond: Any,
    people: Any,
    inaya: Any,
    opened: None,
    file: Callable[..., Any],
    record_address: str,
    sign_in: Callable[[Any], Any],
    compte_of: Callable[[Any], Any],
) -> None:
    """By their own readings at any door: another's do not count, nor does a document they wrote or may not know of."""
    moreau = people.professional("Moreau")
    services.authorise(inaya.usager_id, rpps=moreau.rpps, by=inaya.actor)
    read, downloaded, analyses = file("Radio"), file("Échographie"), file("Analyses")
    file("Ma consultation", by=people.actor(dupond), author_rpps=dupond.rpps)
    record.mask(file("Bilan secret"), by=inaya.actor)
    record.open_document(analyses, by=people.actor(moreau))
    record.open_document(read, by=people.actor(dupond))
    doctor.get(f"{record_address}documents/{downloaded}/telecharger/")

    def unread(question: str = "") -> set[str]:
        shown = doctor.get(f"{record_address}{question}").content.decode()
        return {row.split("</a>")[0].split(">")[-1] for row in shown.split("<tr")[2:] if "Non lu<" in row}

    shown = doctor.get(f"{record_address}?lecture=non_lus").content.decode()
    assert unread() == unread("?lecture=non_lus") == {"Analyses"}
    assert "Radio<" not in shown
    assert "1 document trouvé" in shown
    assert unread("?lecture=non_lus&texte=radio") == set()
    assert unread("?lecture=non_lus&categorie=BIOLOGIE&periode=12") == {"Analyses"}
    chips = re.findall(r'fr-tag[^"]*" href="([^"]+)"', doctor.get(f"{record_address}?texte=a&lecture=non_lus").text)
    assert chips[-3:] == ["?texte=a", "?texte=a&amp;periode=12&amp;lecture=non_lus", "?texte=a"]
    doctor.get(f"{record_address}documents/{analyses}/")
    assert "Vous avez tout lu" in doctor.get(f"{record_address}?lecture=non_lus").content.decode()
    browser = sign_in(compte_of(moreau))
    say_why(browser, inaya)
    assert "Radio<" in browser.get(f"{record_address}?lecture=non_lus").content.decode()
