"""Stands for the service of the cartes Vitale, in the demonstration: one test card a test matricule."""

from __future__ import annotations

from ens.standards.errors import MalformedMatricule
from ens.standards.ins import Matricule


class SimulatedCards:
    """The card of a matricule has its digits backwards, the eleven first of them."""

    def belongs(self, matricule: str, serial: str) -> bool:
        try:
            known = Matricule.parse(matricule)
        except MalformedMatricule:
            return False
        return serial == serial_of(known.value)


def serial_of(matricule: str) -> str:
    """The serial number of the test card; a Corsican letter counts as a zero."""
    return "".join(sign if sign.isdigit() else "0" for sign in reversed(matricule))[:11]
