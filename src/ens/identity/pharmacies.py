"""The mailboxes of pharmacies in the directory: those a usager may be allowed to write to first (STANDARDS 4.3)."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from ens.identity import professions
from ens.persistence import sql

SECTORS = ("SA33", "SA38", "SA39")  # TRE_R02: pharmacie d'officine, minière, mutualiste
PHARMACIST = "21"  # TRE_G15
SHOWN = 20
_MOST_WORDS = 5


@dataclass(frozen=True, slots=True)
class Pharmacy:
    """A mailbox of a pharmacy, its own or a pharmacist's who works there; ``id``: the only way a page designates it."""

    id: UUID
    address: str
    name: str
    town: str
    holder: str = ""  # the pharmacist's name, of a personal mailbox

    @property
    def label(self) -> str:
        return f"{self.holder}, {self.name}" if self.holder else self.name


def search(text: str) -> list[Pharmacy]:
    """Those whose name, town or pharmacist holds every word, accents or not; none for fewer than 3 letters.

    ``SHOWN`` at most.
    """
    words = text.lower().translate(_PLAIN).split()[:_MOST_WORDS]
    if len("".join(words)) < 3:
        return []
    clauses = " ".join([_HOLDS] * len(words))
    escaped = [word.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_") for word in words]
    found = sql.rows(f"{_PHARMACIES} {clauses} {_IN_ORDER}", [*_KIND, *(f"%{one}%" for one in escaped), SHOWN])
    return [_said(*row) for row in found]


def pharmacy(mailbox_id: UUID) -> Pharmacy | None:
    """The mailbox of that id when it is a pharmacy's today; nothing for any other mailbox."""
    found = sql.row(f"{_PHARMACIES} AND id = %s {_IN_ORDER}", [*_KIND, mailbox_id, 1])
    return _said(*found) if found else None


def _said(key: UUID, address: str, name: str, town: str, *holder: str | None) -> Pharmacy:
    civility, profession, last_name, first_name = (one or "" for one in holder)
    who = professions.styled_name(civility, profession, last_name, first_name) if last_name else ""
    return Pharmacy(key, address, name, town, who)


_KIND = [list(SECTORS), list(SECTORS), PHARMACIST]
# From the pharmacies, a few of the establishments, to their mailboxes: never through all the mailboxes.
_PHARMACIES = """
SELECT DISTINCT ON (name, last_name, id) * FROM (
    SELECT box.id, box.address, site.name, site.town,
           NULL AS civility, NULL AS profession, NULL AS last_name, NULL AS first_name
    FROM identity_establishment AS site
    JOIN identity_mailbox AS box ON box.establishment_id = site.id AND box.kind = 'ORG'
    WHERE site.sector = ANY(%s)
    UNION ALL
    SELECT box.id, box.address, site.name, site.town, who.civility, who.profession, who.last_name, who.first_name
    FROM identity_establishment AS site
    JOIN identity_activity AS work ON work.establishment_id = site.id
    JOIN identity_professional AS who ON who.id = work.professional_id AND who.active
    JOIN identity_mailbox AS box ON box.professional_id = who.id AND box.kind = 'PER'
    WHERE site.sector = ANY(%s) AND who.profession = %s
) AS box WHERE true
"""
_ACCENTED, _BARE = "àâäçéèêëîïôöùûüÿ", "aaaceeeeiioouuuy"
_PLAIN = str.maketrans(_ACCENTED, _BARE)
_WORDS = "concat_ws(' ', name, town, last_name, first_name)"
_HOLDS = f"AND translate({_WORDS}, '{_ACCENTED}{_ACCENTED.upper()}', '{_BARE * 2}') ILIKE %s"
_IN_ORDER = "ORDER BY name, last_name NULLS FIRST, id LIMIT %s"
