"""The pages of documents."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ens.record.types import UPLOAD_TITLE_MAX
from tests.record import files
from tests.web.usager.conftest import text_of


def a_form(**changes: Any) -> dict[str, Any]:
    form = {
        "fichier": SimpleUploadedFile("ordonnance.txt", b"Une monture, deux verres."),
        "titre": "Ordonnance de lunettes",
        "categorie": "ORD_SOIN",
        "date_jour": "16",
        "date_mois": "2",
        "date_annee": "2021",
    }
    return {**form, **changes}


@pytest.mark.feature("S056", "S058")
def test_documents_are_listed_by_month_with_their_source_and_the_counts_of_categories(page: Any, deposit: Any) -> None:
    deposit("Analyses de sang", type_code="11502-2", days=2)
    deposit("Consultation", days=400)
    answer = page.get("/documents/")
    said = text_of(answer)
    assert "Résultats de biologie 1" in said
    assert "Comptes rendus 1" in said
    assert "Tous les documents 2" in said
    assert said.index("Analyses de sang") < said.index("Consultation")
    assert "Docteur Virginie Dupond" in said


@pytest.mark.feature("S057")
def test_filters_live_in_the_address_combine_and_are_taken_away_one_by_one(page: Any, deposit: Any) -> None:
    deposit("Analyses de sang", type_code="11502-2", days=2)
    deposit("Consultation", days=800)
    year = datetime.now(UTC).year - 3
    said = text_of(page.get(f"/documents/?categorie=BIOLOGIE&annee={year}"))
    assert "Aucun document ne correspond" in said
    assert f"Filtres : Résultats de biologie, Année {year}." in said
    said = text_of(page.get("/documents/?texte=sang&auteur=Docteur+Virginie+Dupond"))
    assert "1 document sur 2" in said
    assert "Analyses de sang" in said
    assert "Consultation" not in said.split("document sur 2")[1]


@pytest.mark.feature("S057")
@pytest.mark.parametrize(
    "query", ["annee=abc", "masque=peut-etre", "page=-1", "page=0", "annee=%00", "categorie=INCONNUE"]
)
def test_an_unreadable_filter_is_not_an_error(page: Any, deposit: Any, query: str) -> None:
    deposit("Analyses de sang", type_code="11502-2")
    assert page.get(f"/documents/?{query}").status_code == 200


def test_an_empty_record_says_what_will_come_and_one_action(page: Any) -> None:
    said = text_of(page.get("/documents/"))
    assert "Votre dossier est prêt" in said
    assert "Ajouter un document" in said


def test_a_list_of_many_documents_costs_no_more_queries_than_a_list_of_one(page: Any, deposit: Any) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            assert page.get("/documents/").status_code == 200
        return len(queries)

    deposit("Premier")
    page.get("/documents/")
    alone = cost()
    for number in range(8):
        deposit(f"Document {number}", days=number * 20)
    assert cost() <= alone


def test_the_first_fifty_documents_are_linked_and_the_next_page_leads_to_the_others(page: Any, deposit: Any) -> None:
    ids = [deposit(f"Document {number}", days=number) for number in range(52)]
    first = page.get("/documents/").content.decode()
    assert sum(f'href="/documents/{one}/"' in first for one in ids) == 50
    second = page.get("/documents/?page=2").content.decode()
    assert all(f'href="/documents/{one}/"' in second for one in ids[50:])


@pytest.mark.feature("S101")
def test_a_masked_document_says_who_still_sees_it_and_can_be_shown_again(page: Any, deposit: Any) -> None:
    document_id = deposit("Consultation de psychologie")
    answer = page.post(f"/documents/{document_id}/masquer/", {"masque": "oui"}, follow=True)
    assert "Document masqué." in text_of(answer)
    assert "Seuls vous, votre médecin traitant et son auteur peuvent le lire" in text_of(answer)
    assert "Visible par vous, votre médecin traitant et son auteur" in text_of(page.get("/documents/"))
    assert "Document visible" in text_of(page.post(f"/documents/{document_id}/masquer/", {}, follow=True))


@pytest.mark.feature("S108")
def test_a_document_says_who_read_it(page: Any, deposit: Any, inaya: Any, people: Any, doctor: Any) -> None:
    from ens.access import services as access
    from ens.record import services as record

    document_id = deposit("Consultation")
    access.authorise(inaya.usager_id, rpps=doctor.rpps, by=inaya.actor)
    record.open_document(document_id, by=people.actor(doctor))
    said = text_of(page.get(f"/documents/{document_id}/"))
    assert "Docteur Virginie Dupond, médecin" in said.split("Qui l’a consulté")[1]


def test_a_document_of_someone_else_is_answered_as_one_that_does_not_exist(
    deposit: Any, people: Any, sign_in: Any
) -> None:
    document_id = deposit("Consultation")
    stranger = sign_in(people.usager().compte)
    refused = stranger.get(f"/documents/{document_id}/")
    absent = stranger.get("/documents/00000000-0000-7000-8000-000000000000/")
    assert refused.status_code == absent.status_code == 404
    assert text_of(refused) == text_of(absent)
    for address in ("telecharger/", "page-1.png"):
        assert stranger.get(f"/documents/{document_id}/{address}").status_code == 404
    assert stranger.post(f"/documents/{document_id}/masquer/", {"masque": "oui"}).status_code == 404


def test_a_download_gives_the_bytes_and_lets_nothing_run(page: Any, deposit: Any) -> None:
    document_id = deposit("Consultation", data=b"Tout va bien.")
    answer = page.get(f"/documents/{document_id}/telecharger/")
    assert answer.content == b"Tout va bien."
    assert answer.headers["Content-Disposition"].startswith("attachment;")
    assert "sandbox" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("été.pdf", "attachment; filename=\"_t_.pdf\"; filename*=UTF-8''%C3%A9t%C3%A9.pdf"),
        (
            'a"\r\nSet-Cookie: x.pdf',
            "attachment; filename=\"a___Set-Cookie_ x.pdf\"; filename*=UTF-8''a%22__Set-Cookie%3A%20x.pdf",
        ),
        ("../../etc/passwd", "attachment; filename=\".._.._etc_passwd\"; filename*=UTF-8''.._.._etc_passwd"),
    ],
)
def test_a_file_name_stays_a_name(name: str, header: str) -> None:
    from ens.web.common.files import disposition

    assert disposition(name) == header


@pytest.mark.feature("S052", "S055")
def test_a_file_added_is_shown_as_added_by_its_usager(page: Any) -> None:
    answer = page.post("/documents/ajouter/", a_form(), follow=True)
    assert answer.status_code == 200
    said = text_of(answer)
    assert "Document ajouté." in said
    assert "Ordonnance de lunettes" in said
    assert "Ajouté par vous" in said


@pytest.mark.feature("S055")
def test_the_same_form_sent_twice_adds_one_document(page: Any) -> None:
    for _ in range(2):
        page.post("/documents/ajouter/", a_form(fichier=SimpleUploadedFile("a.txt", b"deux verres"), jeton="une-fois"))
    assert "1 document" in text_of(page.get("/documents/"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"fichier": ""}, "Choisissez un fichier."),
        ({"fichier": SimpleUploadedFile("vide.txt", b"")}, "Ce fichier est vide."),
        ({"titre": " "}, "Donnez un titre à ce document."),
        ({"titre": "t" * 51}, "Choisissez un titre plus court : 50 caractères au plus."),
        ({"categorie": ""}, "Choisissez une catégorie."),
        ({"categorie": "SYNTH_PML"}, "Choisissez une catégorie de la liste."),
        ({"date_jour": "31"}, "Cette date n’existe pas."),
        ({"date_jour": "", "date_mois": "", "date_annee": ""}, "Indiquez la date"),
        ({"date_mois": ""}, "Indiquez la date"),
        ({"date_annee": "2999"}, "Cette date est à venir."),
    ],
)
def test_what_is_wrong_is_said_beside_its_field_and_the_rest_is_kept(page: Any, changes: Any, said: str) -> None:
    answer = page.post("/documents/ajouter/", a_form(**changes))
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "Il reste quelque chose à corriger" in text_of(answer)
    if "titre" not in changes:
        assert 'value="Ordonnance de lunettes"' in answer.content.decode()


@pytest.mark.feature("S053")
def test_a_file_is_judged_by_its_content_and_refused_beside_the_field(page: Any) -> None:
    program = SimpleUploadedFile("ordonnance.pdf", b"MZ\x90\x00" + bytes(200), content_type="application/pdf")
    answer = page.post("/documents/ajouter/", a_form(fichier=program))
    assert answer.status_code == 422
    assert "format accepté" in text_of(answer)


@pytest.mark.feature("S053", "S054")
@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "Ce fichier est vide."),
        (b"\x7fELF\x02\x01\x01" + bytes(200), "format accepté"),
        (files.pdf(password="secret"), "protégé"),
        (b"a" * 5_000_001, "Choisissez-en un de 5 Mo au plus"),
    ],
    ids=["empty", "a program", "a PDF with a password", "one byte too many"],
)
def test_a_hostile_file_named_as_a_pdf_is_refused_and_nothing_is_added(page: Any, data: bytes, said: str) -> None:
    sent = SimpleUploadedFile("ordonnance.pdf", data, content_type="application/pdf")
    answer = page.post("/documents/ajouter/", a_form(fichier=sent))
    assert answer.status_code == 422
    assert said in text_of(answer)
    assert "Ordonnance de lunettes" not in text_of(page.get("/documents/"))


@pytest.mark.feature("S053")
def test_a_pdf_with_scripts_is_added_and_given_back_without_them(page: Any) -> None:
    sent = SimpleUploadedFile("ordonnance.pdf", files.hostile_pdf(), content_type="application/pdf")
    answer = page.post("/documents/ajouter/", a_form(fichier=sent))
    assert answer.status_code == 302
    given = page.get(f"{answer.headers['Location']}telecharger/")
    assert given.status_code == 200
    data = given.getvalue()
    assert data.startswith(b"%PDF-")
    assert not [word for word in (b"JavaScript", b"app.alert", b"cmd.exe") if word in data]


@pytest.mark.feature("S052")
def test_the_limit_of_a_title_is_said_and_is_that_of_the_service(page: Any) -> None:
    assert f"{UPLOAD_TITLE_MAX} caractères au plus" in text_of(page.get("/documents/ajouter/"))
    assert f'maxlength="{UPLOAD_TITLE_MAX}"' in page.get("/documents/ajouter/").content.decode()
    assert page.post("/documents/ajouter/", a_form(titre="t" * UPLOAD_TITLE_MAX)).status_code == 302


@pytest.mark.feature("S054")
def test_a_file_over_five_million_bytes_is_refused_with_its_size(page: Any) -> None:
    heavy = SimpleUploadedFile("photo.txt", b"a" * 7_200_000)
    answer = page.post("/documents/ajouter/", a_form(fichier=heavy))
    assert answer.status_code == 422
    assert "Ce fichier pèse 7,2 Mo. Choisissez-en un de 5 Mo au plus" in text_of(answer)


@pytest.mark.feature("S054")
def test_a_body_too_large_to_be_read_is_refused_with_its_announced_size(page: Any) -> None:
    heavy = SimpleUploadedFile("film.txt", b"a" * 26_000_000)
    answer = page.post("/documents/ajouter/", a_form(fichier=heavy))
    assert answer.status_code == 422
    assert "Ce fichier pèse 26 Mo" in text_of(answer)


def test_the_categories_shown_are_those_of_the_value_set() -> None:
    from ens.standards.valuesets import categories
    from ens.web.common.categories import own_categories, shown_categories

    assert {found.code for found in shown_categories()} == set(categories())
    assert dict(own_categories()) == {code: known.label for code, known in categories().items() if known.offered}


def test_a_picture_is_previewed_and_described(page: Any, deposit: Any) -> None:
    from PIL import Image

    out = BytesIO()
    Image.new("RGB", (60, 80), "white").save(out, "PNG")
    added = page.post("/documents/ajouter/", a_form(fichier=SimpleUploadedFile("photo.png", out.getvalue())))
    shown = page.get(added.headers["Location"]).content.decode()
    assert "page-1.png" in shown
    picture = page.get(added.headers["Location"] + "page-1.png")
    assert picture.headers["Content-Type"] == "image/png"
    assert page.get(added.headers["Location"] + "page-9.png").status_code == 404


@pytest.mark.feature("S111")
def test_a_document_says_who_could_read_it_and_why(page: Any, inaya: Any, people: Any, deposit: Any) -> None:
    from ens.access import services as access

    nurse = people.professional("Petit", first_name="Ana", profession="60")
    access.authorise(inaya.usager_id, rpps=nurse.rpps, by=inaya.actor)
    document_id = deposit("Radio du genou")
    assert "Qui pourrait lire ce document ?" in text_of(page.get(f"/documents/{document_id}/"))
    page.post(f"/documents/{document_id}/masquer/", {"masque": "oui"})
    said = text_of(page.get(f"/documents/{document_id}/lecteurs/"))
    assert "1 professionnel pourrait le lire VD Docteur Virginie Dupond" in said
    assert "Cette personne a écrit ce document." in said
    assert "1 professionnel ne pourrait pas AP Ana Petit" in said
    assert "Vous avez masqué ce document : seuls vous, votre médecin traitant et son auteur le lisez." in said
    assert "Vous n’avez pas bloqué cet accès." in said
    assert "Ne plus masquer ce document" in said


def test_the_page_of_choices_leads_to_who_could_read_a_document(page: Any, deposit: Any) -> None:
    document_id = deposit("Radio du genou")
    assert "Radio du genou" in text_of(page.get("/confidentialite/"))
    answer = page.get(f"/documents/lecteurs/?document={document_id}")
    assert answer.headers["Location"] == f"/documents/{document_id}/lecteurs/"
    assert page.get("/documents/lecteurs/?document=radio").status_code == 404
    assert page.get("/documents/lecteurs/").status_code == 404
    assert page.get("/documents/00000000-0000-7000-8000-000000000000/lecteurs/").status_code == 404


def test_a_document_is_sent_by_message_to_someone_who_wrote(page: Any, inaya: Any, people: Any, deposit: Any) -> None:
    from tests.browser.story import Space, deliver

    document_id = deposit("Radio du genou")
    address = f"/documents/{document_id}/envoyer/"
    assert "Personne à qui écrire pour le moment" in text_of(page.get(address))
    doctor = people.professional("André", first_name="Paul")
    deliver(Space(inaya), people.mailbox(doctor), subject="Votre genou", body="Bonjour.", name=doctor.name)
    form = page.get(address)
    assert "Docteur Paul André, « Votre genou »" in text_of(form)
    wrong = page.post(address, {"corps": "", "echange": ""})
    assert wrong.status_code == 422
    assert "Choisissez à qui envoyer ce document." in text_of(wrong)
    assert "Écrivez quelques mots avant d’envoyer." in text_of(wrong)
    thread = re.search(r'<option value="([0-9a-f-]{36})"', form.content.decode())
    assert thread
    said = text_of(page.post(address, {"corps": "Voici.", "echange": thread[1], "jeton": "a"}, follow=True))
    assert "Document envoyé." in said
    assert "Radio_du_genou.txt" in said
    assert page.post(address, {"corps": "Voici.", "echange": str(document_id)}).status_code == 422
