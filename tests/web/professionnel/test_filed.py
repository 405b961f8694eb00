"""« Mes dépôts »: what a professional filed, across their patients, and what the rules let them read again."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from ens.access import services
from ens.audit.queries import history
from ens.audit.types import Event, HistoryFilter
from ens.kernel import clock
from ens.record import services as record
from ens.record.types import DocumentDeposit, SubmissionDeposit
from tests.web.professionnel.conftest import said, say_why

HERE = "/pro/depots/"
SHOWN = (Event.OWN_DEPOSITS_LISTED, Event.DOCUMENTS_SEARCHED, Event.DOCUMENT_READ, Event.DOCUMENT_DOWNLOADED)


@pytest.fixture
def write(people: Any, dupond: Any) -> Callable[..., UUID]:
    """Docteur Dupond files, by their software, something they wrote."""

    def act(person: Any, title: str, *, by: Any = None, author: Any = dupond, **more: Any) -> UUID:
        one = DocumentDeposit(
            unique_id=f"2.25.{abs(hash((person.usager_id, title)))}",
            data=f"{title} de {person.usager_id}".encode(),
            media_type="text/plain",
            type_code="11488-4",
            title=title,
            act_at=clock.now(),
            created_at=clock.now(),
            author_label=author.name,
            author_rpps=author.rpps,
            **more,
        )
        by = by or people.actor(dupond)
        return record.deposit(person.usager_id, SubmissionDeposit((one,)), by=by).document_id

    return act


def titles(browser: Any, question: str = "") -> list[str]:
    shown = browser.get(f"{HERE}{question}").content.decode()
    return [one.split(">")[-1] for one in re.findall(r'rowheader"><a href="[^"]+">[^<]*', shown)]


def lines_of(person: Any) -> list[tuple[Event, str, str]]:
    lines = history(person.usager_id, HistoryFilter(events=SHOWN), by=person.actor).lines
    return [(line.event, line.outcome, line.title) for line in reversed(lines)]


@pytest.mark.feature("S047", "S098")
def test_what_one_filed_is_listed_across_patients_the_latest_first(
    doctor: Any, people: Any, inaya: Any, write: Callable[..., UUID], file: Callable[..., UUID]
) -> None:
    other = people.usager(first_names="NOE", sex="M")
    write(inaya, "Compte rendu de diabétologie")
    write(other, "Certificat de sport")
    file("Analyses du laboratoire")
    write(inaya, "Lettre d’un confrère", by=people.actor(people.professional("Moreau")))
    shown = doctor.get(HERE).content.decode()
    assert titles(doctor) == ["Certificat de sport", "Compte rendu de diabétologie"]
    assert "MICHEL Inaya" in shown
    assert "née le" in shown
    assert inaya.matricule not in shown
    assert 'aria-current="page">Mes dépôts' in shown


def test_what_is_filed_on_the_page_is_in_the_list(doctor: Any, inaya: Any, opened: None) -> None:
    from django.core.files.uploadedfile import SimpleUploadedFile

    form = {
        "fichier": SimpleUploadedFile("cr.txt", b"Consultation du jour"),
        "titre": "Consultation du jour",
        "type": "11488-4",
        "date_jour": "12", "date_mois": "1", "date_annee": "2026",
        "lecteurs": "tous",
        "jeton": "un",
    }  # fmt: skip
    assert doctor.post(f"/pro/dossiers/{inaya.usager_id}/deposer/", form).status_code == 302
    assert titles(doctor) == ["Consultation du jour"]


@pytest.mark.feature("S045", "S093")
def test_the_list_leaves_one_line_with_each_patient_shown_and_with_no_other(
    doctor: Any, people: Any, inaya: Any, page: Any, write: Callable[..., UUID]
) -> None:
    other, nobody = people.usager(first_names="NOE", sex="M"), people.usager(first_names="LINA")
    write(inaya, "Un")
    write(inaya, "Deux")
    write(other, "Trois")
    doctor.get(HERE)
    assert lines_of(inaya) == lines_of(other) == [(Event.OWN_DEPOSITS_LISTED, "fait", "")]
    assert lines_of(nobody) == []
    told = page.get("/historique/").content.decode()
    assert "a revu la liste de ses dépôts, dont ceux faits dans votre espace" in told


@pytest.mark.feature("S047")
def test_it_opens_in_the_record_by_its_reason_when_the_record_may_be_opened(
    doctor: Any, inaya: Any, authorised: None, write: Callable[..., UUID]
) -> None:
    document_id = write(inaya, "Compte rendu de diabétologie")
    place = f"/pro/dossiers/{inaya.usager_id}/documents/{document_id}/"
    for end, there in (("", place), ("telecharger/", f"{place}telecharger/"), ("page-1.png", f"{place}page-1.png")):
        answer = doctor.get(f"{HERE}{document_id}/{end}")
        assert (answer.status_code, answer["Location"]) == (302, there)
    assert doctor.get(place)["Location"].startswith(f"/pro/dossiers/{inaya.usager_id}/ouvrir/")
    assert lines_of(inaya) == []
    say_why(doctor, inaya)
    assert "Compte rendu de diabétologie" in doctor.get(f"{HERE}{document_id}/", follow=True).content.decode()
    assert lines_of(inaya) == [(Event.DOCUMENT_READ, "fait", "Compte rendu de diabétologie")]


@pytest.mark.feature("S101")
def test_its_author_without_the_record_reads_it_by_itself(
    doctor: Any, inaya: Any, write: Callable[..., UUID]
) -> None:
    document_id = write(inaya, "Compte rendu de diabétologie")
    assert doctor.get(f"/pro/dossiers/{inaya.usager_id}/").status_code == 404
    shown = doctor.get(f"{HERE}{document_id}/").content.decode()
    assert f"Compte rendu de diabétologie de {inaya.usager_id}" in shown
    assert "MICHEL Inaya" in shown
    assert f"/pro/dossiers/{inaya.usager_id}" not in shown
    assert f"{HERE}{document_id}/telecharger/" in shown
    assert doctor.get(f"{HERE}{document_id}/telecharger/").content.startswith(b"Compte rendu")
    title = "Compte rendu de diabétologie"
    assert lines_of(inaya)[-2:] == [(Event.DOCUMENT_READ, "fait", title), (Event.DOCUMENT_DOWNLOADED, "fait", title)]


@pytest.mark.feature("S101")
def test_a_masking_changes_nothing_of_what_its_author_sees(
    doctor: Any, inaya: Any, write: Callable[..., UUID]
) -> None:
    document_id = write(inaya, "Compte rendu de diabétologie")
    before = said(doctor.get(HERE)), said(doctor.get(f"{HERE}{document_id}/"))
    record.mask(document_id, by=inaya.actor)
    assert (said(doctor.get(HERE)), said(doctor.get(f"{HERE}{document_id}/"))) == before


@pytest.mark.feature("S101")
def test_what_another_wrote_and_the_patient_masked_is_no_longer_in_the_list_of_who_filed_it(
    doctor: Any, people: Any, inaya: Any, authorised: None, write: Callable[..., UUID]
) -> None:
    document_id = write(inaya, "Lettre du Dr Moreau", author=people.professional("Moreau"))
    assert titles(doctor) == ["Lettre du Dr Moreau"]
    record.mask(document_id, by=inaya.actor)
    assert titles(doctor) == []
    assert doctor.get(f"{HERE}{document_id}/").status_code == 404


@pytest.mark.feature("S099")
@pytest.mark.parametrize("how", ["blocked", "closed"])
def test_a_record_closed_to_them_takes_what_they_filed_with_it(
    doctor: Any, dupond: Any, people: Any, inaya: Any, write: Callable[..., UUID], how: str
) -> None:
    """Blocked or closed: the list of who filed nothing, a document that is nobody's, and no line of a list."""
    from ens.enrolment import services as enrolment

    none = said(doctor.get(HERE))
    document_id = write(inaya, "Compte rendu de diabétologie")
    doctor.get(HERE)
    if how == "blocked":
        services.block(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    else:
        enrolment.close(inaya.usager_id, by=inaya.actor)
    nobodys = said(doctor.get(f"{HERE}{uuid4()}/"))
    assert said(doctor.get(HERE)) == none
    for end in ("", "telecharger/", "page-1.png"):
        answer = doctor.get(f"{HERE}{document_id}/{end}")
        assert (answer.status_code, said(answer)) == (404, nobodys)
    if how == "blocked":
        refused = (Event.DOCUMENT_READ, "refuse", "")
        assert lines_of(inaya) == [(Event.OWN_DEPOSITS_LISTED, "fait", ""), refused, refused, refused]


@pytest.mark.feature("S101")
def test_what_waits_for_its_announcement_is_said_and_listed_apart_until_the_patient_sees_it(
    doctor: Any, inaya: Any, write: Callable[..., UUID]
) -> None:
    write(inaya, "Résultat à dire", confidentiality=("N", "INVISIBLE_PATIENT"))
    write(inaya, "Ordonnance")
    shown = doctor.get(HERE).content.decode()
    assert shown.count("Visible par le patient") == 1
    assert "au plus tard le" in shown
    assert titles(doctor, "?etat=a_annoncer") == ["Résultat à dire"]
    assert lines_of(inaya)[-1] == (Event.OWN_DEPOSITS_LISTED, "fait", "")
    with clock.freeze(clock.now() + timedelta(days=32)):
        assert titles(doctor) == ["Ordonnance", "Résultat à dire"]
        assert doctor.get(HERE).content.decode().count("Visible par le patient") == 2
        assert titles(doctor, "?etat=a_annoncer") == []
        assert "Rien à annoncer" in doctor.get(f"{HERE}?etat=a_annoncer").content.decode()


def test_the_former_version_stays_and_says_that_it_was_replaced(
    doctor: Any, inaya: Any, write: Callable[..., UUID]
) -> None:
    first = write(inaya, "Compte rendu")
    write(inaya, "Compte rendu corrigé", replaces=(str(first),))
    assert titles(doctor) == ["Compte rendu corrigé", "Compte rendu"]
    assert doctor.get(HERE).content.decode().count(">Remplacé<") == 1


def test_what_is_older_is_left_to_the_record_and_a_week_can_be_asked(
    doctor: Any, inaya: Any, write: Callable[..., UUID]
) -> None:
    write(inaya, "Ancien")
    with clock.freeze(clock.now() + timedelta(days=30)):
        write(inaya, "Récent")
        assert titles(doctor) == ["Récent", "Ancien"]
        assert titles(doctor, "?periode=7") == ["Récent"]
        assert titles(doctor, "?periode=9&etat=nul") == ["Récent", "Ancien"]
    with clock.freeze(clock.now() + timedelta(days=91)):
        assert titles(doctor) == ["Récent"]
        assert "Aucun dépôt ces sept derniers jours" in doctor.get(f"{HERE}?periode=7").content.decode()


def test_a_long_list_is_paged_and_keeps_what_was_asked(
    doctor: Any, inaya: Any, write: Callable[..., UUID]
) -> None:
    for number in range(21):
        write(inaya, f"Numéro {number}")
    assert titles(doctor) == [f"Numéro {number}" for number in range(20, 0, -1)]
    assert titles(doctor, "?page=2") == ["Numéro 0"]
    assert "?periode=7&amp;page=2" in doctor.get(f"{HERE}?periode=7").content.decode()
    assert [doctor.get(f"{HERE}?page={typed}").status_code for typed in ("3", "x", "-1")] == [404, 404, 404]


def test_the_list_asks_as_many_queries_for_one_patient_however_many_documents(
    doctor: Any, inaya: Any, write: Callable[..., UUID]
) -> None:
    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert doctor.get(HERE).status_code == 200
        return len(queries)

    write(inaya, "Un")
    doctor.get(HERE)
    one = asked()
    for title in ("Deux", "Trois", "Quatre"):
        write(inaya, title)
    assert asked() == one


def test_what_was_filed_before_the_list_existed_is_in_it(
    doctor: Any, database: Any, inaya: Any, write: Callable[..., UUID], file: Callable[..., UUID]
) -> None:
    """The migration's own statement, run as its role: each document of a professional once, of nobody else."""
    from importlib import import_module

    import psycopg

    from ens.record.models import Filed

    write(inaya, "Ordonnance")
    write(inaya, "Résultat à dire", confidentiality=("N", "INVISIBLE_PATIENT"))
    file("Analyses du laboratoire")
    columns = ("professional_id", "document_id", "filed_at", "waits")
    known = set(Filed.objects.values_list(*columns))
    with psycopg.connect(database.owner, autocommit=True) as owner:
        owner.execute("DELETE FROM record_filed")
        owner.execute(import_module("ens.record.migrations.0005_filed").FORMER)
    assert set(Filed.objects.values_list(*columns)) == known
    assert titles(doctor) == ["Résultat à dire", "Ordonnance"]


def test_nothing_is_found_of_a_deletion(doctor: Any, dupond: Any, inaya: Any, write: Callable[..., UUID]) -> None:
    from ens.persistence.unit import unit_of_work
    from ens.record.models import Filed
    from ens.record.services import erasing

    def erase(unit: Any) -> None:
        unit.untraced("essai")
        erasing.erase(unit)

    write(inaya, "Compte rendu")
    unit_of_work(inaya.usager_id, erase, by=inaya.actor)
    assert Filed.objects.filter(professional_id=dupond.id).count() == 0
    assert titles(doctor) == []


def test_the_empty_list_says_what_comes_there(doctor: Any) -> None:
    shown = doctor.get(HERE).content.decode()
    assert "Aucun dépôt à montrer" in shown
    assert shown.count("<h1") == 1
    assert "style=" not in shown
