"""The pages of error as a professional and as anyone see them, with and without a script: what happened, what to do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import override_settings

from tests.browser.test_every_page import FAULTS
from tests.browser.test_pages_of_professionals import Consultation, opened, search
from tests.browser.watching import WIDE, Window, check

# The layouts were judged with their own pages, and the error's text with the usager's: one look is enough.
ONCE = {(390, "light"): None}
FORGED = "document.querySelectorAll('[name=csrfmiddlewaretoken]').forEach(one => { one.value = 'x' })"
SUBMIT = "main form [type=submit]"
# What is broken, for the faults that no one can cause by hand: behind the search, behind the open figures.
BROKEN = {"professionnel": "ens.access.services.count_search", "public": "ens.steering.indicators.published"}


def _act(window: Window, who: str, name: str, matricule: str) -> None:
    form = "/pro/" if who == "professionnel" else "/connexion/"
    if name.startswith("404"):
        window.open("/pro/dossiers/00000000-0000-7000-8000-000000000000/" if form == "/pro/" else "/nulle-part/")
    elif name.startswith("403"):
        window.open(form)
        window.page.evaluate(FORGED)
        window.page.click(SUBMIT)
    elif name.startswith("413"):
        window.open(form)
        with override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=20):
            window.page.click(SUBMIT)
    elif who == "professionnel":
        search(window, matricule)
    else:
        window.open("/indicateurs/")


PAGES = {"404-absente": (404, "Cette page n’existe pas", None, None), **FAULTS}


def _fails(window: Window, who: str, name: str, matricule: str) -> None:
    """The page of that error is there, with its status and its title."""
    status, title, _, fault = PAGES[name]
    with pytest.MonkeyPatch.context() as patch:
        if fault is not None and not name.startswith("413"):
            patch.setattr(BROKEN[who], _raising(fault))
        with window.page.expect_response(lambda answer: answer.status == status):
            _act(window, who, name, matricule)
        window.page.wait_for_selector(f"h1:has-text('{title}')")


@pytest.mark.feature("S168")
@pytest.mark.parametrize("name", PAGES)
@pytest.mark.parametrize("who", BROKEN)
def test_a_page_of_error_holds_for_each(tabs: Any, consultation: Consultation, who: str, name: str) -> None:
    window = tabs(consultation.compte if who == "professionnel" else None)
    _fails(window, who, name, consultation.inaya.matricule)
    check(window, f"{who}-{name}", ONCE)


@pytest.mark.feature("S168")
@pytest.mark.parametrize("who", ["usager", "professionnel"])
@pytest.mark.parametrize("withheld", ["elsewhere", "absent", "altered"], indirect=True)
def test_a_document_whose_content_cannot_be_had_is_told_calmly_and_comes_back(
    tabs: Any, consultation: Consultation, withheld: Any, who: str
) -> None:
    inaya, document_id = consultation.inaya, consultation.documents[0]
    place = f"documents/{document_id}/"
    if who == "professionnel":
        window, address = opened(tabs, consultation, inaya), f"/pro/dossiers/{inaya.usager_id}/{place}"
    else:
        window, address = tabs(inaya.compte), f"/{place}"
    with withheld(document_id):
        with window.page.expect_response(lambda answer: answer.status == 503):
            window.open(address)
        window.page.wait_for_selector(f"h2:has-text('{withheld.title}')")
        check(window, f"{who}-contenu-{withheld.code}")
        if not withheld.may_come_back:
            window.page.click(f"main >> text={withheld.action}")
            window.page.wait_for_selector("h1:has-text('Aide et contact')")
            window.page.go_back()
    if withheld.may_come_back:
        window.page.click(f"main >> text={withheld.action}")
    else:
        window.page.reload()
    window.page.wait_for_selector("main >> text=Glycémie")
    assert window.page.url == window.base + address


@pytest.mark.parametrize("who", BROKEN)
def test_without_a_script_each_error_says_what_to_do_and_leads_home(
    window_for: Any, consultation: Consultation, who: str
) -> None:
    """A professional keeps their menu; the last page asks nothing of the request, not even who it is."""
    compte = consultation.compte if who == "professionnel" else None
    window = window_for(compte, java_script_enabled=False, viewport={"width": 320, "height": 800})
    for name in PAGES:
        _fails(window, who, name, consultation.inaya.matricule)
        assert not window.page.evaluate(WIDE), name
        is_last = name.startswith("500")
        menu = window.page.locator("nav a:has-text('Rechercher un patient')").count()
        assert bool(menu) == (who == "professionnel" and not is_last), name
        with window.page.expect_navigation():
            window.page.click("main >> text=Revenir à l’accueil")
        assert window.page.url == window.base + ("/pro/" if who == "professionnel" and not is_last else "/"), name


def _raising(fault: Callable[[], Exception]) -> Callable[..., Any]:
    def broken(*_: Any, **__: Any) -> None:
        raise fault()

    return broken
