"""Messages of the ordinary shape, split at their boundaries at once.

The library's parser takes a message line by line, at several calls each: of one with a file of 50 kB, more than half of
all the work of filing it. What nearly every software sends needs none of it: headers, then parts within parts, each
with its headers, each boundary on a line of its own. Whatever is written otherwise is left to the library; a
property test holds what both read equal.
Source: RFC 2046, 5.1.1.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from email.message import Message
from email.parser import HeaderParser
from email.policy import compat32

MAX_PARTS, MAX_CONTAINERS = 40, 8  # far within the bounds of any message: none of these is met here
_AFTER = re.compile(r"(--)?[ \t]*(?:(\r\n)|\Z)")  # what may follow a boundary on its line
_TAKEN_AS_THEY_ARE = ("7bit", "8bit", "binary")
Maker = Callable[..., Message]


class NotOrdinary(Exception):
    """To be read by the library."""


def read(data: bytes, part: Maker) -> Message | None:
    """The message as the library would read it, its parts made by ``part``; None when that is not sure.

    ``data``: lines that end by CRLF and by nothing else.
    """
    try:
        return _Reading(part).message(data.decode("ascii", "surrogateescape"))
    except NotOrdinary:
        return None


class _Reading:
    def __init__(self, part: Maker) -> None:
        self._headers = HeaderParser(part, policy=compat32)
        self._parts = self._containers = 0

    def message(self, text: str) -> Message:
        found, body = self._begun(text)
        if found.get_content_maintype() == "multipart":
            self._split(found, body)
            found.epilogue = found.epilogue or ""
        else:
            found.set_payload(body)
        return found

    def _begun(self, text: str) -> tuple[Message, str]:
        """What its headers say, and what follows the empty line."""
        head, blank, body = text.partition("\r\n\r\n")
        self._parts += 1
        if not blank or self._parts > MAX_PARTS or head.startswith("From ") or "\r\nFrom " in head:
            raise NotOrdinary
        found = self._headers.parsestr(f"{head}\r\n\r\n")
        if found.get_payload() or found.defects or not found.keys() or found.get_content_maintype() == "message":
            raise NotOrdinary
        return found, body

    def _split(self, container: Message, body: str) -> None:
        self._containers += 1
        boundary = container.get_boundary()
        encoding = str(container.get("Content-Transfer-Encoding", "8bit")).lower()
        if (
            self._containers > MAX_CONTAINERS
            or not boundary
            or not (boundary.isascii() and boundary.isprintable())
            or encoding not in _TAKEN_AS_THEY_ARE
            or container.get_content_subtype() == "digest"  # its parts are messages when they do not say
        ):
            raise NotOrdinary
        before, *pieces = f"\r\n{body}".split(f"\r\n--{boundary}")
        container.preamble = before[2:] if before else None
        parts: list[Message | str] = []
        for place, piece in enumerate(pieces, 1):
            after = _AFTER.match(piece)
            is_last = place == len(pieces)
            # A boundary that goes on, two in a row, one after the last: the library knows what they are.
            if after is None or bool(after[1]) != is_last or not (after[2] or is_last):
                raise NotOrdinary
            if is_last:
                container.epilogue = piece[after.end() :] if after[2] else None
            else:
                parts.append(self._part(piece[after.end() :]))
        if not parts:
            raise NotOrdinary
        container.set_payload(parts)

    def _part(self, text: str) -> Message:
        found, body = self._begun(text)
        if found.get_content_maintype() == "multipart":
            self._split(found, body)
        else:
            found.set_payload(body)
        return found
