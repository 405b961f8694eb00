"""Keyed digests under which the record knows identifiers and authors, never in clear."""

from __future__ import annotations

from uuid import UUID

from ens.coffre.keyring import digest
from ens.record.judging import normal_id


def unique_digest(usager_id: UUID, unique_id: str) -> bytes:
    """Of a producer's identifier, whatever form it is written in."""
    return digest("identifiant-unique", usager_id, normal_id(unique_id))


def author_digest(usager_id: UUID, rpps: str) -> bytes:
    return digest("auteur", usager_id, rpps)


def content_digest(usager_id: UUID, data: bytes) -> bytes:
    return digest("contenu", usager_id, data)
