"""What a message may weigh: its lines on the bytes, its parts and headers as the library's parser meets them.

The parser costs the product of lines and depth, the square of a header's parameters, and memory for each line and
part, so that 25 MB well chosen would hold a core for hours. What is counted is what the parser itself finds: a part
whose boundary is written in an unusual way counts like another.
Source: RFC 5321, 2.3.8 and 4.5.3.1.6 (lines); RFC 2046, 5.1.1 (parts); RFC 5322, 2.2 (headers).
"""

from __future__ import annotations

from collections.abc import Callable
from email.errors import (
    CloseBoundaryNotFoundDefect,
    MessageError,
    NoBoundaryInMultipartDefect,
    StartBoundaryNotFoundDefect,
)
from email.message import Message
from email.parser import BytesParser
from email.policy import Policy, compat32
from typing import Any

from ens.messaging import ordinary, unreadable
from ens.messaging.errors import MessageMalformed

MAX_LINE = 998  # bytes, without its end
MAX_LINES = 1_000_000
MAX_LINES_BY_DEPTH = 20_000_000  # a container (multipart, message) inside another costs a test of each line
MAX_PARTS = 500
MAX_CONTAINERS = 60
MAX_HEADERS_BYTES = 256_000  # of the message, then of each part
MAX_HEADER_BYTES = 32_000  # one header, folded lines included; References, cheap to read, grow with the thread
MAX_PARAMETERS_BYTES = 8_000  # of those that describe a part: a name of 255 letters, each written %XX%XX%XX, fits
MAX_PARAMETERS = 100
# what the library's parser raises on some malformed messages
STUMBLES = (LookupError, ValueError, TypeError, AttributeError, AssertionError, RecursionError, MessageError)
_DESCRIBING = ("content-type", "content-disposition")
_TRUNCATED = (CloseBoundaryNotFoundDefect, StartBoundaryNotFoundDefect, NoBoundaryInMultipartDefect)


def read(data: bytes) -> Message:
    """The message as its parts. Errors: MessageMalformed, as soon as a bound is passed, or when it is cut short."""
    lines = _checked_lines(data)
    try:
        message = ordinary.read(data, _maker(lines))
        if message is None:
            message = BytesParser(_maker(lines), policy=compat32).parsebytes(data)
    except STUMBLES as error:
        raise MessageMalformed(reason=unreadable.MALFORMED) from error
    if not message.keys():
        raise MessageMalformed(reason=unreadable.WITHOUT_HEADERS)
    if any(isinstance(defect, _TRUNCATED) for defect in message.defects):
        raise MessageMalformed(reason=unreadable.TRUNCATED)
    return message


def _checked_lines(data: bytes) -> int:
    """How many there are; each ends by CRLF, so that nobody reads other lines in it than we do."""
    lines = data.count(b"\r\n")
    if data.count(b"\n") != lines or data.count(b"\r") != lines:
        raise MessageMalformed(reason=unreadable.BARE_LINE_END)
    if lines > MAX_LINES:
        raise MessageMalformed(reason=unreadable.TOO_MANY_LINES)
    start = 0
    while len(data) - start > MAX_LINE:  # from the last line end that a line may reach: few steps for many lines
        end = data.rfind(b"\r\n", start, start + MAX_LINE + 2)
        if end < 0:
            raise MessageMalformed(reason=unreadable.LONG_LINE)
        start = end + 2
    return lines


def _maker(lines: int) -> Callable[..., _Part]:
    """What makes the parts of one reading, counted from none."""
    counts = _Counts(lines)

    def part(*, policy: Policy = compat32) -> _Part:
        return _Part(policy, counts)

    return part


class _Counts:
    """Of one message, shared by its parts."""

    def __init__(self, lines: int) -> None:
        self.parts = 0
        self.containers = 0
        self.lines = lines


class _Part(Message):
    """A part that counts itself, and its headers, while the parser makes it."""

    def __init__(self, policy: Policy, counts: _Counts) -> None:
        super().__init__(policy)
        self._counts = counts
        self._headers_bytes = 0
        self._is_counted_container = False
        counts.parts += 1
        if counts.parts > MAX_PARTS:
            raise MessageMalformed(reason=unreadable.TOO_MANY_PARTS)

    def set_raw(self, name: str, value: Any) -> None:
        """Called by the parser for each header."""
        size = len(name) + len(value)
        self._headers_bytes += size
        if self._headers_bytes > MAX_HEADERS_BYTES:
            raise MessageMalformed(reason=unreadable.LONG_HEADERS)
        describes = name.lower() in _DESCRIBING
        if (
            (size > MAX_HEADER_BYTES and name.lower() != "references")
            or (describes and size > MAX_PARAMETERS_BYTES)
            or (describes and value.count(";") > MAX_PARAMETERS)
        ):
            raise MessageMalformed(reason=unreadable.LONG_HEADER)
        super().set_raw(name, in_unicode(value))

    def get_content_maintype(self) -> str:
        """Asked by the parser once the headers are read: what opens a level is counted there."""
        found: str = super().get_content_maintype()
        if found in ("multipart", "message") and not self._is_counted_container:
            self._is_counted_container = True
            counts = self._counts
            counts.containers += 1
            if counts.containers > MAX_CONTAINERS or counts.containers * counts.lines > MAX_LINES_BY_DEPTH:
                raise MessageMalformed(reason=unreadable.TOO_MANY_PARTS)
        return found


def in_unicode(value: str) -> str:
    """A header's 8 bits, which the parser keeps as half characters, read as UTF-8, else as cp1252.

    Source: RFC 6532 wants UTF-8; older software still writes its own character set.
    """
    if value.isascii():
        return value
    data = value.encode("utf-8", "surrogateescape")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")
