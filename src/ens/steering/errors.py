"""What steering can answer."""

from __future__ import annotations

from ens.kernel.errors import Absent


class DimensionUnknown(Absent):
    """The figures are not cut that way, or the territory asked is not one's own."""

    code = "chiffre_absent"
    message = "Ces chiffres n'existent pas, ou votre périmètre ne les comprend pas."
