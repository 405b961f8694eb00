"""Methods, paths and lines that no software should write, on the wire."""

from __future__ import annotations

import select
import socket
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from ens.config.arrivals import ARRIVING, OF_ONE_ADDRESS, WORKED
from ens.interop.fhir.views import ROUTES
from tests.interop.fhir.builders import body
from tests.interop.fhir.calls import assert_refused, for_, total
from tests.interop.fhir.conftest import AtTheDoor
from tests.interop.fhir.door import Door
from tests.scenarios.conftest import until

SOMEONE = "0192f0c0-0000-7000-8000-000000000001"
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "PROPFIND", "BREW")


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: "/".join(route) or "base")
def test_a_method_not_offered_is_said_with_those_that_are(outside: AtTheDoor, route: tuple[str, ...]) -> None:
    offered = set(ROUTES[route].methods) | ({"HEAD"} if "GET" in ROUTES[route].methods else set())
    target = "/fhir/" + "/".join(route).replace("{id}", SOMEONE).replace("{version}", "1")
    for method in METHODS:
        if method in offered:
            continue
        for address in {target, target.rstrip("/"), target + "/"}:
            answer = outside.call(method, address)
            if method == "HEAD":
                assert (answer.status_code, answer.content) == (405, b"")
            else:
                assert_refused(answer, 405, "methode_non_offerte")
            assert {name for name in answer["Allow"].split(", ") if name} == offered


@pytest.mark.parametrize("route", [route for route in ROUTES if "GET" in ROUTES[route].methods])
def test_head_is_get_without_its_body(outside: AtTheDoor, inaya: Any, route: tuple[str, ...]) -> None:
    locations = [one["response"]["location"] for one in outside.post(for_(inaya)).json()["entry"]]
    ids = dict(location.split("/") for location in locations) | {"Patient": str(inaya.usager_id)}
    target = "/fhir/" + "/".join(route).replace("{id}", ids.get(route[0], "")).replace("{version}", "1")
    if route in (("DocumentReference",), ("List",)):
        target += f"?patient.identifier=urn:oid:{inaya.oid}|{inaya.matricule}"
    if route == ("Patient",):
        target += f"?identifier=urn:oid:{inaya.oid}|{inaya.matricule}"
    got, head = outside.call("GET", target), outside.call("HEAD", target)
    assert (got.status_code, head.status_code, head.content) == (200, 200, b"")
    assert head["Content-Length"] == str(len(got.content))
    assert head["Content-Type"] == got["Content-Type"]


@pytest.mark.parametrize(
    "path",
    [
        "/fhir/.",
        "/fhir/..",
        "/fhir/./metadata",
        "/fhir/../healthz",
        "/fhir/%2e%2e/healthz",
        "/fhir/%2e%2e/%2e%2e/etc/passwd",
        "/fhir/..%2f..%2fetc%2fpasswd",
        "/fhir/..\\..\\secrets",
        "/fhir/metadata%00",
        "/fhir/%00",
        "/fhir/metadata;jsessionid=1",
        "/fhir/metadata/INAYA/MICHEL",
        "/fhir/Metadata",
        "/fhir/documentreference",
        "/fhir/DocumentReference%20",
        "/fhir/Observation",
        "/fhir/$export",
        "/fhir/Patient/$everything",
        f"/fhir/Patient/{SOMEONE}/_history/1",
        f"/fhir/DocumentReference/{SOMEONE}/_history/1/x",
        "/fhir/DocumentReference/_search/_history/1",
        "/fhir/" + "a" * 5000,
        "/fhir/" + "a/" * 2000,
        "/fhir/%ff%fe",
        "/fhir/%c3%a9",
    ],
)
def test_a_path_that_leads_nowhere_is_absent(outside: AtTheDoor, path: str) -> None:
    answer = outside.call("GET", path)
    code = answer.json()["issue"][0]["details"]["coding"][0]["code"]
    assert code in ("adresse_inconnue", "ressource_absente")
    assert_refused(answer, 404, code)


@pytest.mark.parametrize(
    "object_id", ["x", "1", "%00", "%ff", "..", SOMEONE.upper(), "{" + SOMEONE + "}", "a" * 5000, "2890456789012", "*"]
)
@pytest.mark.parametrize("kind", ["DocumentReference", "List", "Binary", "Patient"])
def test_an_id_that_is_none_of_ours_is_absent(outside: AtTheDoor, kind: str, object_id: str) -> None:
    for path in (f"/fhir/{kind}/{object_id}", f"/fhir//{kind}//{object_id}/"):
        answer = outside.call("GET", path)
        code = answer.json()["issue"][0]["details"]["coding"][0]["code"]
        assert code in ("adresse_inconnue", "ressource_absente")
        assert_refused(answer, 404, code)


@pytest.mark.parametrize("version", ["0", "2", "-1", "x", "%00", "1.0", "01"])
def test_a_version_that_never_was_is_absent(outside: AtTheDoor, inaya: Any, version: str) -> None:
    for entry in outside.post(for_(inaya)).json()["entry"]:
        location = entry["response"]["location"]
        assert outside.get(f"{location}/_history/1", Accept="*/*").status_code == 200
        assert_refused(outside.get(f"{location}/_history/{version}", Accept="*/*"), 404, "ressource_absente")


@pytest.mark.parametrize("path", ["/fhir//metadata", "/fhir/metadata/", "/fhir/metadata//", "/fhir%2fmetadata"])
def test_slashes_more_or_less_change_nothing(door: Door, path: str) -> None:
    assert door.call("GET", path).content == door.call("GET", "/fhir/metadata").content


@pytest.mark.parametrize(
    "path", ["/fhir//DocumentReference", "/fhir%2fList", "//fhir/List", "/x/../fhir/List", "/FHIR/List"]
)
def test_no_way_round_the_token(door: Door, path: str) -> None:
    answer = door.call("GET", path)
    assert answer.status_code in (401, 404)
    assert b"searchset" not in answer.content


@pytest.mark.parametrize(
    "headers",
    [
        {"If-None-Match": "W/", "If-Modified-Since": "hier"},
        {"If-None-Match": '"' * 500},
        {"If-Modified-Since": "Mon, 31 Feb 2026 99:99:99 GMT"},
        {"If-Modified-Since": "Thu, 01 Jan 99999 00:00:00 GMT"},
        {"If-Modified-Since": "Thu, 01 Jan 0001 00:00:00 +2359"},
        {"If-Modified-Since": "1 2 3 4 5 6 7"},
        {"Accept": "*/*;q=inf, application/pdf;q=-1;;;,,,"},
        {"Accept": "a" * 5000 + ", */*"},
        {"Prefer": "return; handling==;;=,="},
        {"Range": "bytes=0-1"},
    ],
)
def test_conditions_and_wishes_that_cannot_be_read_are_as_absent(
    outside: AtTheDoor, inaya: Any, headers: dict[str, str]
) -> None:
    locations = [one["response"]["location"] for one in outside.post(for_(inaya)).json()["entry"]]
    for location in locations:
        answer = outside.get(location, **{"Accept": "*/*", **headers})
        assert answer.status_code in (200, 304), (location, answer.content[:200])


def test_two_lengths_and_broken_lines_never_reach_the_face(door: Door) -> None:
    start = b"POST /fhir HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/fhir+json\r\n"
    for broken in (
        start + b"Content-Length: 2\r\nContent-Length: 30\r\n\r\n{}",
        start + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /fhir/List HTTP/1.1\r\n\r\n",
        start + b"Content-Length: -1\r\n\r\n{}",
        start + b"Content-Length: 2e1\r\n\r\n{}",
        start + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n{}\r\n0\r\n\r\n",
        b"GET /fhir/meta\x00data HTTP/1.1\r\nHost: x\r\n\r\n",
        b"GET /fhir/metadata HTTP/9.9\r\nHost: x\r\n\r\n",
        start + b"X-Long: " + b"a" * 2_000_000 + b"\r\n\r\n",
    ):
        said = door.say(broken)
        status = int(said[9:12]) if said.startswith(b"HTTP/1.1 ") else 0
        assert status == 0 or 400 <= status < 500, said[:300]
        assert b"Traceback" not in said
    assert door.call("GET", "/fhir/metadata").status_code == 200


def test_a_body_cut_short_files_nothing_and_leaves_the_door_open(outside: AtTheDoor, inaya: Any, door: Door) -> None:
    raw = body(for_(inaya))
    head = (
        f"POST /fhir HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {outside.token}\r\n"
        f"Content-Type: application/fhir+json\r\nContent-Length: {len(raw)}\r\n\r\n"
    )
    door.say(head.encode() + raw[:-10], then_close=True)
    assert total(outside, inaya) == 0
    assert outside.post(raw).status_code == 200


def test_senders_who_stop_in_the_middle_keep_nobody_else_from_being_answered(
    outside: AtTheDoor, inaya: Any, door: Door
) -> None:
    """As many as a process works on at once, then more than it waits for: a slow line, a line that fell."""
    head = (
        f"POST /fhir HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: Bearer {outside.token}\r\n"
        "Content-Type: application/fhir+json\r\nContent-Length: 5000\r\n\r\n{"
    ).encode()
    with ExitStack() as lines:

        def stops(address: str) -> socket.socket:
            made = socket.create_connection(("127.0.0.1", door.port), timeout=60, source_address=(address, 0))
            line = lines.enter_context(made)
            line.sendall(head)
            return line

        def turned_away(number: int) -> None:
            assert until(lambda: len(select.select(stopped, [], [], 1)[0]) == number, 60)
            for line in select.select(stopped, [], [])[0]:
                said = line.recv(65536)
                while b"}" not in said and (more := line.recv(65536)):  # the body may come after the headers
                    said += more
                assert b" 503 " in said.splitlines()[0]
                assert b"trop_d_envois" in said and b"retry-after: 2" in said
                stopped.remove(line)

        assert WORKED < OF_ONE_ADDRESS < ARRIVING
        stopped = [stops("127.0.0.2") for _ in range(OF_ONE_ADDRESS + 2)]
        turned_away(2)  # its share is taken: it does not take the others'
        assert door.call("GET", "/fhir/metadata").status_code == 200
        assert outside.post(body(for_(inaya))).status_code == 200
        stopped += [stops("127.0.0.3") for _ in range(ARRIVING - OF_ONE_ADDRESS + 1)]
        turned_away(1)  # the others have taken all that was left
        assert outside.post(body(for_(inaya))).status_code == 503
        stopped += [stops("127.0.0.4") for _ in range(3)]
        turned_away(3)
        assert door.call("GET", "/fhir/metadata").status_code == 200
    assert until(lambda: outside.post(body(for_(inaya))).status_code == 200)


def test_the_system_tries_the_lines_that_say_nothing(door: Door) -> None:
    """Where a line is lost, nobody says so: the request it had begun would be waited for until the next start."""
    assert door.call("GET", "/fhir/metadata").status_code == 200
    with socket.create_connection(("127.0.0.1", door.port), timeout=10) as line:
        own = f"{line.getsockname()[1]:04X}"
        held = [row.split() for row in Path("/proc/net/tcp").read_text().splitlines()[1:]]
        (timer,) = [row[5].partition(":")[0] for row in held if row[2].endswith(f":{own}") and row[3] == "01"]
        assert timer == "02"  # keepalive
