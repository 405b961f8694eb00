"""What a first visit brings over the network: every file of the page, headers included, on an empty cache."""

from __future__ import annotations

from typing import Any

import pytest

from tests.browser.story import Space
from tests.browser.test_every_page import ALWAYS, FULL, PUBLIC

BOUND = 150_000


class Scales:
    """Bytes received by a tab, by the kind of file, as the browser counts them."""

    def __init__(self, window: Any, *, kept: bool = False) -> None:
        self.window = window
        self.parts: dict[str, int] = {}
        self.caching: dict[str, str] = {}
        self._kinds: dict[str, str] = {}
        session = window.page.context.new_cdp_session(window.page)
        session.send("Network.enable")
        session.send("Network.setCacheDisabled", {"cacheDisabled": not kept})
        session.on("Network.responseReceived", self._received)
        session.on("Network.loadingFinished", self._finished)

    def _received(self, event: Any) -> None:
        response = event["response"]
        self._kinds[event["requestId"]] = event["type"]
        if response["url"].startswith("http"):  # icons are written in the sheet
            headers = {name.lower(): value for name, value in response["headers"].items()}
            self.caching[response["url"]] = headers.get("cache-control", "")

    def _finished(self, event: Any) -> None:
        kind = self._kinds.get(event["requestId"], "?")
        self.parts[kind] = self.parts.get(kind, 0) + int(event["encodedDataLength"])

    def open(self, address: str) -> int:
        """Bytes of one visit."""
        self.parts.clear()
        self.window.open(address)
        self.window.page.evaluate("document.fonts.ready.then(() => 0)")
        return sum(self.parts.values())


def too_heavy(window: Any, addresses: dict[str, str]) -> dict[str, dict[str, int]]:
    scales = Scales(window)
    found = {}
    for name, address in addresses.items():
        if scales.open(address) >= BOUND:
            found[name] = dict(scales.parts)
        assert {"Document", "Stylesheet", "Font", "Script"} <= set(scales.parts), (name, scales.parts)
    return found


def test_a_first_visit_to_an_open_page_is_light(window_for: Any) -> None:
    assert too_heavy(window_for(), PUBLIC) == {}


def test_a_first_visit_to_a_page_of_the_space_is_light(window_for: Any, full: Space) -> None:
    document, thread = full.documents["pdf"], next(iter(full.threads.values()))
    addresses = {**ALWAYS, **FULL, "document": f"/documents/{document}/", "fil": f"/messages/{thread}/"}
    assert too_heavy(window_for(full.compte), addresses) == {}


def test_the_next_page_brings_itself_alone(window_for: Any, full: Space) -> None:
    """Files are named by their content and never asked again; what is personal is never kept."""
    scales = Scales(window_for(full.compte), kept=True)
    scales.open("/accueil/")
    files = {url: said for url, said in scales.caching.items() if "/static/" in url}
    assert files
    assert all("immutable" in said and "max-age=" in said for said in files.values()), files
    assert [said for url, said in scales.caching.items() if "/static/" not in url] == ["no-store"]
    scales.open("/documents/")
    assert {kind for kind, count in scales.parts.items() if count} <= {"Document", "Other"}  # the icon of the tab


@pytest.mark.parametrize("address", ["/accueil/", "/demonstration/"])
def test_a_name_from_elsewhere_has_its_letters(window_for: Any, full: Space, address: str) -> None:
    """The second file of the typeface comes only when a letter asks for it."""
    window = window_for(full.compte)
    window.open(address)
    loaded = "[...document.fonts].filter(face => face.status === 'loaded').length"
    assert window.page.evaluate(f"document.fonts.ready.then(() => {loaded})") == 1
    window.page.evaluate("document.querySelector('h1').textContent = 'Łucja Şahin'; document.body.offsetWidth")
    assert window.page.evaluate(f"document.fonts.ready.then(() => {loaded})") == 2
