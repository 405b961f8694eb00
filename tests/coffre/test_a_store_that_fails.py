"""What a real store of objects cannot be asked to do: to break, and to stop in the middle of a content."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings

from ens.coffre import remote, store
from ens.coffre.errors import StoreUnavailable
from ens.config.health import AWAY, OK, RemoteTrial

SEALED = b"scelle" * 10_000


class Bucket(ThreadingHTTPServer):
    """It says ``status``, and of what it has to say, what comes before the byte ``cut_at``."""

    def __init__(self) -> None:
        self.status, self.cut_at, self.kept = 200, len(SEALED), dict[str, bytes]()
        self.answers = threading.Event()
        self.answers.set()
        super().__init__(("127.0.0.1", 0), Spoken)


class Spoken(BaseHTTPRequestHandler):
    server: Bucket
    protocol_version = "HTTP/1.1"

    def do_PUT(self) -> None:
        data = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), self.server.cut_at))
        if len(data) < int(self.headers.get("Content-Length", 0)):
            self.close_connection = True
            return
        self.server.answers.wait(20)
        if self.server.status == 200:
            self.server.kept[self.path] = data
        self._say(self.server.status, b"")

    def do_GET(self) -> None:
        found = self.server.kept.get(self.path)
        gone = b"<Error><Code>NoSuch%s</Code></Error>" % (b"Bucket" if self.server.status == 404 else b"Key")
        self._say(404 if found is None else self.server.status, gone if found is None else found)

    def _say(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("ETag", '"x"')
        self.send_header("Last-Modified", "Mon, 23 Nov 2026 10:00:00 GMT")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[: self.server.cut_at])
        self.close_connection = len(body) > self.server.cut_at

    def log_message(self, format: str, *args: Any) -> None:
        """Silent."""


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[Bucket]:
    made = Bucket()
    listening = threading.Thread(target=made.serve_forever, kwargs={"poll_interval": 0.05})
    listening.start()
    monkeypatch.setattr(settings, "ENS_STORE", f"s3://seau/{uuid4().hex}")
    monkeypatch.setattr(settings, "ENS_STORE_ENDPOINT", f"http://127.0.0.1:{made.server_port}")
    monkeypatch.setattr(settings, "ENS_STORE_KEY", ("cle", "secret"))
    monkeypatch.setattr(remote, "TRIES", 0)
    yield made
    made.answers.set()
    made.shutdown()
    made.server_close()
    listening.join()


@pytest.mark.parametrize("status", [500, 503, 507])
def test_a_store_that_is_broken_or_full_acknowledges_nothing_and_is_said(bucket, capfd, status):
    bucket.status = status
    assert RemoteTrial().state(settings.ENS_STORE) == AWAY
    with pytest.raises(StoreUnavailable):
        store.put(uuid4(), SEALED)
    assert f"HTTP {status}" in capfd.readouterr().err
    assert bucket.kept == {}


def test_a_place_that_is_gone_is_an_outage_and_no_content_is_said_damaged(bucket):
    bucket.status, key = 404, uuid4()
    for act in (lambda: store.put(key, SEALED), lambda: store.get(key)):
        with pytest.raises(StoreUnavailable):
            act()


@pytest.mark.parametrize("byte", [0, 1, len(SEALED) - 1])
def test_a_content_cut_on_its_way_out_is_not_acknowledged(bucket, byte):
    bucket.cut_at = byte
    with pytest.raises(StoreUnavailable):
        store.put(uuid4(), SEALED)


@pytest.mark.parametrize("byte", [0, 1, len(SEALED) - 1])
def test_a_content_cut_on_its_way_back_is_read_again_later_and_is_never_taken_for_whole(bucket, byte):
    key = uuid4()
    store.put(key, SEALED)
    bucket.cut_at = byte
    with pytest.raises(StoreUnavailable):
        store.get(key)
    bucket.cut_at = len(SEALED)
    assert store.get(key) == SEALED


def test_a_store_that_never_answers_keeps_no_probe_waiting(bucket):
    trial = RemoteTrial()
    trial.WAITED_S = 0.2
    bucket.answers.clear()
    before = threading.active_count()
    assert [trial.state(settings.ENS_STORE) for _ in range(4)] == [AWAY] * 4
    assert threading.active_count() <= before + 2  # one trial, and the bucket's own answer to it
    bucket.answers.set()
    trial._running.join(20)
    trial.KEPT_S = 0.0
    assert trial.state(settings.ENS_STORE) == OK
