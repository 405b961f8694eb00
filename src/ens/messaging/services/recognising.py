"""What a message that arrives, and who wrote it, are known by in a mailbox: asked as its unit opens."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ens.coffre.keyring import digest
from ens.messaging import queries, reach
from ens.messaging.parsed import ParsedMail
from ens.messaging.types import INCOMING, IncomingMail
from ens.persistence import sql


@dataclass(frozen=True, slots=True)
class Keys:
    """Keyed digests, of this usager alone: of the same message, of the same Message-ID, of the sender's address."""

    dedupe: bytes
    mail_id: bytes
    sender: bytes

    @classmethod
    def of(cls, usager_id: UUID, mail: IncomingMail, parsed: ParsedMail) -> Keys:
        sender, content = mail.sender.lower(), hashlib.sha256(mail.data).digest()
        return cls(
            digest("message", usager_id, sender, parsed.message_id, content),
            queries.mail_id_key(usager_id, parsed.message_id or content.hex()),
            reach.address_key(usager_id, sender),
        )

    def questions(self, usager_id: UUID) -> list[sql.Question[Any]]:
        """The messages alike, then the sender's row if there is one."""
        alike = [usager_id, self.dedupe, usager_id, self.mail_id, INCOMING]
        return [
            sql.Question(_ALIKE, alike, lambda rows: rows),
            sql.Question(_CORRESPONDENT, [usager_id, self.sender], lambda rows: next(iter(rows), None)),
        ]


# By the content, or by the Message-ID alone: two indexes, each asked once.
_ALIKE = """
SELECT id, dedupe_digest FROM messaging_message WHERE usager_id = %s AND dedupe_digest = %s
UNION ALL
SELECT id, dedupe_digest FROM messaging_message WHERE usager_id = %s AND mail_id_digest = %s AND direction = %s
"""
_CORRESPONDENT = "SELECT id, refused_at FROM messaging_correspondent WHERE usager_id = %s AND address_digest = %s"
