"""Bodies that are still arriving take no place of the requests that are worked on, nor a connection."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable, Iterable
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from ens.config.arrivals import Gate, TooManyArriving


class Line:
    """A body whose bytes come when the test says so."""

    def __init__(self) -> None:
        self.is_waited_for, self.comes = threading.Event(), threading.Event()

    def read(self, size: int = -1) -> bytes:
        self.is_waited_for.set()
        assert self.comes.wait(30)
        return b"octets"


@pytest.fixture
def settings_of_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "ENS_PROXIES", ["10.0.0.1"])


def reads(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
    return [environ["wsgi.input"].read()]


def asked(gate: Gate, stream: Any, heard: list[Any], **environ: str) -> threading.Thread:
    """A request of its own thread."""

    def ask() -> None:
        try:
            heard.append(gate({"wsgi.input": stream, **environ}, print))
        except TooManyArriving as error:
            heard.append(error.code)

    thread = threading.Thread(target=ask)
    thread.start()
    return thread


def test_who_waits_for_a_body_leaves_its_place_and_takes_one_again():
    line, heard = Line(), []
    gate = Gate(reads, worked=1, arriving=2)
    slow = asked(gate, line, heard)
    assert line.is_waited_for.wait(30)
    assert list(gate({"wsgi.input": io.BytesIO(b"court")}, print)) == [b"court"]  # the only place is free
    line.comes.set()
    slow.join(30)
    assert heard == [[b"octets"]]


def test_more_bodies_than_one_process_waits_for_are_told_so():
    lines, heard = [Line(), Line()], []
    gate = Gate(reads, worked=1, arriving=2)
    slow = [asked(gate, line, heard) for line in lines]
    assert all(line.is_waited_for.wait(30) for line in lines)
    asked(gate, Line(), heard).join(30)
    assert heard == ["trop_d_envois"]
    for line in lines:
        line.comes.set()
    for one in slow:
        one.join(30)
    assert heard[1:] == [[b"octets"]] * 2
    assert list(gate({"wsgi.input": io.BytesIO(b"court")}, print)) == [b"court"]  # every place was given back


def test_one_address_leaves_places_to_the_others_and_a_proxy_is_not_one(settings_of_proxies):
    lines, heard = [Line(), Line(), Line()], []
    gate = Gate(reads, worked=1, arriving=3, of_one_address=1)
    begun = [asked(gate, lines[0], heard, REMOTE_ADDR="192.0.2.1")]
    assert lines[0].is_waited_for.wait(30)
    asked(gate, Line(), heard, REMOTE_ADDR="192.0.2.1").join(30)
    assert heard == ["trop_d_envois"]
    through = [("198.51.100.1", lines[1]), ("198.51.100.2", lines[2])]  # two clients of our own proxy
    begun += [asked(gate, one, heard, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=who) for who, one in through]
    assert all(line.is_waited_for.wait(30) for line in lines)
    for line in lines:
        line.comes.set()
    for one in begun:
        one.join(30)
    assert heard[1:] == [[b"octets"]] * 3
    assert list(gate({"wsgi.input": io.BytesIO(b"court"), "REMOTE_ADDR": "192.0.2.1"}, print)) == [b"court"]


@pytest.mark.parametrize("way", ["read", "readline", "readlines"])
def test_a_body_is_read_as_it_comes(way):
    gate = Gate(lambda environ, _: [getattr(environ["wsgi.input"], way)()])
    (read,) = gate({"wsgi.input": io.BytesIO(b"un\ndeux\n")}, print)
    assert read == getattr(io.BytesIO(b"un\ndeux\n"), way)()


def test_no_connection_is_held_while_a_body_arrives(db):
    held = []

    class Body:
        def read(self, *_: int) -> bytes:
            held.append(connection.connection)
            return b""

    def asks_then_reads(environ: dict[str, Any], start: Callable[..., Any]) -> Iterable[bytes]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        assert connection.connection is not None
        return [environ["wsgi.input"].read()]

    Gate(asks_then_reads)({"wsgi.input": Body()}, print)
    assert held == [None]
