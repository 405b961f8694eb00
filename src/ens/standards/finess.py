"""Numbers of structures: FINESS, SIREN, SIRET, and the Struct_IdNat that prefixes them.

Source: ANS, Annuaire Santé; CI-SIS, identifiants nationaux (Struct_IdNat).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ens.standards.errors import MalformedFiness, MalformedNationalId
from ens.standards.rpps import luhn_holds

STRUCTURE_AUTHORITY = "1.2.250.1.71.4.2.2"
_FINESS = re.compile(r"(?:[0-9]{2}|2[AB])[0-9]{7}")


def has_valid_key(finess: str) -> bool:
    """Luhn on the nine digits. False for what is no FINESS number.

    A Corsican number (2A, 2B) is not judged and counts as valid: how its letter weighs is not published, and to
    refuse a real hospital is worse than to let a slip through.
    """
    if not _FINESS.fullmatch(finess):
        return False
    return not finess.isdigit() or luhn_holds(finess)


def parse_finess(text: str, *, lenient: bool = False) -> str:
    """The nine characters of a FINESS number, of a legal entity or a site. Errors: MalformedFiness.

    ``lenient`` does not look at the key: the published examples have invented numbers.
    """
    value = re.sub(r"\s", "", text).upper()
    if not _FINESS.fullmatch(value):
        raise MalformedFiness()
    if not lenient and not has_valid_key(value):
        raise MalformedFiness("la clé du numéro FINESS est fausse")
    return value


class StructureKind(StrEnum):
    """Prefix of a Struct_IdNat: what numbered the structure."""

    CABINET_ADELI = "0"
    FINESS = "1"
    SIREN = "2"
    SIRET = "3"
    CABINET_RPPS = "4"


@dataclass(frozen=True, slots=True)
class StructIdNat:
    """A national identifier: its prefix and what follows."""

    kind: StructureKind
    number: str

    @classmethod
    def parse(cls, text: str) -> StructIdNat:
        """The number is kept as it is. Errors: MalformedNationalId."""
        value = text.strip()
        if len(value) < 2 or value[0] not in set(StructureKind):
            raise MalformedNationalId()
        return cls(StructureKind(value[0]), value[1:])

    def __str__(self) -> str:
        return f"{self.kind.value}{self.number}"


def finess_of(struct_id_nat: str) -> str:
    """The FINESS number in a Struct_IdNat, empty when it is another kind of identifier."""
    value = struct_id_nat.strip()
    is_finess = value.startswith(StructureKind.FINESS.value) and _FINESS.fullmatch(value[1:])
    return value[1:] if is_finess else ""
