"""Every page, in its states, on three widths and two themes: no accessibility violation, no horizontal scroll,
no complaint of the browser. An automatic check is not an audit.

``SCREENS=1`` also writes each page into ``var/screens``.
"""

from __future__ import annotations

import os
from typing import Any

import pytest

from tests.browser.conftest import SCREENS, Window
from tests.browser.story import Space

VIEWS = ((1280, "light"), (390, "light"), (320, "dark"), (1280, "dark"))

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
    "a-propos": "/a-propos/",
    "absente": "/nulle-part/",
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
    "adresse": "/messages/adresse/",
    "documents-filtres": "/documents/?filtres=1&masque=oui",
    "documents-aucun": "/documents/?annee=1999&categorie=BIOLOGIE",
    "ajouter": "/documents/ajouter/",
    "historique-tout": "/historique/?qui=tout",
    "confidentialite-bloques": "/confidentialite/?voir=bloques",
    "profil": "/profil/",
    "agenda": "/agenda/",
    "applications": "/applications/",
    "parametres": "/parametres/",
    "menu": "/menu/",
    "absente-connecte": "/documents/00000000-0000-7000-8000-000000000000/",
}


def check(window: Window, name: str) -> None:
    """The page now open holds on every view."""
    problems: list[str] = []
    window.page.evaluate(_axe())
    for width, theme in VIEWS:
        window.page.set_viewport_size({"width": width, "height": 800})
        window.page.emulate_media(color_scheme=theme)
        found = window.page.evaluate(
            "() => axe.run(document, {resultTypes: ['violations']}).then(r => r.violations.map("
            "v => v.id + ' ' + v.nodes.slice(0, 2).map("
            "n => n.html.slice(0, 160) + ' ' + n.failureSummary).join(' | ')))"
        )
        problems += [f"{width} {theme}: {violation}" for violation in found]
        if window.page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
            wide = window.page.evaluate(
                "[...document.querySelectorAll('body *')].filter(e => e.getBoundingClientRect().right > innerWidth + 1)"
                ".slice(0, 3).map(e => e.outerHTML.slice(0, 120))"
            )
            problems.append(f"{width}: horizontal scroll, {wide}")
        if os.environ.get("SCREENS"):
            SCREENS.mkdir(parents=True, exist_ok=True)
            window.page.screenshot(path=SCREENS / f"{name}-{width}-{theme}.png", full_page=True)
    problems += window.complaints
    assert problems == [], f"{name}: {problems}"


def _axe() -> str:
    from axe_playwright_python.base import AXE_FILE_PATH

    return str(AXE_FILE_PATH.read_text(encoding="utf-8"))


@pytest.mark.feature("S168")
@pytest.mark.parametrize("name", PUBLIC)
def test_an_open_page_holds_on_every_screen(window_for: Any, name: str) -> None:
    window = window_for()
    window.open(PUBLIC[name])
    check(window, name)


@pytest.mark.parametrize("name", [*ALWAYS, *FULL])
def test_a_page_with_content_holds_on_every_screen(window_for: Any, full: Space, name: str) -> None:
    window = window_for(full.compte)
    window.open({**ALWAYS, **FULL}[name])
    check(window, name)


@pytest.mark.parametrize("name", ALWAYS)
def test_an_empty_page_holds_on_every_screen(window_for: Any, empty: Space, name: str) -> None:
    window = window_for(empty.compte)
    window.open(ALWAYS[name])
    check(window, f"vide-{name}")


@pytest.mark.parametrize("name", ALWAYS)
def test_a_page_with_long_texts_holds_on_every_screen(window_for: Any, long: Space, name: str) -> None:
    window = window_for(long.compte)
    window.open(ALWAYS[name])
    check(window, f"long-{name}")


@pytest.mark.parametrize("name", ["pdf", "image", "texte", "masque", "abime", "ajoute"])
def test_a_document_holds_on_every_screen(window_for: Any, full: Space, name: str) -> None:
    window = window_for(full.compte)
    window.open(f"/documents/{full.documents[name]}/")
    check(window, f"document-{name}")


@pytest.mark.parametrize("name", ["pdf", "texte"])
def test_a_document_with_long_texts_holds_on_every_screen(window_for: Any, long: Space, name: str) -> None:
    window = window_for(long.compte)
    window.open(f"/documents/{long.documents[name]}/")
    check(window, f"long-document-{name}")


def test_a_document_read_as_text_holds_on_every_screen(window_for: Any, full: Space) -> None:
    window = window_for(full.compte)
    window.open(f"/documents/{full.documents['pdf']}/?lire=texte")
    assert "Glycémie" in window.page.inner_text("main")
    check(window, "document-en-texte")


@pytest.mark.parametrize("which", [0, 1, 2])
def test_a_thread_holds_on_every_screen(window_for: Any, full: Space, which: int) -> None:
    window = window_for(full.compte)
    window.open(f"/messages/{list(full.threads.values())[which]}/")
    check(window, f"fil-{which}")


def test_a_thread_with_long_texts_holds_on_every_screen(window_for: Any, long: Space) -> None:
    window = window_for(long.compte)
    window.open(f"/messages/{next(iter(long.threads.values()))}/")
    check(window, "long-fil")


@pytest.mark.feature("S054")
def test_a_form_with_errors_holds_on_every_screen(window_for: Any, full: Space) -> None:
    window = window_for(full.compte)
    window.open("/documents/ajouter/")
    window.page.click("main button[type=submit]")
    window.page.wait_for_selector("[data-ens-erreurs]")
    window.complaints.clear()
    check(window, "ajouter-erreurs")


def test_an_empty_answer_holds_on_every_screen(window_for: Any, full: Space) -> None:
    window = window_for(full.compte)
    window.open(f"/messages/{full.threads['Préparation de votre rendez-vous']}/")
    window.page.click(".ens-reponse button[type=submit]")
    window.page.wait_for_selector("[data-ens-erreurs]")
    window.complaints.clear()
    check(window, "reponse-vide")
