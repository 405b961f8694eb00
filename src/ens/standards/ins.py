"""The INS: a matricule and its OID. Source: référentiel INS; Guide d'implémentation INS v3.0; INSEE, NIR."""

from __future__ import annotations

import re
from dataclasses import dataclass

from ens.standards.errors import MalformedMatricule, UnknownOid, WrongKey

OID_NIR = "1.2.250.1.213.1.4.8"
OID_NIA = "1.2.250.1.213.1.4.9"
OID_TEST = "1.2.250.1.213.1.4.10"
OID_DEMONSTRATION = "1.2.250.1.213.1.4.11"
OIDS = (OID_NIR, OID_NIA, OID_TEST, OID_DEMONSTRATION)
REAL_OIDS = (OID_NIR, OID_NIA)

_THIRTEEN = re.compile(r"[1-478]\d{4}(\d{5}|2[AB]\d{3})\d{3}")


def control_key(matricule: str) -> int:
    """The control key (1 to 97) of a 13-character matricule.

    Corsica: 2A counts as 19, 2B as 18. Errors: MalformedMatricule. Source: INSEE, key = 97 − (n mod 97).
    """
    if not _THIRTEEN.fullmatch(matricule):
        raise MalformedMatricule("les treize premiers caractères du matricule INS sont mal formés")
    return 97 - int(matricule.replace("2A", "19").replace("2B", "18")) % 97


@dataclass(frozen=True, slots=True)
class Matricule:
    """Fifteen characters: thirteen and their key."""

    value: str

    @classmethod
    def parse(cls, text: str) -> Matricule:
        """Spaces and case do not count. Errors: MalformedMatricule (the key is judged by ``has_valid_key``)."""
        value = re.sub(r"\s", "", text).upper()
        if len(value) != 15 or not value[13:].isdigit() or not value.isascii():
            raise MalformedMatricule()
        control_key(value[:13])
        return cls(value)

    @property
    def has_valid_key(self) -> bool:
        return int(self.value[13:]) == control_key(self.value[:13])

    def __str__(self) -> str:
        return self.value


@dataclass(frozen=True, slots=True)
class Ins:
    """A matricule and the OID of the authority that gave it."""

    matricule: Matricule
    oid: str

    @classmethod
    def parse(cls, matricule: str, oid: str, *, check_key: bool = True) -> Ins:
        """Errors: MalformedMatricule, WrongKey, UnknownOid."""
        known = Matricule.parse(matricule)
        if oid not in OIDS:
            raise UnknownOid()
        if check_key and not known.has_valid_key:
            raise WrongKey()
        return cls(known, oid)
