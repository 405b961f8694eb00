"""Which mailbox an answer goes to: the one that wrote, or the one it asks to be answered at (Reply-To).

The second is followed inside the trust space only, and never to a mailbox with which the exchange ended, whoever ended
it, nor to a usager's: who wrote is then answered where they wrote from. Source: STANDARDS 2.2 (Reply-To, an MSS
address, is honoured); S081.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings

from ens.coffre.keyring import digest
from ens.identity import queries as identity
from ens.messaging import trustspace
from ens.messaging.errors import OperatorUnknown
from ens.messaging.words import domain_of
from ens.persistence import sql
from ens.persistence.unit import Unit


def address_digest(unit: Unit, address: str) -> bytes:
    return address_key(unit.usager_id, address)


def address_key(usager_id: UUID, address: str) -> bytes:
    return digest("correspondant", usager_id, address.lower())


def mailboxes(unit: Unit, people: list[dict[str, Any]]) -> list[str]:
    """Of these correspondents, as known, in their order."""
    elsewhere = [one["reply_to"] for one in people if one["reply_to"] != one["address"]]
    ended = _ended(unit, elsewhere)
    return [
        one["reply_to"] if one["reply_to"] not in ended and _may_be_followed(one) else one["address"] for one in people
    ]


def name(address: str) -> str:
    """As the directory says whose mailbox it is; else the address."""
    box = identity.mailbox(address)
    return (box.label or (box.owner.name if box.owner else "") if box else "") or address


def _may_be_followed(person: dict[str, Any]) -> bool:
    domain = domain_of(person["reply_to"])
    if domain == domain_of(person["address"]):
        return True
    if domain == settings.ENS_MAIL_DOMAIN:
        return False
    try:
        trustspace.route_to(domain)
    except OperatorUnknown:
        return False
    return True


def _ended(unit: Unit, addresses: list[str]) -> set[str]:
    if not addresses:
        return set()
    by_digest = {address_digest(unit, one): one for one in addresses}
    return {by_digest[bytes(key)] for (key,) in sql.rows(_ENDED, [unit.usager_id, list(by_digest)])}


_ENDED = """
SELECT address_digest FROM messaging_correspondent
WHERE usager_id = %s AND address_digest = ANY(%s) AND (ended_at IS NOT NULL OR refused_at IS NOT NULL)
"""
