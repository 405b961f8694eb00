"""The pages open to everyone."""

from __future__ import annotations

from html import unescape
from typing import Any

import pytest

FOOTER = {
    "/plan-du-site/": "Plan du site",
    "/accessibilite/": "Accessibilité : non évaluée",
    "/mentions-legales/": "Mentions légales",
    "/donnees-personnelles/": "Protection des données",
    "/cookies/": "Cookies",
    "/aide/": "Aide et contact",
    "/a-propos/": "À propos",
}


@pytest.mark.feature("S168")
def test_the_footer_links_its_seven_pages_and_each_answers(visitor: Any) -> None:
    home = visitor.get("/").content.decode()
    for address, words in FOOTER.items():
        assert f'href="{address}"' in home
        answer = visitor.get(address)
        assert answer.status_code == 200
        assert words in answer.content.decode().replace("\u00a0", " ")


@pytest.mark.feature("S168")
def test_the_accessibility_statement_gives_no_rate_nobody_measured(visitor: Any) -> None:
    text = visitor.get("/accessibilite/").content.decode()
    assert "non évalué" in text
    assert "%" not in text.split("<main", 1)[1].split("</main>", 1)[0]


def test_the_brand_is_a_setting(visitor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    monkeypatch.setattr(settings, "ENS_SERVICE_NAME", "Carnet de Bretagne")
    text = visitor.get("/").content.decode()
    assert "Carnet de Bretagne" in text
    assert "Mon espace santé" not in text


def test_the_sign_in_page_leads_to_the_demonstration_only_there(visitor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.conf import settings

    assert 'href="/demonstration/"' in visitor.get("/connexion/").content.decode()
    monkeypatch.setattr(settings, "ENS_DEMONSTRATION", False)
    assert "/demonstration/" not in visitor.get("/connexion/").content.decode()


def test_someone_signed_in_is_sent_from_the_sign_in_page_to_their_home(page: Any) -> None:
    assert page.get("/connexion/").headers["Location"] == "/accueil/"


def test_an_unknown_address_says_what_to_do(visitor: Any) -> None:
    answer = visitor.get("/nulle-part/")
    assert answer.status_code == 404
    assert "Revenir à l’accueil" in answer.content.decode()


@pytest.mark.feature("B13", "S087")
def test_each_reason_a_message_came_back_for_has_a_page_that_its_writer_reads_without_an_account(visitor: Any) -> None:
    from ens.messaging.explained import EXPLAINED, page_of
    from ens.web.common.words import typeset

    listed = visitor.get("/aide/courrier/").content.decode()
    for code, told in EXPLAINED.items():
        address = page_of(code).removeprefix("http://127.0.0.1:8000")
        assert f'href="{address}"' in listed
        text = unescape(visitor.get(address).content.decode())
        assert all(words in text for words in (typeset(told.title), typeset(told.happened), typeset(told.to_do), code))
        assert f'<p lang="en">{told.english}</p>' in text
    assert visitor.get("/aide/courrier/inconnu/").status_code == 404
