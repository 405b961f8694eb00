"""What steering can answer."""

from __future__ import annotations

from ens.kernel.errors import Absent, Malformed


class DimensionUnknown(Absent):
    """The figures are not cut that way, or the territory asked is not one's own."""

    code = "chiffre_absent"
    message = "Ces chiffres n'existent pas, ou votre périmètre ne les comprend pas."


class ExportTooLarge(Malformed):
    """More events than a file of them may hold."""

    code = "export_trop_grand"
    message = "Un export compte {number} événements au plus. Choisissez un territoire ou une ligne plus petits."


class RegisterMalformed(Malformed):
    """The file of the register of engagement cannot be read."""

    code = "registre_illisible"
    message = "Ce fichier d'engagement ne peut pas être lu : {reason}."
