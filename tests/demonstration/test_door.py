"""The door: a plain POST enters, from here only."""

from __future__ import annotations

from typing import Any

import pytest

from ens.demonstration.cast import cast

ENTER = "/demonstration/entrer/support/"


@pytest.fixture
def page(db: Any) -> Any:
    from django.conf import settings
    from django.test import Client

    from ens.identity.services import create_compte

    settings.STATIC_ROOT.mkdir(exist_ok=True)
    create_compte("demo-support", name="Hugo Petit", role="support")
    return Client(enforce_csrf_checks=True)


@pytest.mark.feature("B01")
def test_the_door_offers_everyone_and_tells_the_clock(page):
    shown = page.get("/demonstration/").content.decode()
    for one in cast():
        assert (f'action="/demonstration/entrer/{one.key}/"' in shown) is one.is_persona
    assert "L'horloge de la démonstration indique" in shown or "L&#x27;horloge" in shown


@pytest.mark.parametrize("headers", [{}, {"Origin": "http://testserver"}, {"Sec-Fetch-Site": "same-origin"}])
def test_a_plain_post_enters(page, headers):
    answer = page.post(ENTER, headers=headers)
    assert (answer.status_code, answer["Location"]) == (303, "/support/")
    assert "_auth_user_id" in page.session


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://ailleurs.example"},
        {"Origin": "http://testserver.ailleurs.example"},
        {"Origin": "null"},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
    ],
)
def test_a_page_from_elsewhere_does_not(page, headers):
    assert page.post(ENTER, headers=headers).status_code == 403
    assert "_auth_user_id" not in page.session


@pytest.mark.parametrize("key", ["personne", "riviere", "cabinet-dupond"])
def test_only_personas_enter(page, key):
    assert page.post(f"/demonstration/entrer/{key}/").status_code == 404


def test_reading_the_address_enters_nowhere(page):
    assert page.get(ENTER).status_code == 405


@pytest.mark.parametrize("key", ["labo", "operateur-medecins"])
def test_roles_without_pages_are_told_so(page, key):
    assert "demo.json" in (shown := page.get(f"/demonstration/roles/{key}/").content.decode()) or "Pas encore" in shown
