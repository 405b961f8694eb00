"""What a standard's reader can say; packages above translate it into their own errors."""

from __future__ import annotations

from typing import ClassVar


class StandardError(ValueError):
    """Something is not what its standard says. ``code`` is stable, ``message`` a French sentence."""

    code: ClassVar[str] = "standard"
    message: str = "La donnée n'est pas conforme."

    def __init__(self, message: str = "") -> None:
        self.message = message or self.message
        super().__init__(self.message)


class MalformedMatricule(StandardError):
    """Not 13 characters of an INS matricule followed by its key."""

    code = "matricule_invalide"
    message = "le matricule INS doit avoir 15 caractères"


class WrongKey(MalformedMatricule):
    """The two last characters are not the key of the thirteen first."""

    code = "cle_invalide"
    message = "la clé du matricule INS est fausse"


class UnknownOid(StandardError):
    """Not one of the OIDs of the INS."""

    code = "oid_invalide"
    message = "l'OID n'est pas l'un de ceux de l'INS"
