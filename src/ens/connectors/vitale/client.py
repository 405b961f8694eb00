"""Asks the service that knows the cartes Vitale (``ENS_VITALE_URL``). The interface is in the README beside."""

from __future__ import annotations

import json
import logging
import urllib.error
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from ens.identity.errors import CardsUnavailable

TIMEOUT_S = 8
MOST_OCTETS = 4096
_logger = logging.getLogger(__name__)


class CardService:
    """Errors of ``__init__``: ValueError for an address that is not https, loopback apart."""

    def __init__(self, url: str, token_file: str = "") -> None:
        parts = urlsplit(url)
        is_local = parts.hostname in ("127.0.0.1", "localhost", "::1")
        if parts.scheme != "https" and not (parts.scheme == "http" and is_local):
            raise ValueError("ENS_VITALE_URL doit commencer par https://")
        self._url = url.rstrip("/") + "/cartes/verifier"
        self._token_file = token_file

    def belongs(self, matricule: str, serial: str) -> bool:
        """Errors: CardsUnavailable, whatever the other side did wrong."""
        body = json.dumps({"matricule": matricule, "numero_serie": serial}).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json"}
        try:
            if self._token_file:  # read each time: a renewed token needs no restart
                headers["Authorization"] = f"Bearer {Path(self._token_file).read_text('utf-8').strip()}"
            request = urllib.request.Request(self._url, data=body, headers=headers)  # noqa: S310 - checked at start
            with _opener.open(request, timeout=TIMEOUT_S) as answer:
                said = json.loads(answer.read(MOST_OCTETS))
            found = said["correspond"]
        except (OSError, ValueError, KeyError, TypeError) as error:  # urllib's errors are OSErrors
            _logger.warning("card service: %s", type(error).__name__)
            raise CardsUnavailable() from error
        if not isinstance(found, bool):
            raise CardsUnavailable()
        return found


class _NoRedirection(urllib.request.HTTPRedirectHandler):
    """A matricule and a token are not carried elsewhere because an answer says so."""

    def redirect_request(self, *args: object, **kwargs: object) -> None:
        return None


_opener = urllib.request.build_opener(_NoRedirection, urllib.request.ProxyHandler({}))
