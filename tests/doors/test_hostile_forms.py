"""Forms as a hostile page sends them: without their token, with another's, after signing out, under another name, with
the ids of someone else in their hidden fields. Nothing is done, and nothing is said of anyone.
"""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings

from ens.web.common.access import CLIENT, access_table
from tests.doors.addresses import ADDRESSES, hers, path_of
from tests.doors.everyone import World, lines_of

POSTED = [name for name, row in ADDRESSES.items() if row.takes and access_table()[name] != CLIENT]
WHO = {"professionnel": "the authorised doctor", "pilotage": "the steerer", "support": "the support agent"}
# An Origin checked there instead: the door of the demonstration is posted to by other tools.
WITHOUT_TOKEN = frozenset({"demonstration:entrer"})
SECRET = "t" * 32


def browser_of(world: World, name: str, **options: Any) -> Any:
    return world.browser(WHO.get(name.split(":")[0], "the holder"), **options)


@pytest.mark.parametrize("name", [name for name in POSTED if name not in WITHOUT_TOKEN])
def test_each_form_is_refused_without_its_token_or_with_another_s(world: World, name: str) -> None:
    """Whether the token is absent, made up, or a stranger's own, given by the same site to their own browser."""
    path, before = path_of(name, hers(world)), world.last_line()
    stranger = world.browser("another usager", enforce_csrf_checks=True)
    stranger.get("/parametres/")
    theirs = stranger.cookies[settings.CSRF_COOKIE_NAME].value
    for form in ({}, {"csrfmiddlewaretoken": SECRET}, {"csrfmiddlewaretoken": "é"}, {"csrfmiddlewaretoken": theirs}):
        browser = browser_of(world, name, enforce_csrf_checks=True)
        browser.cookies[settings.CSRF_COOKIE_NAME] = "x" * 32
        answer = browser.post(path, form)
        assert answer.status_code == 403, form
        assert "Ce formulaire a expiré" in answer.content.decode()
    assert world.last_line() == before


def test_a_session_replayed_after_signing_out_is_nobodys(world: World) -> None:
    browser = world.browser("the holder")
    kept = browser.cookies[settings.SESSION_COOKIE_NAME].value
    assert browser.get("/accueil/").status_code == 200
    assert browser.post("/deconnexion/").status_code == 302
    thief = world.browser("nobody")
    thief.cookies[settings.SESSION_COOKIE_NAME] = kept
    answer = thief.get("/accueil/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/connexion/?suite=%2Faccueil%2F")


@pytest.mark.parametrize(
    "host", ["ailleurs.example", "127.0.0.1.ailleurs.example", "testserver@ailleurs.example", "a b"]
)
def test_a_forged_name_of_the_site_is_refused_and_written_nowhere(world: World, host: str) -> None:
    """Neither a link nor a redirection is ever made of what the caller says the site is called."""
    for kind, path in (("nobody", "/"), ("nobody", "/documents/"), ("the holder", "/accueil/")):
        answer = world.browser(kind).get(path, headers={"Host": host})
        assert answer.status_code == 400
        assert b"ailleurs.example" not in answer.content
        assert "Location" not in answer.headers


def test_a_name_forwarded_by_anyone_is_not_believed(world: World) -> None:
    answer = world.browser("nobody").get("/documents/", headers={"X-Forwarded-Host": "ailleurs.example"})
    assert answer.headers["Location"] == "/connexion/?suite=%2Fdocuments%2F"


def test_a_document_is_not_sent_into_someone_elses_conversation(world: World) -> None:
    """The address is one's own; the hidden field names another's thread."""
    person, other = world.inaya, world.other
    before = len(lines_of(other))
    path = path_of("usager:envoyer", hers(world))
    form = {"echange": str(world.others_thread), "corps": "Bonjour", "jeton": "un"}
    answer = world.browser("the holder").post(path, form)
    assert answer.status_code in (404, 422)
    assert str(world.others_thread) not in answer.content.decode()
    assert [line.event for line in lines_of(other)[before:] if line.event == "message_envoye"] == []
    assert "message_envoye" not in {line.event for line in lines_of(person)}


def test_the_conversation_named_beside_a_file_only_says_where_to_come_back_to(world: World) -> None:
    """Another's thread, or an address, in the hidden field of one's own file."""
    for thread in (str(world.others_thread), "//ailleurs.example/", "https://ailleurs.example/"):
        path = path_of("usager:enregistrer_piece", hers(world))
        answer = world.browser("the holder").post(path, {"fil": thread})
        assert "ailleurs.example" not in answer.headers.get("Location", "")
        assert answer.status_code in (302, 404, 422)
        if answer.status_code == 302:
            assert world.browser("the holder").get(answer.headers["Location"]).status_code in (200, 404)


def test_the_session_of_someone_else_is_not_ended(world: World) -> None:
    from ens.identity.models import WebSession

    compte, other = world.accounts["another usager"], world.browser("another usager")
    assert compte is not None
    theirs = WebSession.objects.get(compte=compte, session_key=other.session.session_key)
    world.browser("the holder").post(path_of("usager:fermer_sessions", {}), {"session": str(theirs.id)})
    assert WebSession.objects.filter(id=theirs.id).exists()
    assert other.get("/accueil/").status_code == 200
    own = world.browser("another usager")
    own.post(path_of("usager:fermer_sessions", {}), {"session": str(theirs.id)})
    assert other.get("/accueil/").status_code == 302  # by its owner, it is


def test_with_its_own_token_a_form_is_taken(world: World) -> None:
    browser = world.browser("the holder", enforce_csrf_checks=True)
    found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', browser.get("/parametres/").content.decode())
    assert found is not None
    assert browser.post("/deconnexion/", {"csrfmiddlewaretoken": found.group(1)}).status_code == 302
