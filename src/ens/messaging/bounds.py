"""What a message may weigh before the library's parser is let loose on it.

Parts and headers are counted on the bytes, in one pass: the parser costs the product of lines and depth, and the
square of a header's parameters, so that 25 MB well chosen would hold a core for minutes.
Source: RFC 2046, 5.1.1 (boundaries); RFC 5322, 2.2 (headers).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from ens.messaging.errors import MessageMalformed

MAX_HEADERS_BYTES = 256_000  # of the message, then of each part
MAX_HEADER_BYTES = 32_000  # one header, folded lines included; References, cheap to read, grow with the thread
MAX_PARTS = 500
MAX_BOUNDARIES = 60
_BOUNDARY = re.compile(rb"(?i)boundary\s*=\s*(?:\"([^\"\r\n]{1,200})\"|([^\s\";]{1,200}))")
_DELIMITER = re.compile(rb"\n--([^\r\n]{1,210})")
_BLANK = re.compile(rb"\r?\n\r?\n")
_EMBEDDED = re.compile(rb"(?im)^content-type:\s*message/")
_NEXT_HEADER = re.compile(rb"\r?\n(?![ \t])")


Block = tuple[int, int]


def checked_headers(data: bytes) -> list[Block]:
    """Where the headers of the message, of each part and of each embedded message are.

    Errors: MessageMalformed, when there are none, or too many, too long ones, or too many parts.
    """
    if not data or b":" not in data[: _end(data, 0)]:
        raise MessageMalformed(reason="il n'a pas d'en-têtes")
    blocks = list(_blocks(data))
    for start, end in blocks:
        if end - start > MAX_HEADERS_BYTES:
            raise MessageMalformed(reason="ses en-têtes sont trop longs")
        for header in _NEXT_HEADER.split(data[start:end]):
            if len(header) > MAX_HEADER_BYTES and not header.lower().startswith(b"references:"):
                raise MessageMalformed(reason="un de ses en-têtes est trop long")
    return blocks


def _blocks(data: bytes) -> Iterator[Block]:
    parts = 0
    for start in _starts(data):
        while True:
            parts += 1
            if parts > MAX_PARTS:
                raise MessageMalformed(reason="il a trop de parties")
            end = _end(data, start)
            yield start, end
            if not _EMBEDDED.search(data, start, end):
                break
            blank = _BLANK.match(data, end)
            if blank is None:
                break
            start = blank.end()  # an embedded message begins with headers of its own


def _starts(data: bytes) -> Iterator[int]:
    """The message's beginning, then what follows each delimiter of a boundary that the message declares."""
    yield 0
    declared = {quoted or bare for quoted, bare in _BOUNDARY.findall(data)}
    if len(declared) > MAX_BOUNDARIES:
        raise MessageMalformed(reason="il a trop de parties")
    if not declared:
        return
    for found in _DELIMITER.finditer(data):
        if found.group(1).rstrip() in declared:
            line = data.find(b"\n", found.end())
            if line >= 0:
                yield line + 1


def _end(data: bytes, start: int) -> int:
    """Where the headers that begin here end; a part may have none, and begin with its blank line."""
    if data[start : start + 1] == b"\n" or data[start : start + 2] == b"\r\n":
        return start
    blank = _BLANK.search(data, start)
    return blank.start() if blank else len(data)


def readable(data: bytes, blocks: list[Block]) -> bytes:
    """The same message, its headers in 8 bits that are not UTF-8 read as cp1252: for showing, never for keeping.

    Source: RFC 6532 wants UTF-8; older software still writes its own character set.
    """
    pieces, last = [], 0
    for start, end in blocks:
        block = data[start:end]
        if block.isascii():
            continue
        try:
            block.decode("utf-8")
        except UnicodeDecodeError:
            pieces += [data[last:start], block.decode("cp1252", "replace").encode()]
            last = end
    return b"".join((*pieces, data[last:])) if pieces else data
