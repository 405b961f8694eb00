"""A browser without a screen: Django's client, signed in as whoever a test asks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest


@pytest.fixture(autouse=True)
def static_folder(db: Any) -> None:
    """WhiteNoise warns about a folder that is not there; tests collect no static file."""
    from django.conf import settings

    settings.STATIC_ROOT.mkdir(exist_ok=True)


@pytest.fixture
def rf(db: Any) -> Any:
    from django.test import RequestFactory

    return RequestFactory()


@pytest.fixture
def visitor(db: Any) -> Any:
    """Someone not signed in."""
    from django.test import Client

    return Client()


@pytest.fixture
def sign_in(db: Any) -> Callable[[Any], Any]:
    """A client signed in with an account."""
    from django.test import Client

    def act(compte: Any, **options: Any) -> Client:
        client = Client(**options)
        client.force_login(compte)
        return client

    return act


@pytest.fixture
def inaya(people: Any) -> Any:
    """A usager whose space is open."""
    return people.usager()


@pytest.fixture
def page(inaya: Any, sign_in: Callable[[Any], Any]) -> Any:
    """Inaya's browser."""
    return sign_in(inaya.compte)


@pytest.fixture
def mail(db: Any) -> Any:
    """What arrives in personal mailboxes."""
    from tests.notifications.inbox import inbox

    with inbox() as found:
        yield found
