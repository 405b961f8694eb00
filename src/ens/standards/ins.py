"""The INS: a matricule and its OID, and what the référentiel lets one do with them.

Source: référentiel INS; Guide d'implémentation INS v3.0; RNIV; INSEE, NIR.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from ens.standards.errors import (
    ContradictoryAttributes,
    MalformedMatricule,
    NotQualified,
    UnknownOid,
    WrongKey,
)
from ens.standards.hl7 import format_cx, parse_cx

OID_NIR = "1.2.250.1.213.1.4.8"
OID_NIA = "1.2.250.1.213.1.4.9"
OID_TEST = "1.2.250.1.213.1.4.10"
OID_DEMONSTRATION = "1.2.250.1.213.1.4.11"
OIDS = (OID_NIR, OID_NIA, OID_TEST, OID_DEMONSTRATION)
REAL_OIDS = (OID_NIR, OID_NIA)

# 3, 4, 7 and 8 are provisional numbers (NIA among them); 2A and 2B are Corsica
_THIRTEEN = re.compile(r"[1-478][0-9]{4}([0-9]{5}|2[AB][0-9]{3})[0-9]{3}")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+", re.ASCII)


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
        if len(value) != 15 or not value.isascii() or not value[13:].isdigit():
            raise MalformedMatricule()
        control_key(value[:13])
        return cls(value)

    @classmethod
    def with_key(cls, thirteen: str) -> Matricule:
        """The thirteen characters completed with their key. Errors: MalformedMatricule."""
        return cls(f"{thirteen}{control_key(thirteen):02d}")

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

    @classmethod
    def received(cls, matricule: str, oid: str) -> Ins:
        """What someone sent: the key decides for NIR and NIA only, ``has_valid_key`` tells it for the others.

        Several official test matricules have a wrong key, and must still be read.
        Errors: MalformedMatricule, WrongKey, UnknownOid.
        """
        return cls.parse(matricule, oid, check_key=oid in REAL_OIDS)

    @classmethod
    def from_cx(cls, text: str) -> Ins:
        """From « matricule^^^&OID&ISO^NH ». Errors: MalformedCx and those of ``received``."""
        return cls.received(*parse_cx(text))

    @property
    def has_valid_key(self) -> bool:
        return self.matricule.has_valid_key

    @property
    def is_real(self) -> bool:
        """A person's own, neither for tests nor for demonstrations."""
        return self.oid in REAL_OIDS

    @property
    def cx(self) -> str:
        return format_cx(self.matricule.value, self.oid)


def in_groups(matricule: str, space: str = " ") -> str:
    """« 2 89 45 67 890 123 25 », the groups printed on cards; what has not fifteen characters stays as it is."""
    if len(matricule) != 15:
        return matricule
    return space.join(matricule[start:end] for start, end in pairwise((0, 1, 3, 5, 7, 10, 13, 15)))


class IdentityStatus(StrEnum):
    """How far an identity can be trusted. Source: RNIV, statuts de l'identité."""

    PROVISOIRE = "provisoire"
    RECUPEREE = "recuperee"
    VALIDEE = "validee"
    QUALIFIEE = "qualifiee"

    @classmethod
    def of(
        cls, *, from_insi: bool, document_checked: bool, douteux: bool = False, fictif: bool = False
    ) -> IdentityStatus:
        """INSi gives *récupérée*, a trusted document *validée*, both *qualifiée*; douteux and fictif undo all.

        Errors: ContradictoryAttributes (an identity is not both douteux and fictif).
        """
        if douteux and fictif:
            raise ContradictoryAttributes()
        if douteux or fictif:
            return cls.PROVISOIRE
        if from_insi:
            return cls.QUALIFIEE if document_checked else cls.RECUPEREE
        return cls.VALIDEE if document_checked else cls.PROVISOIRE

    @property
    def lets_ins_leave(self) -> bool:
        """Only a *qualifiée* identity gives its matricule and OID to others. Source: RNIV, EXI ID 29."""
        return self is IdentityStatus.QUALIFIEE


def check_ins_may_leave(status: IdentityStatus) -> None:
    """Errors: NotQualified."""
    if not status.lets_ins_leave:
        raise NotQualified()


def mail_address(ins: Ins, domain: str, *, status: IdentityStatus) -> str:
    """The usager's MSSanté address; the OID is not part of it. Errors: NotQualified. Source: MSSanté, ECO.2.2.6."""
    check_ins_may_leave(status)
    if not _DOMAIN.fullmatch(domain):
        raise ValueError(f"not a mail domain: {domain!r}")
    return f"{ins.matricule.value}@{domain}"
