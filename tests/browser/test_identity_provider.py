"""Signing in by an identity provider of another site, in a browser: its cookies, its policy of forms, its way back."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest

from ens.identity.ports import use_identity_provider
from tests.browser.watching import Window, check
from tests.connectors import providers
from tests.web.public.test_federated import at_provider, someone

ONCE = {(1280, "light"): None, (390, "light"): None, (320, "dark"): ("color-contrast",)}


@pytest.fixture(scope="module")
def issuer() -> Iterator[str]:
    with providers.real() as found:
        yield found


@pytest.fixture
def provider(issuer: str, live_server_url: str, tmp_path: Any) -> Iterator[str]:
    """Our address as the provider knows it: ``localhost``, when the provider's is a number, is another site."""
    from ens.connectors.oidc.client import OpenIDProvider

    ours = live_server_url.replace("127.0.0.1", "localhost")
    secret = tmp_path / "secret"
    secret.write_text("rien-que-nous")
    found = OpenIDProvider(
        issuer=issuer, client_id="ens", secret_file=str(secret), name="FranceConnect", scopes="openid profile", acr="",
        redirect_uri=f"{ours}/connexion/retour/",
    )  # fmt: skip
    use_identity_provider(found)
    yield ours
    use_identity_provider(None)


def at(ours: str, window: Window) -> Window:
    """The provider's page takes its style from a third party: it is given none, and nothing is asked of a network."""
    window.base = ours
    window.page.route(re.compile("^https://"), lambda asked: asked.fulfill(body="", content_type="text/css"))
    return window


@pytest.mark.feature("B21", "S039")
@pytest.mark.parametrize("script", [True, False], ids=["with a script", "without"])
def test_someone_signs_in_by_their_provider_and_comes_back_where_they_were_going(
    window_for: Any, issuer: str, provider: str, database: Any, script: bool
) -> None:
    from tests.factories import People

    person = someone(People())
    window = at(provider, window_for(java_script_enabled=script))
    window.open("/documents/")
    if script:
        check(window, "connexion-fournisseur", ONCE)
    page = window.page
    page.focus("text=Continuer avec FranceConnect")
    page.keyboard.press("Enter")
    page.wait_for_url(f"{issuer}/**")
    page.fill("[name=sub]", at_provider(issuer, person))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{provider}/documents/", wait_until="commit")
    assert page.inner_text("h1")
    page.click(".ens-puce-profil > summary")
    page.click("text=Se déconnecter")
    page.wait_for_load_state()
    window.open("/documents/")
    assert "/connexion/" in page.url


@pytest.mark.feature("B21")
def test_who_leaves_the_provider_or_has_no_account_reads_what_to_do(
    window_for: Any, issuer: str, provider: str, database: Any
) -> None:
    from tests.factories import People

    window = at(provider, window_for())
    page = window.page
    window.open("/connexion/")
    page.click("text=Continuer avec FranceConnect")
    page.click("text=Deny")
    page.wait_for_selector("text=Vous avez quitté FranceConnect avant la fin")
    check(window, "connexion-fournisseur-quitte", {(390, "light"): None})
    unknown = someone(People(), account=False)
    page.click("text=Continuer avec FranceConnect")
    page.fill("[name=sub]", at_provider(issuer, unknown))
    page.keyboard.press("Enter")
    page.wait_for_url(f"{provider}/connexion/sans-compte/")
    check(window, "connexion-sans-compte", ONCE)
