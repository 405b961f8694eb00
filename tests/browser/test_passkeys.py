"""A passkey, with a real browser and a virtual device: added, then all that is needed to sign in."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

import pytest


@pytest.fixture
def by_name(live_server_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The same server, under a name: passkeys belong to one."""
    from django.conf import settings

    address = f"http://localhost:{urlsplit(live_server_url).port}"
    monkeypatch.setattr(settings, "ENS_BASE_URL", address)
    return address


@pytest.fixture
def tab(browser: Any, by_name: str) -> Any:
    context = browser.new_context(locale="fr-FR", viewport={"width": 390, "height": 844})
    page = context.new_page()
    devtools = context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    device = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True,
              "isUserVerified": True, "automaticPresenceSimulation": True}  # fmt: skip
    devtools.send("WebAuthn.addVirtualAuthenticator", {"options": device})
    yield page
    context.close()


@pytest.mark.feature("S040", "N017")
def test_a_passkey_is_added_then_opens_the_space_alone(tab: Any, by_name: str, database: Any) -> None:
    from tests.browser.conftest import session_cookie
    from tests.factories import People

    person = People().usager()
    cookie = session_cookie(person.compte, by_name)
    tab.context.add_cookies([cookie])
    tab.goto(f"{by_name}/parametres/connexion/cle/")
    tab.get_by_label("Nom de la clé").fill("Mon téléphone")
    tab.get_by_role("button", name="Ajouter la clé").click()
    tab.wait_for_url(f"{by_name}/parametres/connexion/")
    tab.get_by_role("button", name="Retirer Mon téléphone").wait_for()

    tab.context.clear_cookies()
    tab.goto(f"{by_name}/connexion/?suite=/documents/")
    tab.get_by_role("button", name="Utiliser ma clé d’accès").click()
    tab.wait_for_url(f"{by_name}/documents/")

    tab.goto(f"{by_name}/parametres/connexion/")
    tab.get_by_role("button", name="Retirer Mon téléphone").click()
    tab.get_by_text("0 clé").first.wait_for()
    tab.context.clear_cookies()
    tab.goto(f"{by_name}/connexion/")
    tab.get_by_role("button", name="Utiliser ma clé d’accès").click()
    tab.get_by_text("n’a pas été reconnue").wait_for()
