"""What enrolment can answer."""

from __future__ import annotations

from ens.kernel.errors import Absent, Conflict


class SpaceAbsent(Absent):
    """No open space: unknown, never created, opposed or closed. One answer for all, in words and in time."""

    code = "boite_absente"
    message = "Aucun espace santé n'est ouvert sous cette identité."


class MoveNotAllowed(Conflict):
    """The act does not apply to the space as it is now."""

    code = "etape_impossible"
    message = "Cette opération n'est pas possible dans l'état actuel de l'espace."


class LotUnknown(Absent):
    """No such lot of notices."""

    code = "lot_inconnu"
    message = "Ce lot de notifications n'existe pas."
