"""What the catalogue can answer."""

from __future__ import annotations

from ens.kernel.errors import Malformed


class CatalogueMalformed(Malformed):
    """The file of the catalogue cannot be read."""

    code = "catalogue_illisible"
    message = "Ce fichier de catalogue ne peut pas être lu : {reason}."
