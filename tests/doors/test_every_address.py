"""Every address, called by everyone by every method: who is let in, how the others are answered, what is left of it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import get_resolver

from ens.messaging import services as messaging
from ens.web.common.access import CLIENT, DEMONSTRATION, PUBLIC, access_table
from ens.web.common.security import CONTENT_SECURITY_POLICY, CONTENT_SECURITY_POLICY_OF_FILES, HEADERS
from tests.doors.addresses import ADDRESSES, OF_NOBODY, hers, may, nobodys, path_of, someone_elses
from tests.doors.everyone import ENTERS, NOT_SIGNED_IN, OWN_SPACE, World, as_seen, headers_of

OFFERED, OTHERS = ("GET", "POST"), ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
# HEAD, which is as GET, and the methods that no address offers are tried by one of each audience.
TRY_THE_OTHERS = ("nobody", "the holder", "the authorised doctor", "the steerer")
OPEN = (PUBLIC, DEMONSTRATION, CLIENT)
names = pytest.mark.parametrize("name", ADDRESSES)
ABOUT_SOMEONE = [name for name, row in ADDRESSES.items() if row.about not in OF_NOBODY]
named = pytest.mark.parametrize("name", ABOUT_SOMEONE)
PERSONAL = [name for name in ADDRESSES if name.startswith(("usager:", "professionnel:", "pilotage:", "support:"))]


def enters(kind: str, name: str) -> bool:
    audience = access_table()[name]
    return audience in OPEN or audience in ENTERS[kind]


def call(browser: Any, method: str, path: str) -> Any:
    return browser.generic(method, path, content_type="application/x-www-form-urlencoded")


def test_every_address_has_its_row_here() -> None:
    """Walks the addresses of the running server: a new one says who gets what, or this fails."""
    assert set(access_table()) == set(ADDRESSES)
    assert get_resolver().url_patterns


@names
def test_who_is_let_in_by_which_method(world: World, name: str) -> None:
    """The holder's and the doctors' own addresses; the others' are absent, or ask someone unknown to sign in.

    What is absent for someone signed in has the same status, headers and body as an address of nothing.
    """
    path, row = path_of(name, hers(world)), ADDRESSES[name]
    for kind in ENTERS:
        browser = world.browser(kind)
        for method in (*OTHERS, *OFFERED) if kind in TRY_THE_OTHERS else OFFERED:
            answer = call(browser, method, path)
            said = (kind, method, answer.status_code)
            assert said == (kind, method, expected(kind, method, name))
            if answer.status_code == 405:
                assert {one.strip() for one in answer.headers["Allow"].split(",")} == row.methods
            if not enters(kind, name) and kind in NOT_SIGNED_IN:
                assert answer.headers["Location"].startswith("/connexion/")
            check_headers(answer, kind, name)
            if name in PERSONAL and kind not in NOT_SIGNED_IN and not enters(kind, name) and method in OFFERED:
                check_is_as_nowhere(world, kind, method, answer)
            if name in ("deconnexion", "demonstration:entrer"):
                browser = world.browser(kind)
    if name == "usager:jeter":  # the others find the conversation where it was
        messaging.restore(world.thread, by=world.inaya.actor)


def expected(kind: str, method: str, name: str) -> int | None:
    """The status, as the tables say it."""
    row = ADDRESSES[name]
    if not enters(kind, name):
        return 302 if kind in NOT_SIGNED_IN else 404
    if name == "fhir":
        return 401
    if method not in row.methods:
        return 405
    if not may(kind, name):
        return 404
    if name == "connexion" and {"usager", "professionnel", "pilotage", "support"} & ENTERS[kind]:
        return 302  # to their home
    return row.takes if method == "POST" else row.gives


def check_is_as_nowhere(world: World, kind: str, method: str, answer: Any) -> None:
    found = as_seen(answer)
    if found != world.nowhere.get((kind, method)):  # asked again: their page may have changed meanwhile
        world.nowhere[kind, method] = as_seen(call(world.browser(kind), method, "/nulle-part/"))
    assert found == world.nowhere[kind, method], (kind, method)


def check_headers(answer: Any, kind: str, name: str) -> None:
    """No answer may run what is not ours, be framed, or be kept when it is about someone."""
    found = headers_of(answer)
    asks = ADDRESSES[name].reads_a_card and answer.status_code != 405
    wanted = HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)" if asks else "camera=()")
    for header, value in (HEADERS | {"Permissions-Policy": wanted}).items():
        assert found[header] == value, kind
    is_file = ADDRESSES[name].is_file and answer.status_code == 200
    for_software = access_table()[name] == CLIENT
    bare = is_file or for_software  # nothing of it may run
    assert found["Content-Security-Policy"] == (CONTENT_SECURITY_POLICY_OF_FILES if bare else CONTENT_SECURITY_POLICY)
    if is_file:
        assert found["Content-Disposition"].startswith("attachment;")
    if kind not in NOT_SIGNED_IN or for_software:
        assert found["Cache-Control"] == "no-store", kind


@named
def test_what_one_may_not_know_of_is_answered_like_what_is_nobodys(world: World, name: str) -> None:
    method = "GET" if ADDRESSES[name].gives else "POST"
    absent = nobodys(world)
    for kind in [kind for kind in ENTERS if kind not in NOT_SIGNED_IN and enters(kind, name)]:
        browser = world.browser(kind)
        of_nobody = as_seen(call(browser, method, path_of(name, absent)))
        assert of_nobody[0] == 404
        asked = []
        if not may(kind, name):
            asked.append(hers(world))
        if kind in OWN_SPACE:
            asked.append(someone_elses(world))
        if "document" in ADDRESSES[name].about and not may(kind, name, document="masked") and kind not in OWN_SPACE:
            asked.append({**hers(world), "document": world.masked})
        if ADDRESSES[name].about[:2] == ("usager", "document"):  # of one patient, under another's address
            asked.append({**someone_elses(world), "document": world.document})
            asked.append({**hers(world), "document": world.others_document})
            asked.append({**hers(world), "usager": world.document})
        for ids in asked:
            assert as_seen(call(browser, method, path_of(name, ids))) == of_nobody, (kind, ids)


READERS = {"professionnel": ["the authorised doctor"], "pilotage": ["the steerer"], "support": ["the support agent"]}


@pytest.mark.parametrize("name", [name for name in PERSONAL if ADDRESSES[name].gives == 200])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_each_reading_leaves_its_lines(world: World, name: str, method: str) -> None:
    """Of who reads, under their own name: by the holder, by who acts for them, by an authorised doctor."""
    row = ADDRESSES[name]
    kinds = READERS.get(name.split(":")[0]) or sorted(OWN_SPACE)
    for kind in kinds:
        browser, before = world.browser(kind), world.last_line()
        assert call(browser, method, path_of(name, hers(world))).status_code == 200
        left = [line for line in world.lines(after=before) if line.actor_id == world.actors[kind]]
        # A page of a picture is part of an opening that was just traced.
        part_of_an_opening = name.endswith(":apercu") and not left
        assert part_of_an_opening or {line.event for line in left} == set(row.leaves), kind
        assert {line.outcome for line in left} <= {"fait"}


@named
def test_each_refusal_leaves_its_line(world: World, name: str) -> None:
    """In the history of whom it is about, under the name of who was refused."""
    row = ADDRESSES[name]
    method = "GET" if row.gives else "POST"
    for kind in [kind for kind in ENTERS if enters(kind, name) and not may(kind, name)]:
        before = world.last_line()
        assert call(world.browser(kind), method, path_of(name, hers(world))).status_code == 404
        left = [(line.event, line.outcome, line.actor_id) for line in world.lines(after=before)]
        event = "document_lu" if (kind, name) == ("an authorised nurse", "professionnel:document") else row.refusal
        assert left == [(event, "refuse", world.actors[kind])], kind


def test_a_question_asked_before_signing_in_is_not_repeated_in_another_address(world: World) -> None:
    """What was looked for may tell of a health: the way back keeps the page, not the words."""
    answer = world.browser("nobody").get("/documents/?texte=depistage")
    assert answer.headers["Location"] == "/connexion/?suite=%2Fdocuments%2F"
