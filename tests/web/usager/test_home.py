"""Home, settings, rubrics to come."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import override_settings

from ens.kernel import clock
from tests.web.usager.conftest import text_of


@pytest.mark.feature("S166")
def test_the_home_greets_and_shows_the_latest_documents_and_the_last_reader(
    page: Any, inaya: Any, deposit: Any, people: Any, doctor: Any
) -> None:
    from ens.access import services as access
    from ens.record import services as record

    document_id = deposit("Consultation de juin")
    access.authorise(inaya.usager_id, rpps=doctor.rpps, by=inaya.actor)
    record.open_document(document_id, by=people.actor(doctor))
    said = text_of(page.get("/accueil/"))
    assert "Bonjour Inaya" in said
    assert "Consultation de juin" in said.split("Derniers documents")[1]
    assert "Docteur Virginie Dupond, médecin, a lu « Consultation de juin »." in said


@pytest.mark.feature("S166")
def test_an_empty_home_says_what_will_come(page: Any) -> None:
    said = text_of(page.get("/accueil/"))
    assert "Votre dossier est prêt" in said
    assert "Aucun message pour le moment" in said
    assert "Personne n’a consulté votre dossier." in said


@pytest.mark.feature("S167")
def test_the_menu_has_its_entries_in_order_and_says_where_one_is(page: Any) -> None:
    header = page.get("/documents/").content.decode().split("<main")[0]
    places = [header.index(f'href="{address}"') for address in ("/aide/", "/parametres/", "/confidentialite/")]
    assert places == sorted(places)
    menu = header.split('id="menu"')[1]
    order = ["/accueil/", "/documents/", "/messages/", "/profil/", "/agenda/", "/applications/"]
    assert [menu.index(f'href="{address}"') for address in order] == sorted(
        menu.index(f'href="{address}"') for address in order
    )
    assert 'href="/documents/" aria-current="page"' in menu
    assert "Se déconnecter" in header


@pytest.mark.parametrize("address", ["/agenda/", "/applications/"])
def test_a_rubric_to_come_is_said_and_leads_somewhere(page: Any, address: str) -> None:
    answer = page.get(address)
    assert "Disponible prochainement" in text_of(answer)
    assert 'href="/documents/"' in answer.content.decode()


@pytest.mark.feature("S079")
def test_the_mail_address_is_shown_copyable_and_drawn(page: Any, inaya: Any) -> None:
    for address in ("/messages/", "/messages/adresse/", "/parametres/"):
        assert inaya.matricule in text_of(page.get(address))
    drawn = page.get("/messages/adresse/").content.decode()
    assert 'src="data:image/png;base64,' in drawn
    assert f'data-ens-copier="{inaya.address}"' in drawn


def test_the_email_of_notices_is_changed_or_what_is_wrong_is_said(page: Any, mail: Any) -> None:
    assert 'value="inaya@exemple.fr"' in page.get("/parametres/").content.decode()
    asked = page.post("/parametres/", {"email": "inaya.michel@exemple.fr"}, follow=True)
    assert "i•••@exemple.fr" in text_of(asked)
    assert 'value="inaya@exemple.fr"' in page.get("/parametres/").content.decode()  # until the code comes back
    answer = page.post("/parametres/email/", {"code": mail.code("inaya.michel@exemple.fr")}, follow=True)
    assert "Adresse e-mail enregistrée." in text_of(answer)
    assert 'value="inaya.michel@exemple.fr"' in answer.content.decode()
    wrong = page.post("/parametres/", {"email": "inaya"})
    assert wrong.status_code == 422
    assert "n’est pas valide" in text_of(wrong)
    assert 'value="inaya"' in wrong.content.decode()


@pytest.mark.parametrize("state", ["noticed", "opposed", "closed"])
def test_who_signs_in_without_an_open_space_is_told_so_at_their_home_alone(
    people: Any, sign_in: Callable[[Any], Any], state: str
) -> None:
    """Their own space, of which they may know; another's address says nothing of whose it is, nor why."""
    person, closed = people.usager(state=state), people.usager(state="closed")
    browser = sign_in(person.compte)
    answer = browser.get("/accueil/")
    shown = answer.content.decode()
    assert answer.status_code == 404
    assert "Cet espace n’est pas ouvert" in shown
    assert 'href="/bienvenue/"' in shown
    assert "/documents/" not in shown
    for place in ("/documents/", "/messages/", f"/documents/{closed.usager_id}/"):
        assert "Cet espace n’est pas ouvert" not in browser.get(place).content.decode()


@pytest.mark.feature("S166")
def test_with_nothing_else_to_do_the_allergies_are_asked_for_until_they_are_answered(page: Any, deposit: Any) -> None:
    assert "Indiquez vos allergies" in text_of(page.get("/accueil/"))
    deposit("Analyses de sang")
    assert "Indiquez vos allergies" not in text_of(page.get("/accueil/"))  # a document comes first
    (document,) = page.get("/documents/").context["mois"][0]["documents"]
    page.get(f"/documents/{document.id}/")
    assert "Indiquez vos allergies" in text_of(page.get("/accueil/"))
    page.post("/profil/allergies/non-concerne/")
    assert "Indiquez vos allergies" not in text_of(page.get("/accueil/"))


@pytest.mark.feature("S124", "S166")
def test_the_allergies_are_not_asked_for_before_the_profile_opens(page: Any) -> None:
    with override_settings(ENS_OPENINGS={"profil": {"": clock.today() + timedelta(days=30)}}):
        assert "Indiquez vos allergies" not in text_of(page.get("/accueil/"))
