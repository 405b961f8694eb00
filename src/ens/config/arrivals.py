"""What a web process does at once: requests that are worked on, and apart, bodies that are still arriving.

A sender on a slow line takes minutes to send what is filed in milliseconds, and one whose line fell never ends. Waiting
for them takes no place of those who are worked on, nor a connection to the database: pages go on answering.
"""

from __future__ import annotations

import os
import socket
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any

from django.conf import settings

from ens.kernel.errors import Unavailable
from ens.kernel.network import address_of

WORKED, ARRIVING = 16, 40
OF_ONE_ADDRESS = 30  # of those that arrive: who never ends what it sends leaves room for the others
THREADS = WORKED + ARRIVING + 8  # some are left to those that wait to be worked on
_QUIET_S, _ASKED_AGAIN_S, _ASKED = 60, 15, 4  # a line without a word for two minutes is tried, then given up
Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class TooManyArriving(Unavailable):
    """As many bodies as one process waits for, of this address or of all, arrive already; nothing was read of it."""

    code = "trop_d_envois"
    message = "Trop d'envois arrivent en même temps. Rien n'a été enregistré. Recommencez dans un instant."


class Gate:
    """Before an application: at most so many requests worked on, and so many bodies waited for, of each and of all."""

    def __init__(
        self,
        application: Application,
        *,
        worked: int = WORKED,
        arriving: int = ARRIVING,
        of_one_address: int = OF_ONE_ADDRESS,
    ) -> None:
        self._application = application
        self._worked = threading.Semaphore(worked)
        self._places, self._share = arriving, of_one_address
        self._lock, self._arriving = threading.Lock(), Counter[str]()
        self._is_listening = False

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if not self._is_listening:  # the server listens once the application is made
            self._is_listening = True
            notice_lost_lines()
        forwarded = environ.get("HTTP_X_FORWARDED_FOR", "")
        address = address_of(environ.get("REMOTE_ADDR", ""), forwarded, settings.ENS_PROXIES)
        environ["wsgi.input"] = _Body(environ["wsgi.input"], self, address)
        with self._worked:
            return self._application(environ, start_response)

    def wait_for(self, address: str, act: Callable[..., Any], *arguments: Any) -> Any:
        """Read what may not be there yet, from who calls at that address. Errors: TooManyArriving."""
        with self._lock:
            if self._arriving.total() >= self._places or self._arriving.get(address, 0) >= self._share:
                raise TooManyArriving()
            self._arriving[address] += 1
        _give_connections_back()
        self._worked.release()
        try:
            return act(*arguments)
        finally:
            with self._lock:
                self._arriving[address] -= 1
                if not self._arriving[address]:
                    del self._arriving[address]
            self._worked.acquire()


class _Body:
    """``wsgi.input``, waited for at the gate."""

    def __init__(self, stream: Any, gate: Gate, address: str) -> None:
        self._stream, self._wait_for = stream, partial(gate.wait_for, address)

    def read(self, *size: int) -> bytes:
        return bytes(self._wait_for(self._stream.read, *size))

    def readline(self, *size: int) -> bytes:
        return bytes(self._wait_for(self._stream.readline, *size))

    def readlines(self, *hint: int) -> list[bytes]:
        return list(self._wait_for(self._stream.readlines, *hint))


def _give_connections_back() -> None:
    """To their pool: no act is open while its words are still being read."""
    from django.db import connections

    for connection in connections.all(initialized_only=True):
        if connection.connection is not None and not connection.in_atomic_block:
            connection.close()


def notice_lost_lines() -> None:
    """Have the system try the lines of this process that say nothing: a peer that is gone never ends its request.

    Said to the sockets that listen, it is so of what they accept. Source: tcp(7).
    """
    for path in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the folder itself, no longer open
            if path.readlink().name.startswith("socket:"):
                with socket.socket(fileno=os.dup(int(path.name))) as found:
                    _have_it_tried(found)


def _have_it_tried(found: socket.socket) -> None:
    is_internet = found.family in (socket.AF_INET, socket.AF_INET6)
    if is_internet and found.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN):
        found.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 1)
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPIDLE, _QUIET_S)
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPINTVL, _ASKED_AGAIN_S)
        found.setsockopt(socket.IPPROTO_TCP, socket.TCP_KEEPCNT, _ASKED)
