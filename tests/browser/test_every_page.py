"""Every page, in every state, on three widths and in both themes: no accessibility violation, nothing past the side,
text twice as large included, no complaint of the browser. An automatic check is not an audit.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.story import Space
from tests.browser.watching import QUICK, Window, check

PUBLIC = {
    "accueil-public": "/",
    "connexion": "/connexion/",
    "connexion-fin": "/connexion/?fin=inactivite",
    "plan-du-site": "/plan-du-site/",
    "accessibilite": "/accessibilite/",
    "mentions-legales": "/mentions-legales/",
    "donnees-personnelles": "/donnees-personnelles/",
    "cookies": "/cookies/",
    "aide": "/aide/",
    "courrier": "/aide/courrier/",
    "courrier-raison": "/aide/courrier/boite_absente/",
    "a-propos": "/a-propos/",
    "catalogue": "/catalogue/",
    "absente": "/nulle-part/",
    "oubli": "/connexion/oubli/",
    "oubli-identifiant": "/connexion/oubli/identifiant/",
    "oubli-mot-de-passe": "/connexion/oubli/mot-de-passe/",
    "activation": "/activation/",
    "porte": "/demonstration/",
    "role": "/demonstration/roles/labo/",
}
ALWAYS = {
    "accueil": "/accueil/",
    "messages": "/messages/",
    "documents": "/documents/",
    "historique": "/historique/",
    "confidentialite": "/confidentialite/",
}
FULL = {
    "messages-recherche": "/messages/?q=analyses",
    "messages-rien": "/messages/?q=introuvable",
    "messages-brouillons": "/messages/?boite=brouillons",
    "messages-corbeille": "/messages/?boite=corbeille",
    "profils": "/profils/",
    "enfants": "/profils/enfants/",
    "adresse": "/messages/adresse/",
    "messages-nouveau": "/messages/nouveau/",
    "documents-filtres": "/documents/?filtres=1&masque=oui",
    "documents-aucun": "/documents/?annee=1999&categorie=BIOLOGIE",
    "ajouter": "/documents/ajouter/",
    "historique-tout": "/historique/?qui=tout",
    "historique-ancien-dmp": "/historique/ancien-dmp/",
    "confidentialite-bloques": "/confidentialite/?voir=bloques",
    "profil": "/profil/",
    "profil-maladies": "/profil/maladies/",
    "profil-vide": "/profil/handicaps/",
    "profil-non-concerne": "/profil/antecedents-familiaux/",
    "profil-ajouter": "/profil/maladies/ajouter/",
    "profil-choix": "/profil/handicaps/ajouter/",
    "profil-synthese": "/profil/synthese/",
    "agenda": "/agenda/",
    "applications": "/applications/",
    "parametres": "/parametres/",
    "reglages": "/confidentialite/reglages/",
    "securite": "/parametres/connexion/",
    "telephone": "/parametres/telephone/",
    "application": "/parametres/connexion/application/",
    "prouver": "/parametres/connexion/prouver/",
    "menu": "/menu/",
    "absente-connecte": "/documents/00000000-0000-7000-8000-000000000000/",
}
CROWDED = {
    **ALWAYS,
    "documents-milieu": "/documents/?page=5",
    "documents-filtres": "/documents/?filtres=1&texte=numéro",
    "messages-fin": "/messages/?page=6",
    "messages-recherche": "/messages/?q=rendez-vous",
    "historique-tout": "/historique/?qui=tout",
}


@pytest.mark.feature("S168")
@pytest.mark.parametrize("name", PUBLIC)
def test_an_open_page_holds_on_every_screen(tabs: Any, name: str) -> None:
    (window := tabs()).open(PUBLIC[name])
    check(window, name)


@pytest.mark.parametrize("name", [*ALWAYS, *FULL])
def test_a_page_with_content_holds_on_every_screen(tabs: Any, full: Space, name: str) -> None:
    (window := tabs(full.compte)).open({**ALWAYS, **FULL}[name])
    check(window, name)


@pytest.mark.parametrize(("name", "last"), [("joindre", "documents"), ("finir", "fin")])
def test_a_page_of_a_conversation_holds_on_every_screen(tabs: Any, full: Space, name: str, last: str) -> None:
    (window := tabs(full.compte)).open(f"/messages/{full.threads['Préparation de votre rendez-vous']}/{last}/")
    check(window, name, QUICK)


@pytest.mark.parametrize("name", ALWAYS)
def test_an_empty_page_holds_on_every_screen(tabs: Any, empty: Space, name: str) -> None:
    (window := tabs(empty.compte)).open(ALWAYS[name])
    check(window, f"vide-{name}", QUICK)


@pytest.mark.parametrize("name", ALWAYS)
def test_a_page_with_one_row_holds_on_every_screen(tabs: Any, single: Space, name: str) -> None:
    (window := tabs(single.compte)).open(ALWAYS[name])
    check(window, f"un-{name}", QUICK)


@pytest.mark.parametrize("name", CROWDED)
def test_a_page_of_five_hundred_rows_holds_on_every_screen(tabs: Any, crowded: Space, name: str) -> None:
    (window := tabs(crowded.compte)).open(CROWDED[name])
    check(window, f"cinq-cents-{name}", QUICK)


def test_a_thread_among_three_hundred_holds_on_every_screen(tabs: Any, crowded: Space) -> None:
    (window := tabs(crowded.compte)).open(f"/messages/{list(crowded.threads.values())[150]}/")
    check(window, "cinq-cents-fil", QUICK)


@pytest.mark.parametrize("name", ALWAYS)
def test_a_page_with_long_texts_holds_on_every_screen(tabs: Any, long: Space, name: str) -> None:
    (window := tabs(long.compte)).open(ALWAYS[name])
    check(window, f"long-{name}", QUICK)


@pytest.mark.parametrize("name", ["pdf", "image", "texte", "masque", "abime", "ajoute"])
def test_a_document_holds_on_every_screen(tabs: Any, full: Space, name: str) -> None:
    (window := tabs(full.compte)).open(f"/documents/{full.documents[name]}/")
    check(window, f"document-{name}")


@pytest.mark.parametrize("name", ["pdf", "texte"])
def test_a_document_with_long_texts_holds_on_every_screen(tabs: Any, long: Space, name: str) -> None:
    (window := tabs(long.compte)).open(f"/documents/{long.documents[name]}/")
    check(window, f"long-document-{name}", QUICK)


def test_a_document_read_as_text_holds_on_every_screen(tabs: Any, full: Space) -> None:
    (window := tabs(full.compte)).open(f"/documents/{full.documents['pdf']}/?lire=texte")
    assert "Glycémie" in window.page.inner_text("main")
    check(window, "document-en-texte")


@pytest.mark.parametrize("name", ["envoyer", "lecteurs"])
def test_what_is_asked_of_a_document_holds_on_every_screen(tabs: Any, full: Space, name: str) -> None:
    (window := tabs(full.compte)).open(f"/documents/{full.documents['masque']}/{name}/")
    check(window, f"document-{name}")


def test_forty_readers_hold_on_every_screen(tabs: Any, crowded: Space) -> None:
    (window := tabs(crowded.compte)).open(f"/documents/{crowded.documents['dernier']}/lecteurs/")
    check(window, "cinq-cents-lecteurs", QUICK)


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_thread_holds_on_every_screen(tabs: Any, full: Space, which: int) -> None:
    (window := tabs(full.compte)).open(f"/messages/{list(full.threads.values())[which]}/")
    check(window, f"fil-{which}")


def test_a_thread_with_long_texts_holds_on_every_screen(tabs: Any, long: Space) -> None:
    (window := tabs(long.compte)).open(f"/messages/{next(iter(long.threads.values()))}/")
    check(window, "long-fil", QUICK)


# -- forms with errors -----------------------------------------------------------------------------------------
FORMS = {
    "ajouter-erreurs": ("/documents/ajouter/", {"#id_titre": "", "#id_date_0": "31"}),
    "parametres-erreurs": ("/parametres/", {"#id_email": "inaya"}),
    "confidentialite-erreurs": ("/confidentialite/", {"#id_rpps": "123"}),
    "reponse-vide": ("fil", {"#id_corps": ""}),
    "envoyer-erreurs": ("envoyer", {"#id_corps": ""}),
    "joindre-erreurs": ("joindre", {"#id_corps": ""}),
    "signaler-erreurs": ("signaler", {"#id_mots": "Je ne comprends pas."}),
}


@pytest.mark.feature("S054")
@pytest.mark.parametrize("name", FORMS)
def test_a_form_with_errors_keeps_what_was_typed_and_holds_on_every_screen(tabs: Any, full: Space, name: str) -> None:
    address, typed = FORMS[name]
    if address == "fil":
        address = f"/messages/{full.threads['Préparation de votre rendez-vous']}/"
    if address in ("joindre", "signaler"):
        last = {"joindre": "documents"}.get(address, address)
        address = f"/messages/{full.threads['Préparation de votre rendez-vous']}/{last}/"
    if address == "envoyer":
        address = f"/documents/{full.documents['pdf']}/envoyer/"
    window = tabs(full.compte)
    window.open(address)
    for field, text in typed.items():
        window.page.fill(field, text)
    form = window.page.locator("form", has=window.page.locator(field))
    form.locator("[type=submit]:not([formaction])").click()
    window.page.wait_for_selector("[data-ens-erreurs]")
    assert window.page.title().startswith("Erreur :")
    assert window.page.evaluate("document.activeElement.hasAttribute('data-ens-erreurs')")
    assert {field: window.page.input_value(field) for field in typed} == typed
    for link in window.page.query_selector_all("[data-ens-erreurs] a"):
        assert window.page.query_selector(str(link.get_attribute("href"))), "a summary that leads nowhere"
    check(window, name)


# -- what goes wrong -------------------------------------------------------------------------------------------
def _expired(window: Window) -> None:
    window.open("/parametres/")
    window.page.evaluate("document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach(one => { one.value = 'x' })")
    window.page.press("#id_email", "Enter")


def _home(window: Window) -> None:
    window.open("/accueil/")


def _unavailable() -> Exception:
    from ens.coffre.errors import StoreUnavailable

    return StoreUnavailable()


def _too_large() -> Exception:
    from ens.record.errors import UploadTooLarge

    return UploadTooLarge(size="6 Mo", limit="5 Mo")


def _too_many() -> Exception:
    from ens.access.errors import TooManySearches

    return TooManySearches()


def _conflict() -> Exception:
    from ens.enrolment.errors import TerritoryTaken

    return TerritoryTaken(departement="31")


def _malformed() -> Exception:
    from ens.record.errors import DocumentEmpty

    return DocumentEmpty()


FAULTS: dict[str, tuple[int, str, Callable[[Window], None], Callable[[], Exception] | None]] = {
    "400-pas-comprise": (400, "Cette demande n’a pas été comprise", _home, _malformed),
    "409-plus-possible": (409, "Cette action n’est plus possible", _home, _conflict),
    "413-trop-lourd": (413, "Cet envoi est trop lourd", _home, _too_large),
    "429-trop-de-demandes": (429, "Trop de demandes en peu de temps", _home, _too_many),
    "403-formulaire-expire": (403, "Ce formulaire a expiré", _expired, None),
    "500-panne": (500, "Une erreur est survenue", _home, lambda: RuntimeError("une panne, pour la voir")),
    "503-indisponible": (503, "Le service ne répond pas", _home, _unavailable),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_page_of_error_says_what_to_do_and_holds_on_every_screen(
    tabs: Any, full: Space, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    status, title, act, fault = FAULTS[name]
    if fault is not None:

        def broken(*_: Any, **__: Any) -> None:
            raise fault()

        monkeypatch.setattr("ens.journeys.home", broken)
    window = tabs(full.compte)
    with window.page.expect_response(lambda answer: answer.status == status):
        act(window)
    window.page.wait_for_selector(f"h1:has-text('{title}')")
    assert window.page.locator("main .fr-btn").count() >= 1
    check(window, name)


@pytest.mark.parametrize("name", ["fil", "accueil"])
def test_a_page_without_network_keeps_its_text_and_says_so_on_every_screen(tabs: Any, full: Space, name: str) -> None:
    window = tabs(full.compte)
    thread = full.threads["Préparation de votre rendez-vous"]
    window.open("/accueil/" if name == "accueil" else f"/messages/{thread}/")
    window.page.wait_for_load_state("networkidle")
    window.page.wait_for_timeout(300)  # the browser takes the icon of the page once it has nothing else to do
    window.page.context.set_offline(True)
    try:
        window.page.wait_for_selector("#hors-ligne")
        check(window, f"hors-ligne-{name}", QUICK)
    finally:
        window.page.context.set_offline(False)
