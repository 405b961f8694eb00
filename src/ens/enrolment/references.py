"""What a letter, its reply slip and the return path of an e-mail carry, so that what comes back finds its notice.

« 7F3A29C1B0-K7RM4-TXP9H »: the beginning of the lot's id, then a keyed digest of the lot and the person. It
says nothing of them, cannot be guessed, opens nothing, and differs at each notice.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from uuid import UUID

from django.db import connections

from ens.coffre.digests import keyed
from ens.coffre.keyring import codes_key
from ens.enrolment import lettering
from ens.enrolment.errors import ReferenceUnknown

_LOT, _PERSON = 10, 10
_PRINTED = re.compile(rf"([0-9A-F]{{{_LOT}}})([{lettering.ALPHABET}]{{{_PERSON}}})")


@dataclass(frozen=True, slots=True)
class NoticeRef:
    """One person's notice."""

    lot_id: UUID
    usager_id: UUID
    channel: str


def reference(lot_id: UUID, usager_id: UUID) -> str:
    """As it is printed."""
    text = _of_person(codes_key(), lot_id, usager_id)
    return f"{lot_id.hex[:_LOT].upper()}-{text[:5]}-{text[5:]}"


def _of_person(key: bytes, lot_id: UUID, usager_id: UUID) -> str:
    return lettering.written(keyed(key, "renvoi", lot_id, usager_id), _PERSON)


def find(written: str) -> NoticeRef:
    """The notice of a reference, typed or read; case, spaces and dashes are ignored. Errors: ReferenceUnknown."""
    found = _PRINTED.fullmatch(re.sub(r"[\s.-]", "", written[:80]).upper())
    if found is None:
        raise ReferenceUnknown()
    beginning, of_person = found.groups()
    low, high = UUID(hex=beginning.ljust(32, "0")), UUID(hex=beginning.ljust(32, "F"))
    with connections["batch"].cursor() as cursor:
        cursor.execute("SELECT id, people, channel FROM enrolment_lot WHERE id BETWEEN %s AND %s", [low, high])
        lots = cursor.fetchall()
    key = codes_key()
    matches = [
        NoticeRef(lot_id, who, channel)
        for lot_id, people, channel in lots
        for who in people
        if _of_person(key, lot_id, who) == of_person
    ]
    if len(matches) != 1:
        raise ReferenceUnknown()
    return matches[0]
