"""Sealing: AES-256-GCM under keys derived from the usager's own.

A value is: format (1 byte), version of the usager's key (2), nonce (12), ciphertext and tag. The usager, the
object and its version are associated data, so that a value moved elsewhere does not open.
A declaration not used yet is sealed under the key of the import that brought it: format 2, nonce, ciphertext and tag.
A content has its own key, HKDF(usager's key, "objet", object id, version); small rows share one per purpose.
"""

from __future__ import annotations

import os
from typing import Any
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDFExpand

from ens.coffre.errors import ContentDamaged

FORMAT = b"\x01"
FORMAT_OF_LOT = b"\x02"
CONTENT = "objet"


class Sealer:
    """Seals and opens for one usager, under one version of their key."""

    def __init__(self, usager_id: UUID, key_version: int, key: bytes) -> None:
        self._usager = usager_id.bytes
        self._version = key_version.to_bytes(2, "big")
        self._key = key
        self._ciphers: dict[bytes, AESGCM] = {}

    def _cipher(self, info: bytes, *, keep: bool) -> AESGCM:
        cipher = self._ciphers.get(info)
        if cipher is None:
            cipher = AESGCM(HKDFExpand(SHA256(), 32, info).derive(self._key))
            if keep:
                self._ciphers[info] = cipher
        return cipher

    def _prepare(self, purpose: str, object_id: UUID, version: int) -> tuple[AESGCM, bytes]:
        number = version.to_bytes(4, "big")
        if purpose == CONTENT:
            cipher = self._cipher(b"objet\x00" + object_id.bytes + number, keep=False)
        else:
            cipher = self._cipher(b"ligne\x00" + purpose.encode(), keep=True)
        return cipher, self._usager + object_id.bytes + number + purpose.encode()

    def seal(self, purpose: str, object_id: UUID, data: bytes, version: int = 1) -> bytes:
        """Seal small rows under their purpose, contents under ``CONTENT``."""
        cipher, associated = self._prepare(purpose, object_id, version)
        nonce = os.urandom(12)
        return FORMAT + self._version + nonce + cipher.encrypt(nonce, data, associated)

    def open(self, purpose: str, object_id: UUID, sealed: bytes | memoryview, version: int = 1) -> bytes:
        """Errors: ContentDamaged."""
        value = bytes(sealed)
        if value[:1] != FORMAT or len(value) < 31 or value[1:3] != self._version:
            raise ContentDamaged()
        cipher, associated = self._prepare(purpose, object_id, version)
        try:
            return cipher.decrypt(value[3:15], value[15:], associated)
        except InvalidTag as error:
            raise ContentDamaged() from error

    def seal_json(self, purpose: str, object_id: UUID, value: Any, version: int = 1) -> bytes:
        return self.seal(purpose, object_id, orjson.dumps(value), version)

    def open_json(self, purpose: str, object_id: UUID, sealed: bytes | memoryview, version: int = 1) -> Any:
        return orjson.loads(self.open(purpose, object_id, sealed, version))


class LotSealer:
    """Seals declarations of an import, until each person's first unit seals theirs under a key of their own.

    One key for at most 2³² declarations, so that random nonces stay apart. Source: NIST SP 800-38D, 8.3.
    """

    def __init__(self, lot_id: UUID, key: bytes) -> None:
        self._lot = lot_id.bytes
        self._cipher = AESGCM(key)

    def seal(self, usager: bytes, data: bytes, nonce: bytes) -> bytes:
        """``usager``: the 16 bytes of their id. ``nonce``: 12 bytes drawn at random, never twice."""
        return FORMAT_OF_LOT + nonce + self._cipher.encrypt(nonce, data, self._lot + usager)

    def open(self, usager_id: UUID, sealed: bytes | memoryview) -> bytes:
        """Errors: ContentDamaged."""
        value = bytes(sealed)
        if value[:1] != FORMAT_OF_LOT or len(value) < 29:
            raise ContentDamaged()
        try:
            return self._cipher.decrypt(value[1:13], value[13:], self._lot + usager_id.bytes)
        except InvalidTag as error:
            raise ContentDamaged() from error
