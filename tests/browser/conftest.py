"""A real browser on a real server on the test database. Chromium is the system's: nothing is downloaded."""

from __future__ import annotations

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from socketserver import ThreadingMixIn
from typing import Any
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

import pytest

from tests.browser.story import Space, crowded_space, empty_space, full_space, long_space, single_space
from tests.browser.watching import Window

ROOT = Path(__file__).resolve().parent.parent.parent
IMAGES = ROOT / "docs" / "images"
# The engine alone, a sixth less work; what surrounds it (the camera) is of the whole ones.
SHELL = "/usr/bin/chromium-headless-shell"
CHROMIUM = ("/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome")
INSTALL = "Chromium manque, les pages ne sont pas vérifiées : sudo apt-get install -y chromium"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if "tests/browser" in str(item.path):
            item.add_marker(pytest.mark.browser)
            item.add_marker(pytest.mark.timeout(120))


class _Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True


class _Quiet(WSGIRequestHandler):
    def log_message(self, format: str, *args: Any) -> None:
        """Nothing: a test that fails says what it saw."""


@pytest.fixture(scope="session")
def live_server_url(database: Any) -> Iterator[str]:
    """The space on a free port; static files gathered, hashed and compressed as ``ens up`` does."""
    from django.conf import settings
    from django.core.wsgi import get_wsgi_application
    from django.test import override_settings

    from ens.cli.static import gather

    storage = {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    with override_settings(STORAGES={**settings.STORAGES, "staticfiles": storage}):
        gather()
        server = make_server("127.0.0.1", 0, get_wsgi_application(), _Server, _Quiet)
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            server.server_close()
            thread.join(5)


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    found = next((path for path in (SHELL, *CHROMIUM) if Path(path).exists()), None) or shutil.which("chromium")
    if found is None:
        if os.environ.get("ENS_NO_SKIP"):
            pytest.fail(INSTALL)
        pytest.skip(INSTALL)
    from playwright.sync_api import sync_playwright

    # Playwright's sync interface keeps an event loop in this thread; the ORM here is called from tests only.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield chromium
        chromium.close()


@pytest.fixture
def window_for(browser: Any, live_server_url: str) -> Iterator[Any]:
    """Open a tab signed in as someone, or as nobody."""
    contexts: list[Any] = []

    def act(compte: Any = None, **options: Any) -> Window:
        options.setdefault("viewport", {"width": 1280, "height": 800})
        context = browser.new_context(locale="fr-FR", reduced_motion="reduce", **options)
        contexts.append(context)
        if compte is not None:
            context.add_cookies([session_cookie(compte, live_server_url)])
        return Window(context.new_page(), live_server_url)

    yield act
    for context in contexts:
        context.close()


@pytest.fixture(scope="session")
def tabs(browser: Any, live_server_url: str) -> Iterator[Any]:
    """One tab a person, kept from test to test for pages that are only looked at."""
    known: dict[str, Window] = {}

    def act(compte: Any = None) -> Window:
        name = compte.username if compte is not None else ""
        if name not in known:
            context = browser.new_context(locale="fr-FR", reduced_motion="reduce")
            if compte is not None:
                context.add_cookies([session_cookie(compte, live_server_url)])
            known[name] = Window(context.new_page(), live_server_url)
        known[name].complaints.clear()
        return known[name]

    yield act
    for window in known.values():
        window.page.context.close()


def session_cookie(compte: Any, url: str) -> dict[str, str]:
    """The cookie of a session opened for an account."""
    from django.conf import settings
    from django.test import Client

    client = Client()
    client.force_login(compte)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": url}


@pytest.fixture(scope="session")
def full(database: Any, browser: Any) -> Space:
    """A space with something of everything; tests that change it make their own."""
    from tests.factories import People

    return full_space(People())


@pytest.fixture(scope="session")
def long(database: Any, browser: Any) -> Space:
    from tests.factories import People

    return long_space(People())


@pytest.fixture(scope="session")
def crowded(database: Any, browser: Any) -> Space:
    from tests.factories import People

    return crowded_space(People())


@pytest.fixture(scope="session")
def consultation(database: Any, browser: Any) -> Any:
    """A doctor with patients of theirs; tests that open a record say why themselves."""
    from tests.browser.test_pages_of_professionals import Consultation
    from tests.factories import People

    return Consultation(People())


@pytest.fixture(scope="session")
def single(database: Any, browser: Any) -> Space:
    from tests.factories import People

    return single_space(People())


@pytest.fixture(scope="session")
def empty(database: Any, browser: Any) -> Space:
    from tests.factories import People

    return empty_space(People())
