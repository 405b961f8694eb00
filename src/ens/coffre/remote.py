"""A store of objects elsewhere, spoken to by S3: where it is, with which key, and how long anyone waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.conf import settings
from obstore.exceptions import BaseError
from obstore.store import S3Store

TRIES = 3


class NotAsked(Exception):
    """The store said nothing just now, and someone else is waiting for it already, or about to."""


def is_remote(address: str) -> bool:
    return "://" in address


def opened(address: str) -> Any:
    """The client of a store. Whoever deposits waits for it: silence is said in seconds, an outage at once.

    ``read_timeout`` bounds a silence, not the time that a large content takes.
    """
    patience = timedelta(seconds=settings.ENS_STORE_SECONDS)
    config: Any = {"region": settings.ENS_STORE_REGION}
    if settings.ENS_STORE_KEY:
        config["access_key_id"], config["secret_access_key"] = settings.ENS_STORE_KEY
    if settings.ENS_STORE_ENDPOINT:
        config["endpoint"] = settings.ENS_STORE_ENDPOINT
    client: Any = {
        "connect_timeout": patience,
        "read_timeout": patience,
        "allow_http": settings.ENS_STORE_ENDPOINT.startswith("http://"),
    }
    if settings.ENS_STORE_CA:  # it alone: whoever may have a certificate of a public authority is not the store
        client |= {"root_certificate": settings.ENS_STORE_CA, "disable_system_certificates": True}
    retries: Any = {"max_retries": TRIES, "retry_timeout": patience}
    return S3Store.from_url(address, config=config, client_options=client, retry_config=retries)


def was_silent(error: BaseException) -> bool:
    """Whether nothing was heard: a refusal, or a connection refused, is an answer."""
    return isinstance(error, BaseError) and "Timeout" in str(error)


def was_not_recognised(error: BaseException) -> bool:
    """Whether what answered is not the store, or cannot show that it is: its certificate was refused."""
    return isinstance(error, BaseError) and "InvalidCertificate(" in str(error)


class Listening:
    """While a store says nothing it is waited for by one at a time, and the others are told so at once.

    Else those who wait would hold every thread, and pages that ask nothing of it would answer no more. What takes a
    content back after a silence does not wait a second time either.
    """

    REST_S = 1.0  # after a silence, nobody asks

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._is_silent = self._is_asked = False
        self._asked_again_at = 0.0

    @contextmanager
    def asking(self) -> Iterator[None]:
        """Errors: NotAsked; those of what is done inside."""
        is_alone = self._begin()
        is_silent = False
        try:
            yield
        except BaseException as error:
            is_silent = was_silent(error)
            raise
        finally:
            with self._lock:
                self._is_silent = is_silent
                self._is_asked = self._is_asked and not is_alone
                if is_silent:
                    self._asked_again_at = time.monotonic() + self.REST_S

    def _begin(self) -> bool:
        with self._lock:
            if not self._is_silent:
                return False
            if self._is_asked or time.monotonic() < self._asked_again_at:
                raise NotAsked()
            self._is_asked = True
            return True


@lru_cache(maxsize=4)
def listening(address: str) -> Listening:
    return Listening()
