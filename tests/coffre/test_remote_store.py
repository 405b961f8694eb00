"""A store spoken to by S3: what it takes, and what is said when it does not, is away, or never answers."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import UUID

import pytest
from django.conf import settings

from ens.coffre import store
from ens.coffre.errors import StoreUnavailable
from ens.config.health import AWAY, OK, RemoteTrial

REFUSALS = {"refuses its key": 403, "has lost its place": 404, "has no room": 507, "is broken": 500}


class Bucket(ThreadingHTTPServer):
    """What a store of objects says on the wire to PUT and GET; the client is the product's own."""

    def __init__(self) -> None:
        self.status, self.answers, self.kept = 200, threading.Event(), dict[str, bytes]()
        self.answers.set()
        super().__init__(("127.0.0.1", 0), Spoken)


class Spoken(BaseHTTPRequestHandler):
    server: Bucket
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        data = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.server.answers.wait(20)
        if self.server.status == 200:
            self.server.kept[self.path] = data
        self._say(self.server.status, b"")

    def do_GET(self) -> None:
        found = self.server.kept.get(self.path)
        self._say(404 if found is None else 200, found or b"")

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Mon, 23 Nov 2026 10:00:00 GMT")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    made = Bucket()
    listening = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
    listening.start()
    for name, value in (
        ("ENDPOINT_URL", f"http://127.0.0.1:{made.server_port}"), ("ALLOW_HTTP", "true"),
        ("ACCESS_KEY_ID", "cle"), ("SECRET_ACCESS_KEY", "secret"), ("REGION", "fr"),
    ):  # fmt: skip
        monkeypatch.setenv(f"AWS_{name}", value)
    monkeypatch.setattr(settings, "ENS_STORE", f"s3://seau/contenus-{made.server_port}")
    monkeypatch.setattr(store, "_TRIES", {"max_retries": 0})
    yield made
    made.answers.set()
    made.shutdown()
    made.server_close()
    listening.join()


def test_a_content_is_put_and_read_back(bucket: Bucket) -> None:
    key = UUID(int=7)
    store.put(key, b"scelle")
    assert store.get(key) == b"scelle"
    (path,) = bucket.kept
    assert path.endswith(store.path_of(key))


def test_a_store_that_takes_a_write_is_well_and_is_tried_once_in_a_while(bucket: Bucket) -> None:
    trial = RemoteTrial()
    assert [trial.state(settings.ENS_STORE) for _ in range(3)] == [OK] * 3
    assert [path.rpartition("/")[2] for path in bucket.kept] == ["sonde"]
    bucket.status = 403
    assert trial.state(settings.ENS_STORE) == OK  # the last answer stands
    trial.KEPT_S = 0.0
    assert trial.state(settings.ENS_STORE) == AWAY
    bucket.status = 200
    assert trial.state(settings.ENS_STORE) == OK


@pytest.mark.parametrize("why", REFUSALS)
def test_a_store_that_refuses_is_said_and_nothing_is_acknowledged(bucket: Bucket, why: str) -> None:
    bucket.status = REFUSALS[why]
    assert RemoteTrial().state(settings.ENS_STORE) == AWAY
    with pytest.raises(StoreUnavailable):
        store.put(UUID(int=8), b"scelle")


def test_a_store_that_never_answers_keeps_no_probe_waiting(bucket: Bucket) -> None:
    trial = RemoteTrial()
    trial.WAITED_S = 0.2
    bucket.answers.clear()
    before = threading.active_count()
    assert [trial.state(settings.ENS_STORE) for _ in range(4)] == [AWAY] * 4
    assert threading.active_count() <= before + 2  # one trial, and the bucket's own answer to it
    bucket.answers.set()
    deadline = time.monotonic() + 10
    while trial.state(settings.ENS_STORE) != OK and time.monotonic() < deadline:
        trial.KEPT_S = 0.0
    assert trial.state(settings.ENS_STORE) == OK
