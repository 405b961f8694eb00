"""The serial number printed on a carte Vitale: its shape, and what is often typed in its place.

With a photograph: 11 digits, printed after a constant. Without: 8 to 13 digits. Refused: a date, a part of the
matricule, the constant itself.
"""

from __future__ import annotations

import re
from datetime import date

from ens.standards.errors import MalformedSerial

PRINTED_CONSTANT = "80250000025"  # of the scheme; its ten first come before the eleven of a photograph card


def parse_serial(typed: str, *, matricule: str = "") -> str:
    """The digits of the serial number. Errors: MalformedSerial, with what to look at."""
    digits = re.sub(r"\s", "", typed)
    if not digits.isascii() or not digits.isdigit():
        raise MalformedSerial("ce numéro n'a que des chiffres")
    if len(digits) == 21 and digits.startswith(PRINTED_CONSTANT[:10]):
        digits = digits[10:]
    if not 8 <= len(digits) <= 13:
        raise MalformedSerial("ce numéro compte 8 à 13 chiffres, 11 si la carte a une photo")
    if _is_date(digits):
        raise MalformedSerial("c'est une date, et non le numéro de série de la carte")
    if matricule and digits in matricule:
        raise MalformedSerial("c'est une partie du numéro de sécurité sociale, et non celui de la carte")
    if digits in PRINTED_CONSTANT:
        raise MalformedSerial("c'est le numéro commun à toutes les cartes ; le vôtre le suit")
    return digits


def _is_date(digits: str) -> bool:
    match = re.fullmatch(r"(\d\d)(\d\d)((?:19|20)\d\d)", digits)
    if match is None:
        return False
    try:
        date(int(match[3]), int(match[2]), int(match[1]))
    except ValueError:
        return False
    return True
