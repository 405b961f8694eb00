"""Asks for published files over HTTP, bounded in size, in time and in where it goes. Its promises are in the README."""

from __future__ import annotations

import http.client
import socket
import ssl
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from urllib.parse import SplitResult, urljoin, urlsplit

from ens.messaging.ports import Fetched, PublisherAway, Validators

MOST_OCTETS = 32_000_000
SILENCE_S = 5
WHOLE_S = 20
REDIRECTIONS = 3
_CHUNK = 65_536
_MOVED = (301, 302, 303, 307, 308)
_PORTS = {"http": 80, "https": 443}


class PublishedFiles:
    """``whole_s``, ``silence_s``: what a publisher has to say all of it, and to say something."""

    def __init__(self, *, whole_s: float = WHOLE_S, silence_s: float = SILENCE_S) -> None:
        self._whole_s, self._silence_s = whole_s, silence_s

    def fetch(self, address: str, known: Validators) -> Fetched | None:
        """The file, or nothing when it is the one known. Errors: PublisherAway."""
        until = time.monotonic() + self._whole_s
        for _ in range(REDIRECTIONS + 1):
            try:
                found = self._asked(urlsplit(address), known, until)
            except TimeoutError as error:
                raise PublisherAway("elle ne répond pas à temps") from error
            except ssl.SSLCertVerificationError as error:
                raise PublisherAway("son certificat n'est pas reconnu") from error
            except (OSError, http.client.HTTPException, ValueError) as error:
                late = time.monotonic() >= until
                raise PublisherAway("elle ne répond pas à temps" if late else "elle ne répond pas") from error
            if not isinstance(found, str):
                return found
            address = _followed(address, found)
        raise PublisherAway("elle renvoie d'adresse en adresse")

    def _asked(self, place: SplitResult, known: Validators, until: float) -> Fetched | str | None:
        """Where it sends, when it is elsewhere."""
        with self._connected(place, until) as asked:
            target = (place.path or "/") + (f"?{place.query}" if place.query else "")
            asked.request("GET", target, headers=_headers(known))
            with closing(asked.getresponse()) as answer:  # it holds the socket too, read to its end or not
                return _understood(answer, known, until)

    @contextmanager
    def _connected(self, place: SplitResult, until: float) -> Iterator[http.client.HTTPConnection]:
        """Cut at the end of its time, even by a publisher that says its headers a letter at a time."""
        kind = http.client.HTTPSConnection if place.scheme == "https" else http.client.HTTPConnection
        left = until - time.monotonic()
        if left <= 0:
            raise TimeoutError
        made = kind(place.hostname or "", place.port, timeout=min(self._silence_s, left))
        with closing(made):
            made.connect()
            cut = threading.Timer(max(0.0, until - time.monotonic()), _cut, [made.sock])
            cut.daemon = True
            cut.start()
            try:
                yield made
            finally:
                cut.cancel()


def _understood(answer: http.client.HTTPResponse, known: Validators, until: float) -> Fetched | str | None:
    if answer.status == 304 and known != Validators():
        return None
    if answer.status in _MOVED:
        return answer.getheader("Location", "")
    if answer.status != 200:
        raise PublisherAway(f"elle répond {answer.status}")
    validators = Validators(_short(answer.getheader("ETag")), _short(answer.getheader("Last-Modified")))
    return Fetched(_read(answer, until), validators)


def _cut(asked: socket.socket) -> None:
    with suppress(OSError):
        socket.socket.shutdown(asked, socket.SHUT_RDWR)  # of the socket below: TLS has nothing more to say to it


def _headers(known: Validators) -> dict[str, str]:
    said = {"User-Agent": "ens", "Accept": "*/*", "If-None-Match": known.etag, "If-Modified-Since": known.last_modified}
    return {name: value for name, value in said.items() if value}


def _short(value: str | None) -> str:
    """A validator is kept as it came, unless nothing sensible is that long or could be said again."""
    return value if value and len(value) <= 200 and value.isascii() and value.isprintable() else ""


def _read(answer: http.client.HTTPResponse, until: float) -> bytes:
    pieces, size = [], 0
    while piece := answer.read1(_CHUNK):
        pieces.append(piece)
        size += len(piece)
        if size > MOST_OCTETS:
            raise PublisherAway(f"son fichier dépasse {MOST_OCTETS // 1_000_000} Mo")
        if time.monotonic() >= until:
            raise TimeoutError
    if answer.length:  # what it promised and did not say
        raise http.client.IncompleteRead(b"", answer.length)
    return b"".join(pieces)


def _followed(address: str, location: str) -> str:
    """Errors: PublisherAway, to another scheme, host or port; from http to https of the same host is followed."""
    try:
        after = urlsplit(urljoin(address, location))
        here, there = _served(urlsplit(address)), _served(after)
    except ValueError as error:
        raise PublisherAway("elle renvoie vers une adresse mal écrite") from error
    is_put_in_tls = here == ("http", here[1], 80) and there == ("https", here[1], 443)
    if not location or not (here == there or is_put_in_tls):
        raise PublisherAway("elle renvoie vers un autre serveur")
    return after.geturl()


def _served(place: SplitResult) -> tuple[str, str | None, int | None]:
    """What answers at an address: another port of the same host may be anybody's there."""
    return place.scheme, place.hostname, place.port or _PORTS.get(place.scheme)
