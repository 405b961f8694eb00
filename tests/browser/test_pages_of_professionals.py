"""The pages of professionals, in their states, on three widths and in both themes."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from tests.browser.story import Space, pdf
from tests.browser.test_by_other_means import walk
from tests.browser.watching import QUICK, check


class Consultation:
    """Docteur Dupond, authorised by Inaya, whose record holds documents with plain and long titles."""

    def __init__(self, people: Any) -> None:
        from ens.access import services as access
        from ens.identity.models import Compte
        from ens.kernel.ids import new_id
        from ens.record import services as record
        from ens.record.types import DocumentDeposit, SubmissionDeposit

        self.inaya = people.usager()
        self.stranger = people.usager(first_names="ETIENNE", sex="M")
        self.empty = people.usager(first_names="NOE", sex="M")
        self.other = people.usager(first_names="LINA")
        doctor = people.professional("Dupond", first_name="Virginie")
        self.compte = Compte.objects.create(username=f"pro-{doctor.id}", professional_id=doctor.id)
        for person in (self.inaya, self.empty, self.other):
            access.authorise(person.usager_id, rpps=doctor.rpps, by=person.actor)
        laboratory = people.actor(people.establishment("Labo BioPCR Orly"))
        self.documents = []
        for title in ("Compte rendu d’analyses de biologie", "Compterendusansespace" * 8, "Un titre très long, " * 9):
            moment = datetime(2026, 1, 12, 9, tzinfo=UTC)
            deposit = DocumentDeposit(
                unique_id=f"1.2.250.1.999.{new_id().int}",
                data=f"Glycémie 0,92 g/L {new_id()}".encode(),
                media_type="text/plain",
                type_code="11502-2",
                title=title,
                act_at=moment,
                created_at=moment,
                author_label="Docteur Moreau, service de biologie médicale et de microbiologie",
            )
            filed = record.deposit(self.inaya.usager_id, SubmissionDeposit((deposit,)), by=laboratory)
            self.documents.append(filed.document_id)


def search(window: Any, matricule: str) -> None:
    window.open("/pro/")
    window.page.fill("#id_matricule", matricule)
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")


def opened(tabs: Any, consultation: Consultation, who: Any, place: str = "") -> Any:
    """The doctor's tab, at a page of the record of someone, its reason said."""
    window = tabs(consultation.compte)
    window.open(f"/pro/dossiers/{who.usager_id}/{place}")
    if "/ouvrir/" in window.page.url:
        window.page.check("text=Je prends en charge ce patient")
        with window.page.expect_navigation():
            window.page.click("button:has-text('Ouvrir le dossier')")
        window.open(f"/pro/dossiers/{who.usager_id}/{place}")
        window.complaints.clear()  # a page left before its icon came
    return window


def test_the_search_holds_on_every_screen(tabs: Any, consultation: Consultation) -> None:
    window = tabs(consultation.compte)
    window.open("/pro/")
    check(window, "pro-recherche")


def test_the_address_to_write_to_holds_on_every_screen(tabs: Any, consultation: Consultation) -> None:
    window = tabs(consultation.compte)
    window.open("/pro/messagerie/")
    window.page.fill("#id_matricule", consultation.inaya.matricule)
    with window.page.expect_navigation():
        window.page.keyboard.press("Enter")
    check(window, "pro-ecrire")


def test_the_traits_to_check_hold_on_every_screen(tabs: Any, consultation: Consultation) -> None:
    window = tabs(consultation.compte)
    search(window, consultation.inaya.matricule)
    assert "Vérifiez les traits" in window.page.inner_text("main")
    check(window, "pro-traits")


def test_nobody_found_and_the_consent_hold_on_every_screen(tabs: Any, consultation: Consultation) -> None:
    window = tabs(consultation.compte)
    search(window, consultation.stranger.matricule)
    check(window, "pro-accord")
    window.page.click("text=Enregistrer son accord")
    window.page.wait_for_selector("[data-ens-erreurs]")
    check(window, "pro-accord-erreurs")


def test_a_mistyped_matricule_holds_on_every_screen(tabs: Any, consultation: Consultation) -> None:
    window = tabs(consultation.compte)
    search(window, "MICHEL")
    window.page.wait_for_selector(".fr-error-text")
    check(window, "pro-erreur")


def test_the_record_holds_on_every_screen(tabs: Any, consultation: Consultation) -> None:
    window = opened(tabs, consultation, consultation.inaya)
    check(window, "pro-dossier")


@pytest.mark.parametrize("asked", ["texte=analyses&categorie=BIOLOGIE", "texte=introuvable", "lecture=non_lus"])
def test_a_record_narrowed_holds_on_every_screen(tabs: Any, consultation: Consultation, asked: str) -> None:
    window = opened(tabs, consultation, consultation.inaya, f"?{asked}")
    check(window, f"pro-dossier-{asked.split('=')[1].split('&')[0]}", QUICK)


def test_an_empty_record_holds_on_every_screen(tabs: Any, consultation: Consultation) -> None:
    window = opened(tabs, consultation, consultation.empty)
    check(window, "pro-dossier-vide")


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_document_holds_on_every_screen(tabs: Any, consultation: Consultation, which: int) -> None:
    window = opened(tabs, consultation, consultation.inaya, f"documents/{consultation.documents[which]}/")
    check(window, f"pro-document-{which}")


def test_the_recent_patients_hold_on_every_screen(tabs: Any, window_for: Any, consultation: Consultation) -> None:
    (window := window_for(consultation.compte)).open("/pro/patients/")
    check(window, "pro-recents-aucun", QUICK)
    window = opened(tabs, consultation, consultation.inaya)
    window.open("/pro/patients/")
    check(window, "pro-recents")


@pytest.fixture
def filing(people: Any) -> SimpleNamespace:
    """A doctor who filed for a patient whose record they may open, results to announce, and for one who did not say."""
    from ens.access import services as access
    from ens.identity.models import Compte
    from ens.kernel import clock
    from ens.kernel.ids import new_id
    from ens.record import services as record
    from ens.record.types import DocumentDeposit, SubmissionDeposit

    doctor, known, stranger = people.professional("Rivière"), people.usager(), people.usager(first_names="NOE", sex="M")
    access.authorise(known.usager_id, rpps=doctor.rpps, by=known.actor)
    for title in ("Compte rendu d’analyses de biologie", "Compterendusansespace" * 8, "Un titre très long, " * 9):
        for person, labels in ((known, ("N", "INVISIBLE_PATIENT")), (stranger, ("N",))):
            deposit = DocumentDeposit(
                unique_id=f"1.2.250.1.999.{new_id().int}",
                data=f"Consultation {new_id()}".encode(),
                media_type="text/plain",
                type_code="11488-4",
                title=title,
                act_at=clock.now(),
                created_at=clock.now(),
                author_label=doctor.name,
                author_rpps=doctor.rpps,
                confidentiality=labels,
            )
            done = record.deposit(person.usager_id, SubmissionDeposit((deposit,)), by=people.actor(doctor))
    compte = Compte.objects.create(username=f"pro-{doctor.id}", professional_id=doctor.id)
    return SimpleNamespace(compte=compte, known=known, apart=done.document_id)


def test_one_s_deposits_hold_on_every_screen(window_for: Any, people: Any, filing: SimpleNamespace) -> None:
    from ens.identity.models import Compte

    window = window_for(filing.compte)
    window.open("/pro/depots/")
    assert window.page.locator("tbody tr").count() == 6
    check(window, "pro-depots")
    window.open("/pro/depots/?etat=a_annoncer")
    assert window.page.locator("tbody tr").count() == 3
    check(window, "pro-depots-annonce", QUICK)
    window.open(f"/pro/depots/{filing.apart}/")
    check(window, "pro-depot")
    moreau = people.professional("Moreau")
    compte = Compte.objects.create(username=f"pro-{moreau.id}", professional_id=moreau.id)
    (window := window_for(compte)).open("/pro/depots/")
    check(window, "pro-depots-aucun", QUICK)


def test_one_s_deposits_open_by_the_keyboard_alone_and_without_a_script(
    window_for: Any, filing: SimpleNamespace
) -> None:
    """By itself for who is only the author; in the record, its reason said, for who may open it."""
    window = window_for(filing.compte)
    window.open("/pro/depots/")
    walk(window)
    window.page.focus(f"a[href='/pro/depots/{filing.apart}/']")
    window.page.keyboard.press("Enter")
    window.page.wait_for_selector("dt:has-text('Patient')")
    bare = window_for(filing.compte, java_script_enabled=False)
    bare.open("/pro/depots/?etat=a_annoncer")
    bare.page.click("tbody tr:last-child a")
    bare.page.check("text=Je prends en charge ce patient")
    bare.page.click("button:has-text('Ouvrir le dossier')")
    bare.page.wait_for_url(f"**/pro/dossiers/{filing.known.usager_id}/documents/**")
    assert "Consultation" in bare.page.inner_text("main")


def test_the_menu_is_folded_on_a_phone_and_opens_with_the_keyboard(tabs: Any, consultation: Consultation) -> None:
    window = tabs(consultation.compte)
    window.page.set_viewport_size({"width": 390, "height": 800})
    window.open("/pro/")
    window.page.focus("summary:has-text('Menu')")
    window.page.keyboard.press("Enter")
    check(window, "pro-menu", {(390, "light"): None, (320, "dark"): ("color-contrast",)})
    window.page.set_viewport_size({"width": 390, "height": 800})
    window.open("/pro/")
    window.page.evaluate("document.querySelector('.ens-burger').open = true")
    walk(window)
    window.open("/pro/")
    window.page.click("summary:has-text('Menu')")
    window.page.click(".ens-burger >> text=Mes patients récents")
    window.page.wait_for_url("**/pro/patients/")


@pytest.mark.parametrize("place", ["/pro/", "/pro/patients/", "record"])
@pytest.mark.parametrize("width", [390, 1280])
def test_the_keyboard_alone_goes_through_a_page(
    tabs: Any, consultation: Consultation, place: str, width: int
) -> None:
    window = opened(tabs, consultation, consultation.inaya)
    window.page.set_viewport_size({"width": width, "height": 800})
    if place != "record":
        window.open(place)
    walk(window)


def test_a_reason_not_said_and_a_record_left_alone_hold_on_every_screen(tabs: Any, consultation: Consultation) -> None:
    window = tabs(consultation.compte)
    place = f"/pro/dossiers/{consultation.inaya.usager_id}/"
    window.open(f"{place}ouvrir/")
    window.page.click("button:has-text('Ouvrir le dossier')")
    window.page.wait_for_selector("[data-ens-erreurs]")
    check(window, "pro-motif-erreur", QUICK)
    window.open(f"/pro/dossiers/referme/?suite={place}")
    check(window, "pro-referme", QUICK)


def test_a_screen_left_before_nobody_shows_nothing_of_the_patient(window_for: Any, consultation: Consultation) -> None:
    """After a while without a key or a pointer, whatever the server knows of other screens."""
    window = window_for(consultation.compte)
    window.page.clock.install()
    opened(lambda _: window, consultation, consultation.inaya)
    window.page.wait_for_selector("text=se ferme après 30 minutes")
    window.page.clock.run_for(29 * 60_000)
    window.page.keyboard.press("Shift")
    window.page.clock.run_for(29 * 60_000)
    assert "MICHEL" in window.page.inner_text("body")
    window.page.clock.run_for(2 * 60_000)
    window.page.wait_for_selector("h1:has-text('Ce dossier s’est refermé')")
    assert "MICHEL" not in window.page.inner_text("body")


def test_a_document_is_filed_by_hand_without_a_script_and_its_form_holds_on_every_screen(
    tabs: Any, window_for: Any, consultation: Consultation
) -> None:
    window = opened(tabs, consultation, consultation.empty, "deposer/")
    check(window, "pro-deposer")
    window.page.click("button:has-text('Déposer le document')")
    window.page.wait_for_selector("[data-ens-erreurs]")
    check(window, "pro-deposer-erreurs", QUICK)
    for link in window.page.query_selector_all("[data-ens-erreurs] a"):
        assert window.page.query_selector(str(link.get_attribute("href"))), "a summary that leads nowhere"
    bare = window_for(consultation.compte, java_script_enabled=False)
    opened(lambda _: bare, consultation, consultation.other, "deposer/")
    file = {"name": "cr.pdf", "mimeType": "application/pdf", "buffer": pdf(pages=1)}
    bare.page.set_input_files("#id_fichier", file)
    bare.page.fill("#id_titre", "Compte rendu de diabétologie")
    bare.page.select_option("#id_type", "11488-4")
    bare.page.click("button:has-text('Déposer le document')")
    bare.page.wait_for_selector("text=Document déposé.")
    assert "Compte rendu de diabétologie" in bare.page.inner_text("h1")


@pytest.mark.parametrize("asked", ["", "?lecture=non_lus&texte=numéro"])
def test_a_record_of_five_hundred_documents_holds_on_every_screen(tabs: Any, crowded: Space, asked: str) -> None:
    """Fifty a page, as its usager's: the ways around keep what was asked."""
    from ens.identity.models import Compte

    doctor = crowded.doctor
    compte, _ = Compte.objects.get_or_create(username=f"pro-{doctor.id}", professional_id=doctor.id)
    window = opened(tabs, SimpleNamespace(compte=compte), crowded.person, asked)
    assert window.page.locator("tbody tr").count() == 50
    check(window, f"pro-cinq-cents-{asked[1:8]}", QUICK)
    if asked.startswith("?lecture"):
        assert window.page.locator("text=487 documents trouvés").count()  # all but the thirteen they wrote
        window.page.click(".ens-pages a")
        window.page.wait_for_url("**lecture=non_lus&texte=num**page=2")


def test_the_keyboard_alone_goes_from_the_search_to_a_document(tabs: Any, consultation: Consultation) -> None:
    window = tabs(consultation.compte)
    search(window, consultation.inaya.matricule)
    window.page.focus("[name=motif]")
    window.page.keyboard.press("Space")
    window.page.keyboard.press("ArrowDown")
    window.page.keyboard.press("Tab")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url(f"**/pro/dossiers/{consultation.inaya.usager_id}/")
    assert "équipe de soins" in window.page.inner_text("main")
    window.page.focus("table a")
    window.page.keyboard.press("Enter")
    window.page.wait_for_url("**/documents/**")
    assert "Glycémie" in window.page.inner_text("main")
