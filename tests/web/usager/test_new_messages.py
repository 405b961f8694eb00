"""A new message: to whom, what is kept of it before it leaves."""

from __future__ import annotations

import re
from typing import Any

import pytest

from ens.kernel.ids import new_id
from tests.web.usager.conftest import file, said_beside, text_of


@pytest.fixture
def mail(doctor_writes: Any) -> Any:
    """A message of the doctor's mailbox; gives the id of its thread."""
    return doctor_writes


@pytest.mark.feature("S096", "N074")
def test_a_new_message_goes_to_one_of_the_contacts_offered_and_to_no_address(page: Any, mail: Any) -> None:
    assert "Personne à qui écrire" in text_of(page.get("/messages/nouveau/"))
    mail("Votre rendez-vous")
    shown = page.get("/messages/nouveau/").content.decode()
    contact = shown.split('<option value="')[2][:36]
    form = {"destinataire": contact, "objet": "Mon traitement", "corps": "Une question."}
    for wrong in ({**form, "destinataire": "espion@ailleurs.example"}, {**form, "destinataire": str(new_id())}):
        refused = page.post("/messages/nouveau/", wrong)
        assert refused.status_code == 422
        assert "Une question." in text_of(refused)
    program = page.post("/messages/nouveau/", {**form, "fichiers": [file("jeu.exe")]})
    assert (program.status_code, "est un programme" in text_of(program)) == (422, True)
    forged = page.post("/messages/nouveau/", {**form, "documents": [str(new_id())]})
    assert (forged.status_code, "plus dans votre dossier" in text_of(forged)) == (422, True)
    said = text_of(page.post("/messages/nouveau/", form, follow=True))
    assert "Message envoyé." in said
    assert "Vous pourrez écrire de nouveau ici quand Docteur Virginie Dupond vous aura répondu." in said


@pytest.mark.feature("N075")
def test_a_pharmacy_is_looked_for_where_the_setting_allows_it_only(
    page: Any, people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from ens.identity.models import Establishment

    place = people.establishment(f"Pharmacie {new_id().hex[-8:]}")
    Establishment.objects.filter(id=place.id).update(sector="SA33", town="Nantes")
    people.mailbox(place)
    path = f"/messages/nouveau/?pharmacie={place.name}"
    assert place.name not in text_of(page.get(path))
    monkeypatch.setattr("django.conf.settings.ENS_PHARMACIES_FIRST", True)
    assert "1 pharmacie trouvée : elle est choisie comme destinataire" in text_of(page.get(path))
    assert re.search(rf'<option value="[^"]+" selected>{place.name}', page.get(path).content.decode())
    assert f"{place.name} (Nantes)" in text_of(page.get(path))
    assert "Aucune pharmacie de ce nom" in text_of(page.get("/messages/nouveau/?pharmacie=introuvable"))


BEGUN = {"objet": "Mon traitement", "corps": "Bonjour,\nune question.", "pharmacie": ""}


@pytest.mark.feature("N077")
def test_what_is_begun_is_where_one_left_it_and_is_discarded_when_asked(page: Any, mail: Any) -> None:
    mail("Votre rendez-vous")
    contact = page.get("/messages/nouveau/").content.decode().split('<option value="')[2][:36]
    said = text_of(page.post("/messages/nouveau/brouillon/", {**BEGUN, "destinataire": contact}, follow=True))
    assert "Brouillon enregistré." in said and "là où vous l’aviez laissé" in said
    shown = page.get("/messages/nouveau/").content.decode()
    assert f'<option value="{contact}" selected>' in shown
    assert 'value="Mon traitement"' in shown and "une question." in shown
    for box in ("", "?boite=brouillons"):
        assert "Vous avez commencé un nouveau message." in text_of(page.get(f"/messages/{box}"))
    assert "Vous avez commencé" not in text_of(page.get("/messages/?boite=corbeille"))
    assert "Brouillon supprimé." in text_of(page.post("/messages/nouveau/brouillon/", {"acte": "jeter"}, follow=True))
    assert "Vous avez commencé" not in text_of(page.get("/messages/"))
    assert "Mon traitement" not in page.get("/messages/nouveau/").content.decode()


@pytest.mark.feature("N077")
def test_it_is_no_more_a_draft_once_it_has_left(page: Any, mail: Any) -> None:
    mail("Votre rendez-vous")
    contact = page.get("/messages/nouveau/").content.decode().split('<option value="')[2][:36]
    form = {**BEGUN, "destinataire": contact, "jeton": "formulaire"}
    page.post("/messages/nouveau/brouillon/", form)
    assert "Message envoyé." in text_of(page.post("/messages/nouveau/", form, follow=True))
    assert page.post("/messages/nouveau/brouillon/", {**form, "acte": "seul"}).status_code == 204
    assert "Vous avez commencé" not in text_of(page.get("/messages/"))


def test_a_page_that_saves_by_itself_is_told_what_it_goes_on_from_and_another_window_is_shown(
    page: Any, mail: Any
) -> None:
    mail("Votre rendez-vous")
    seen = re.search(r'name="vu" value="(\w+)"', page.get("/messages/nouveau/").content.decode())[1]
    first = page.post("/messages/nouveau/brouillon/", {**BEGUN, "acte": "seul", "vu": seen})
    assert (first.status_code, first.headers["X-Ens-Brouillon"] != seen) == (204, True)
    other = {**BEGUN, "corps": "D'une autre fenêtre", "vu": seen}
    alone = page.post("/messages/nouveau/brouillon/", {**other, "acte": "seul"})
    assert (alone.status_code, "autre fenêtre" in alone.content.decode()) == (422, True)
    shown = page.post("/messages/nouveau/brouillon/", other)
    said = text_of(shown)
    assert (shown.status_code, "modifié dans une autre fenêtre" in said) == (422, True)
    assert "une question." in said and "D'une autre fenêtre" in said
    again = re.search(r'name="vu" value="(\w+)"', shown.content.decode())[1]  # told, one may replace it
    page.post("/messages/nouveau/brouillon/", {**other, "vu": again})
    assert "D&#x27;une autre fenêtre" in page.get("/messages/nouveau/").content.decode()


def test_what_is_too_long_to_keep_is_said_and_nothing_typed_is_lost(page: Any, mail: Any) -> None:
    mail("Votre rendez-vous")
    long = {**BEGUN, "objet": "a" * 151, "corps": "b" * 20_001}
    refused = page.post("/messages/nouveau/brouillon/", long)
    assert refused.status_code == 422
    for field, said in (("objet", "Choisissez un objet plus court"), ("corps", "C’est trop long")):
        assert said_beside(refused, field).startswith(said)
        assert f'<li><a href="#id_{field}">{said}' in refused.content.decode()  # and in what the page begins with
        assert long[field] in refused.content.decode()
    assert text_of(refused).index("un objet plus court") < text_of(refused).index("trop long")  # as the page goes
    assert "Choisissez à qui écrire." not in text_of(refused)  # a draft may lack what a message needs
    assert "Erreur : Nouveau message" in refused.content.decode().replace("\u00a0", " ")
    alone = page.post("/messages/nouveau/brouillon/", {**long, "acte": "seul"})
    assert alone.status_code == 422
    assert alone.headers["Content-Type"].startswith("text/plain")
    assert "un objet plus court" in alone.content.decode() and "C’est trop long" in alone.content.decode()
    nobody = page.post("/messages/nouveau/brouillon/", {**BEGUN, "destinataire": "personne"})
    assert nobody.status_code == 422 and "Choisissez-en une autre." in said_beside(nobody, "destinataire")
    assert "une question." in text_of(nobody)


def test_a_pharmacy_looked_for_in_too_many_words_keeps_no_draft_from_being_kept(page: Any, mail: Any) -> None:
    mail("Votre rendez-vous")
    assert page.post("/messages/nouveau/brouillon/", {**BEGUN, "pharmacie": "a" * 101}).status_code == 302
