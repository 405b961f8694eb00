"""What stops a command before anything changes: one clear French sentence, exit code 2."""

from __future__ import annotations

import signal
from collections.abc import Iterator
from contextlib import contextmanager

LATE = "Mettez-la à jour avec « ens migrate »."  # of a database that somebody else migrates


class CommandRefused(Exception):
    """The command cannot be done; its message is for the person who typed it."""


@contextmanager
def refused_when_stopped(sentence: str) -> Iterator[None]:
    """SIGTERM and Ctrl-C become a refusal: what was begun is taken back on the way out."""

    def stop(*_: object) -> None:
        raise CommandRefused(sentence)

    stops = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    before = [signal.signal(number, stop) for number in stops]
    try:
        yield
    finally:
        for number, handler in zip(stops, before, strict=True):
            signal.signal(number, handler)
