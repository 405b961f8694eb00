"""Long files sealed in pieces: the tables and the keys of a backup, never whole in memory.

A stream is a mark, then pieces of one mebibyte under AES-256-GCM. Its key is derived for it alone, HKDF(key, name), so
that a counter may be the nonce: never seal twice under the same key and name. The last piece says that it is the
last. A piece changed, moved, missing or added, or a stream cut short, does not open.
Source: Hoang and others, “Online Authenticated-Encryption and its Nonce-Reuse Misuse-Resistance” (STREAM), 2015.
"""

from __future__ import annotations

from collections.abc import Iterator
from types import TracebackType
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from ens.coffre.errors import ContentDamaged

MARK = b"ENSFLUX1"
PIECE = 1 << 20
TAG = 16


def _cipher(key: bytes, name: str) -> AESGCM:
    return AESGCM(HKDFExpand(SHA256(), 32, b"flux\x00" + name.encode()).derive(key))


def _nonce(number: int, *, is_last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([is_last])


class SealingWriter:
    """Seals what is written to ``out``; ended by leaving its block without an error, which writes the last piece."""

    def __init__(self, out: BinaryIO, key: bytes, name: str) -> None:
        self._out = out
        self._cipher = _cipher(key, name)
        self._waiting = bytearray()
        self._number = 0
        out.write(MARK)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._waiting += data
        while len(self._waiting) > PIECE:  # strictly: the last piece is known only at the end
            self._seal(bytes(self._waiting[:PIECE]), is_last=False)
            del self._waiting[:PIECE]

    def _seal(self, piece: bytes, *, is_last: bool) -> None:
        self._out.write(self._cipher.encrypt(_nonce(self._number, is_last=is_last), piece, MARK))
        self._number += 1

    def __enter__(self) -> SealingWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self._seal(bytes(self._waiting), is_last=True)


def opened(source: BinaryIO, key: bytes, name: str) -> Iterator[bytes]:
    """What was written, piece after piece. Errors: ContentDamaged."""
    cipher = _cipher(key, name)
    if source.read(len(MARK)) != MARK:
        raise ContentDamaged()
    piece, number = source.read(PIECE + TAG), 0
    while True:
        following = source.read(PIECE + TAG)
        try:
            yield cipher.decrypt(_nonce(number, is_last=not following), piece, MARK)
        except InvalidTag as error:
            raise ContentDamaged() from error
        if not following:
            return
        piece, number = following, number + 1
