"""Who comes with which token, and the address that gives them: through the real server, and by the database's truth."""

from __future__ import annotations

import base64
import json
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import uuid4

import pytest
from django.conf import settings

from ens.interop.fhir import authentication, oauth
from ens.interop.fhir.refusals import KEPT, WINDOW_S, Refusals
from ens.kernel.network import address_of
from tests.interop.fhir.calls import assert_refused, who
from tests.interop.fhir.conftest import AtTheDoor, Software
from tests.interop.fhir.door import Door, Heard

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(autouse=True)
def nothing_remembered() -> Iterator[None]:
    """What this process remembers of tokens and refusals is of this test alone."""
    for forget in (authentication.forget_tokens, authentication.refusals.forget, oauth.refusals.forget):
        forget()
    yield
    for forget in (authentication.forget_tokens, authentication.refusals.forget, oauth.refusals.forget):
        forget()


def token_row(software: Software) -> Any:
    import hashlib

    from oauth2_provider.models import get_access_token_model

    checksum = hashlib.sha256(software.token.encode()).hexdigest()
    return get_access_token_model().objects.filter(token_checksum=checksum)


def written(event: str) -> int:
    from ens.audit.models import ServiceLine

    return int(ServiceLine.objects.filter(stream="fhir", event=event).count())


# -- tokens of the face ------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "header",
    [
        "",
        "Bearer",
        "Bearer  ",
        "Basic ZHVwb25kOnNlY3JldA==",
        "Token abc",
        "\xe9\xe8",
        "Bearer \xff\xfe",
    ],
)
def test_no_token_is_asked_for(door: Door, inaya: Any, header: str) -> None:
    answer = door.call("GET", f"/fhir/DocumentReference?{who(inaya)}", headers={"Authorization": header})
    assert_refused(answer, 401, "jeton_absent")
    assert answer["WWW-Authenticate"] == 'Bearer realm="fhir", scope="dossier"'


@pytest.mark.parametrize(
    "token",
    [
        "inconnu",
        "a b c",
        "x" * 20_000,
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiJkdXBvbmQifQ.",  # a token of another server, signed by nobody
        "' OR 1=1 --",
        "../../etc/passwd",
        "%00",
    ],
)
def test_a_token_that_is_not_ours_is_refused(door: Door, inaya: Any, token: str) -> None:
    answer = door.call("GET", f"/fhir/DocumentReference?{who(inaya)}", headers={"Authorization": f"Bearer {token}"})
    assert_refused(answer, 401, "jeton_invalide")
    assert answer["WWW-Authenticate"].endswith('error="invalid_token"')


def test_an_expired_token_is_refused_at_once(outside: AtTheDoor, inaya: Any) -> None:
    token_row(outside).update(expires=datetime.now(UTC) - timedelta(seconds=1))
    assert_refused(outside.get(f"DocumentReference?{who(inaya)}"), 401, "jeton_invalide")


def test_a_token_expires_even_while_it_is_remembered(dupond: Software, inaya: Any) -> None:
    token_row(dupond).update(expires=datetime.now(UTC) + timedelta(milliseconds=700))
    assert dupond.get(f"DocumentReference?{who(inaya)}").status_code == 200
    assert threading.Event().wait(0.8) is False
    assert_refused(dupond.get(f"DocumentReference?{who(inaya)}"), 401, "jeton_invalide")


def test_a_token_without_the_scope_is_refused(outside: AtTheDoor, inaya: Any) -> None:
    token_row(outside).update(scope="autre")
    assert_refused(outside.get(f"DocumentReference?{who(inaya)}"), 401, "jeton_invalide")


def revoke(software: Software, _: Any) -> None:
    token_row(software).delete()


def retire(_: Software, doctor: Any) -> None:
    from ens.identity.models import Professional

    Professional.objects.filter(id=doctor.id).update(active=False)


def unregister(software: Software, _: Any) -> None:
    token_row(software).get().application.delete()


@pytest.mark.parametrize("ending", [revoke, retire, unregister])
def test_a_right_that_ended_is_no_longer_believed_once_the_memory_is_over(
    dupond: Software, doctor: Any, inaya: Any, ending: Callable[[Software, Any], None]
) -> None:
    assert dupond.get(f"DocumentReference?{who(inaya)}").status_code == 200
    ending(dupond, doctor)
    authentication.forget_tokens()  # what 30 seconds do
    assert_refused(dupond.get(f"DocumentReference?{who(inaya)}"), 401, "jeton_invalide")
    assert authentication.CACHE_SECONDS <= 30


# -- how often one may be refused ----------------------------------------------------------------------------------
def test_refused_tokens_are_counted_by_address_and_soon_cost_nothing(
    dupond: Software, inaya: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(settings, "ENS_FHIR_REFUSALS_PER_MINUTE", 5)
    path = f"/fhir/DocumentReference?{who(inaya)}"
    before = written("jeton_refuse"), written("jetons_refuses_en_nombre")

    def try_one(number: int) -> Any:
        return dupond.client.get(path, headers={"Authorization": f"Bearer faux-{number}"})

    for number in range(5):
        assert_refused(try_one(number), 401, "jeton_invalide")
    for number in range(20):
        answer = try_one(number)
        assert_refused(answer, 429, "trop_de_refus")
        assert 1 <= int(answer["Retry-After"]) <= WINDOW_S
    assert (written("jeton_refuse"), written("jetons_refuses_en_nombre")) == (before[0] + 5, before[1] + 1)
    assert dupond.get(f"DocumentReference?{who(inaya)}").status_code == 200  # a good token is never slowed down
    elsewhere = dupond.client.get(path, headers={"Authorization": "Bearer faux"}, REMOTE_ADDR="198.51.100.7")
    assert_refused(elsewhere, 401, "jeton_invalide")


def test_windows_end_and_memory_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    now = 1000.0
    monkeypatch.setattr("ens.interop.fhir.refusals.time.monotonic", lambda: now)
    refusals = Refusals()
    assert [refusals.add("a") for _ in range(3)] == [1, 2, 3]
    assert (refusals.count("a"), refusals.count("b"), refusals.wait("a")) == (3, 0, WINDOW_S)
    now += WINDOW_S
    assert refusals.count("a") == 0
    assert refusals.add("a") == 1
    for number in range(KEPT + 10):
        refusals.add(str(number))
    assert len(refusals._windows) == KEPT


def test_refusals_are_counted_whole_by_many_threads() -> None:
    refusals = Refusals()
    with ThreadPoolExecutor(8) as pool:
        counts = list(pool.map(lambda _: refusals.add("a"), range(400)))
    assert sorted(counts) == list(range(1, 401))


@pytest.mark.parametrize(
    ("peer", "forwarded", "expected"),
    [
        ("192.0.2.1", "", "192.0.2.1"),
        ("192.0.2.1", "203.0.113.9", "192.0.2.1"),  # not one of our proxies: it says what it likes
        ("10.0.0.1", "203.0.113.9", "203.0.113.9"),
        ("10.0.0.1", "203.0.113.9, 198.51.100.4", "198.51.100.4"),  # the left is anyone's
        ("10.0.0.1", "203.0.113.9, 10.0.0.2", "203.0.113.9"),  # two proxies of ours
        ("10.0.0.1", "", "10.0.0.1"),
        ("10.0.0.1", "n'importe quoi " * 20, ("n'importe quoi " * 20)[:45]),
        ("::ffff:192.0.2.1", "", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "", "2001:db8:1:2::/64"),
        ("", "", ""),
    ],
)
def test_the_address_is_what_our_own_proxies_say(peer: str, forwarded: str, expected: str) -> None:
    assert address_of(peer, forwarded, ["10.0.0.1", "10.0.0.2"]) == expected


# -- the address that gives tokens -------------------------------------------------------------------------------
def ask(door: Door, body: bytes, **headers: str) -> Heard:
    return door.call("POST", "/oauth2/token", body, {"Content-Type": FORM, **headers})


def basic(text: bytes) -> str:
    return "Basic " + base64.b64encode(text).decode()


GRANT = b"grant_type=client_credentials"


@pytest.mark.parametrize(
    ("body", "headers", "status", "error"),
    [
        (b"", {}, 400, "unsupported_grant_type"),
        (b"grant_type=password&username=a&password=b", {}, 400, "unsupported_grant_type"),
        (GRANT, {}, 401, "invalid_client"),
        (GRANT + b"&client_id=a&client_secret=b", {}, 401, "invalid_client"),
        (GRANT + b"&client_id=%00&client_secret=%00", {}, 400, "invalid_request"),
        (GRANT + b"&client_id=a&scope=%00", {}, 400, "invalid_request"),
        (GRANT + b"&client_id=%ff%fe&client_secret=b", {}, 401, "invalid_client"),
        (b"a=1&" * 3000, {}, 400, "invalid_request"),
        (b"x" * 16_385, {}, 413, "invalid_request"),
        (b"x" * 30_000_000, {}, 413, "invalid_request"),
        (GRANT, {"Authorization": basic(b"\x00:\x00")}, 400, "invalid_request"),
        (GRANT, {"Authorization": "Basic *"}, 401, "invalid_client"),
        (GRANT, {"Authorization": "Basic A"}, 400, "invalid_request"),
        (GRANT, {"Authorization": basic(b"sans deux-points")}, 401, "invalid_client"),
        (GRANT, {"Authorization": basic(b"\xff\xfe:\xff")}, 401, "invalid_client"),
        (b"{}", {"Content-Type": "application/json"}, 400, "invalid_request"),
        (b"--x", {"Content-Type": "multipart/form-data"}, 400, "invalid_request"),
        (GRANT, {"Content-Type": ""}, 400, "invalid_request"),
    ],
)
def test_a_request_for_a_token_is_refused_in_json(
    door: Door, database: Any, body: bytes, headers: dict[str, str], status: int, error: str
) -> None:
    answer = ask(door, body, **headers)
    assert answer.status_code == status, answer.content
    said = answer.json()
    assert said["error"] == error
    assert said["error_description"].isascii() and len(said["error_description"]) > 15
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "OPTIONS", "BREW"])
def test_tokens_are_only_posted_for(door: Door, method: str) -> None:
    answer = door.call(method, "/oauth2/token")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")


def test_a_form_of_unknown_length_is_told_to_announce_it(door: Door) -> None:
    """Though they are still writing it: an answer given before the last chunk would be a broken connection to them."""

    def slowly() -> Iterator[bytes]:
        for place in range(0, len(GRANT), 8):
            yield GRANT[place : place + 8]
            time.sleep(0.02)

    assert door.call("POST", "/oauth2/token", slowly(), {"Content-Type": FORM}).status_code == 411


def test_a_name_of_another_server_is_no_fault(door: Door) -> None:
    request = f"POST /oauth2/token HTTP/1.1\r\nHost: ailleurs.example\r\nContent-Type: {FORM}\r\n"
    request += f"Content-Length: {len(GRANT)}\r\nConnection: close\r\n\r\n{GRANT.decode()}"
    said = door.say(request.encode())
    assert said.startswith(b"HTTP/1.1 401 ")
    assert json.loads(said.split(b"\r\n\r\n", 1)[1])["error"] == "invalid_client"


def test_a_secret_tried_too_often_is_not_even_compared(
    static_folder: None, people: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from django.test import Client

    from ens.identity import services

    monkeypatch.setattr(settings, "ENS_FHIR_REFUSALS_PER_MINUTE", 3)
    client_id = f"logiciel-{uuid4()}"
    services.register_client(client_id, "un-secret-de-test", name="Logiciel", professional=people.professional())
    before = written("secret_refuse")

    def ask_for(client: str, secret: str) -> Any:
        form = {"grant_type": "client_credentials", "client_id": client, "client_secret": secret}
        return Client().post("/oauth2/token", urlencode(form), content_type=FORM)

    assert [ask_for(client_id, f"essai-{number}").status_code for number in range(3)] == [401] * 3
    late = ask_for(client_id, "un-secret-de-test")
    assert late.status_code == 429
    assert 1 <= int(late["Retry-After"]) <= WINDOW_S
    assert late.json()["error_uri"] == "urn:ens:codes:trop_de_refus"
    assert written("secret_refuse") == before + 3
    other = f"logiciel-{uuid4()}"
    services.register_client(other, "un-secret-de-test", name="Logiciel", professional=people.professional())
    assert ask_for(other, "un-secret-de-test").status_code == 200  # beside it, nobody waits


def test_a_database_that_is_away_is_said_in_json(static_folder: None, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import OperationalError
    from django.test import Client

    def away(_: object) -> None:
        raise OperationalError("host=secret")

    monkeypatch.setattr(oauth, "_library", away)
    answer = Client().post("/oauth2/token", GRANT.decode(), content_type=FORM)
    assert (answer.status_code, answer["Retry-After"]) == (503, "2")
    assert answer.json()["error"] == "temporarily_unavailable"
    assert b"secret" not in answer.content


def test_a_good_answer_is_the_librarys_own(software: Any, people: Any) -> None:
    assert software(people.professional()).token
