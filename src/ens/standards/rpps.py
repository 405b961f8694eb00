"""Numbers of professionals: RPPS, ADELI, and the PSIdNat that prefixes them.

Source: ANS, Annuaire Santé; CI-SIS, identifiants nationaux (PSIdNat).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from ens.standards.errors import MalformedAdeli, MalformedNationalId, MalformedRpps

PS_AUTHORITY = "1.2.250.1.71.4.2.1"
_RPPS = re.compile(r"[0-9]{11}")
_LENIENT = re.compile(r"[0-9A-Z]{8,11}")
_ADELI = re.compile(r"(?:[0-9]{2}|2[AB])[0-9A-Z][0-9]{6}")


def luhn_holds(digits: str) -> bool:
    """Whether the last digit is the Luhn key of the others. Source: ISO/IEC 7812-1."""
    doubled = (int(digit) * (2 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return sum(value - 9 if value > 9 else value for value in doubled) % 10 == 0


def luhn_key(digits: str) -> str:
    """The digit that makes ``luhn_holds`` true when added at the end."""
    return next(key for key in "0123456789" if luhn_holds(digits + key))


def parse_rpps(text: str, *, lenient: bool = False) -> str:
    """The eleven digits of an RPPS number. Errors: MalformedRpps.

    ``lenient`` also takes the identifiers of test extracts: letters (00AMAR12), shorter numbers, other keys.
    """
    value = re.sub(r"\s", "", text).upper()
    if lenient and _LENIENT.fullmatch(value):
        return value
    if not _RPPS.fullmatch(value):
        raise MalformedRpps()
    if not luhn_holds(value):
        raise MalformedRpps("la clé du numéro RPPS est fausse")
    return value


def parse_adeli(text: str) -> str:
    """The nine characters of an ADELI number, department first. Errors: MalformedAdeli."""
    value = re.sub(r"\s", "", text).upper()
    if not _ADELI.fullmatch(value):
        raise MalformedAdeli()
    return value


class PersonKind(StrEnum):
    """Prefix of a PSIdNat: who numbered the person."""

    ADELI = "0"
    CABINET_ADELI = "1"  # an employee, numbered inside the practice
    FINESS = "3"
    SIREN = "4"
    SIRET = "5"
    CABINET_RPPS = "6"
    RPPS = "8"


@dataclass(frozen=True, slots=True)
class PsIdNat:
    """A national identifier: its prefix and what follows."""

    kind: PersonKind
    number: str

    @classmethod
    def parse(cls, text: str) -> PsIdNat:
        """The number is kept as it is: test sets have short ones. Errors: MalformedNationalId."""
        value = text.strip()
        if len(value) < 2 or value[0] not in set(PersonKind):
            raise MalformedNationalId()
        return cls(PersonKind(value[0]), value[1:])

    def __str__(self) -> str:
        return f"{self.kind.value}{self.number}"


def rpps_of(ps_id_nat: str) -> str:
    """The RPPS number in a PSIdNat, empty when it is another kind of identifier."""
    return ps_id_nat.strip()[1:] if ps_id_nat.strip().startswith(PersonKind.RPPS.value) else ""


def ps_id_nat_of(rpps: str) -> str:
    """Errors: none; the number is not judged here."""
    return f"{PersonKind.RPPS.value}{rpps}"
