"""Who may come in: the access table, the session, the headers."""

from __future__ import annotations

import time
from typing import Any

import pytest


@pytest.mark.usefixtures("db")
def test_every_address_has_its_row_in_the_access_table() -> None:
    from ens.web.common.access import access_table

    assert [name for name, audience in access_table().items() if audience is None] == []


def test_an_address_without_a_row_is_refused(visitor: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from ens.web.common import access

    monkeypatch.setattr(access, "access_table", dict)
    assert visitor.get("/aide/").status_code == 404


@pytest.mark.parametrize("address", ["/accueil/", "/documents/", "/messages/", "/historique/", "/confidentialite/"])
def test_someone_not_signed_in_is_sent_to_the_sign_in_page(visitor: Any, address: str) -> None:
    answer = visitor.get(address)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/connexion/?suite=%2F")


def test_a_professional_finds_nothing_at_a_usager_s_address(people: Any, sign_in: Any) -> None:
    from ens.identity import services

    doctor = people.professional()
    compte = services.create_compte(f"pro-{doctor.rpps}", name=doctor.name, professional=doctor)
    assert sign_in(compte).get("/accueil/").status_code == 404


def test_a_usager_finds_nothing_at_a_professional_s_address(page: Any) -> None:
    assert page.get("/pro/").status_code == 404


@pytest.mark.feature("S167", "N016")
def test_a_session_without_any_act_ends_and_says_so(page: Any) -> None:
    from ens.web.common.sessions import LAST_SEEN

    assert page.get("/menu/").status_code == 200
    session = page.session
    session[LAST_SEEN] = time.time() - 121 * 60
    session.save()
    answer = page.get("/menu/")
    assert answer.status_code == 302
    assert "fin=inactivite" in answer.headers["Location"]
    assert "sans activité" in page.get(answer.headers["Location"]).content.decode()
    assert page.get("/menu/").status_code == 302


@pytest.mark.feature("N016")
def test_a_page_that_asks_by_itself_does_not_keep_the_session_alive(page: Any) -> None:
    from ens.web.common.sessions import LAST_SEEN

    page.get("/menu/")
    session = page.session
    session[LAST_SEEN] = before = int(time.time()) - 100 * 60
    session.save()
    page.get("/menu/", headers={"X-Ens-Sondage": "1"})
    assert page.session[LAST_SEEN] == before
    page.get("/menu/")
    assert page.session[LAST_SEEN] > before


@pytest.mark.feature("S167")
def test_signing_out_destroys_the_session(page: Any) -> None:
    answer = page.post("/deconnexion/")
    assert answer.status_code == 302
    assert "Clear-Site-Data" in answer.headers
    assert page.get("/menu/").status_code == 302


def test_signing_out_is_never_a_link(page: Any) -> None:
    assert page.get("/deconnexion/").status_code == 405


def test_every_answer_carries_the_policy_and_signed_in_pages_are_not_kept(page: Any, visitor: Any) -> None:
    open_page, own_page = visitor.get("/aide/"), page.get("/menu/")
    for answer in (open_page, own_page):
        policy = answer.headers["Content-Security-Policy"]
        for part in ("default-src 'none'", "form-action 'self'", "frame-ancestors 'none'", "base-uri 'none'"):
            assert part in policy
        assert "unsafe" not in policy
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "same-origin"
        assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert own_page.headers["Cache-Control"] == "no-store"
    assert "Strict-Transport-Security" not in open_page.headers
    assert "Strict-Transport-Security" in visitor.get("/aide/", secure=True).headers


def test_a_form_without_its_token_is_refused_with_what_to_do(inaya: Any, sign_in: Any) -> None:
    answer = sign_in(inaya.compte, enforce_csrf_checks=True).post("/deconnexion/")
    assert answer.status_code == 403
    assert "Ce formulaire a expiré" in answer.content.decode()


def test_no_page_carries_style_or_script_in_its_text(page: Any, visitor: Any) -> None:
    for text in (visitor.get("/").content.decode(), page.get("/menu/").content.decode()):
        assert " style=" not in text
        assert "<style" not in text
        assert " onclick=" not in text
        assert "<script>" not in text
