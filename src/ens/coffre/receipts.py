"""Receipts signed by the space (Ed25519, the master key ``signature``): whoever holds one can show it."""

from __future__ import annotations

import base64

import orjson
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from ens.coffre import keyring


def sign(facts: dict[str, str]) -> dict[str, str]:
    """The facts, with ``cle_publique`` and a ``signature`` of all that comes before, as JSON with sorted keys."""
    private = Ed25519PrivateKey.from_private_bytes(keyring.signing_key())
    public = private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
    signed = {**facts, "cle_publique": base64.b64encode(public).decode()}
    return {**signed, "signature": base64.b64encode(private.sign(_bytes(signed))).decode()}


def is_signed(receipt: dict[str, str]) -> bool:
    """Whether the receipt is as it was signed, by the public key it names."""
    signed = {name: value for name, value in receipt.items() if name != "signature"}
    try:
        public = Ed25519PublicKey.from_public_bytes(base64.b64decode(receipt["cle_publique"]))
        public.verify(base64.b64decode(receipt["signature"]), _bytes(signed))
    except (InvalidSignature, KeyError, ValueError):
        return False
    return True


def _bytes(facts: dict[str, str]) -> bytes:
    return orjson.dumps(facts, option=orjson.OPT_SORT_KEYS)
