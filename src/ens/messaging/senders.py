"""Who a message is from, as the usager reads it: what its operator writes, held against the directory.

A personal mailbox is never shown under a name that is not its holder's: a wrong or borrowed label gives way to the
directory's. A mailbox the directory does not publish (red list, too recent, gone) is heard all the same, and said so.
Source: référentiel MSSanté, ECO.2.2.7 (label of From), annuaire MSSanté (types of mailboxes, liste rouge).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from ens.identity import queries as identity
from ens.identity.types import EstablishmentRef, ProfessionalRef
from ens.messaging.parsed import ParsedMail
from ens.messaging.words import domain_of, folded

_WORDS = re.compile(r"[^\W\d_]+")


@dataclass(frozen=True, slots=True)
class Shown:
    """``role``: a profession, or the organisation a shared mailbox is of.

    ``is_listed``: the directory has this mailbox; ``is_unlisted``: it has not, and its extract was read.
    """

    label: str
    role: str = ""
    is_organisation: bool = False
    is_unlisted: bool = False
    is_listed: bool = False


def shown(sender: str, parsed: ParsedMail) -> Shown:
    """``sender``: the envelope's address, which the operator's certificate covers."""
    # a name that another domain would have to vouch for is not shown
    label = parsed.from_label if domain_of(parsed.from_address) in ("", domain_of(sender)) else ""
    box = identity.mailbox(sender)
    if box is None or box.is_gone:
        return Shown(label or sender, is_unlisted=identity.has_extract())
    holder = box.owner
    if isinstance(holder, ProfessionalRef):
        if box.kind == "PER" and not _names(label, holder.last_name):
            label = box.label or holder.name
        return Shown(label or sender, holder.profession_label or holder.organisation, is_listed=True)
    if isinstance(holder, EstablishmentRef):
        label = label or box.label or holder.name
        role = "" if _names(label, holder.name) else holder.name
        return Shown(label, role, is_organisation=True, is_listed=True)
    return Shown(label or box.label or sender, is_listed=True)


def _names(label: str, name: str) -> bool:
    """Whether every word of a name is in the label, whatever its case and accents."""
    return _words(name) <= _words(label)


def _words(text: str) -> set[str]:
    return set(_WORDS.findall(folded(text)))
