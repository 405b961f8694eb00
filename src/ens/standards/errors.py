"""What a standard's reader can say; packages above translate it into their own errors.

An error that only one reader raises stands beside it (``hl7``, ``xmlsafe``, ``cda``, ``xdm``); those of identities
and numbers are here.
"""

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


class NotQualified(StandardError):
    """The identity is not *qualifiée*: its INS stays where it is."""

    code = "identite_non_qualifiee"
    message = "l'identité n'est pas qualifiée : son INS ne peut pas être transmise"


class ContradictoryAttributes(StandardError):
    """An identity cannot be both douteuse and fictive."""

    code = "attributs_contradictoires"
    message = "une identité ne peut pas être à la fois douteuse et fictive"


class MalformedTrait(StandardError):
    """A name, date, sex or place that INSi's lexical profile does not allow."""

    code = "trait_invalide"
    message = "un trait d'identité n'est pas conforme au profil INSi"


class MalformedDatamatrix(StandardError):
    """Not the text of an INS datamatrix."""

    code = "datamatrix_invalide"
    message = "le texte du datamatrix INS n'est pas conforme"


class MalformedRpps(StandardError):
    """Not eleven digits with their Luhn key."""

    code = "rpps_invalide"
    message = "le numéro RPPS doit avoir 11 chiffres, clé comprise"


class MalformedAdeli(StandardError):
    """Not nine characters of an ADELI number."""

    code = "adeli_invalide"
    message = "le numéro ADELI doit avoir 9 caractères"


class MalformedFiness(StandardError):
    """Not nine characters with their Luhn key."""

    code = "finess_invalide"
    message = "le numéro FINESS doit avoir 9 caractères, clé comprise"


class MalformedNationalId(StandardError):
    """A PSIdNat or StructIdNat without a known prefix."""

    code = "identifiant_national_invalide"
    message = "l'identifiant national (PSIdNat ou Struct_IdNat) n'a pas de préfixe connu"


class MalformedPhone(StandardError):
    """Not a mobile number."""

    code = "telephone_invalide"
    message = "ce n'est pas un numéro de téléphone mobile"


class MalformedSerial(StandardError):
    """Not the serial number of a carte Vitale."""

    code = "numero_de_carte_invalide"
    message = "ce n'est pas le numéro de série d'une carte Vitale"
