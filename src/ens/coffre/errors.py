"""What the coffre can answer."""

from __future__ import annotations

from ens.kernel.errors import Absent, Unavailable


class KeyDestroyed(Absent):
    """The usager's key no longer exists: their contents are erased."""

    code = "cle_absente"
    message = "Cet élément n'existe pas, ou vous n'y avez pas accès."


class StoreUnavailable(Unavailable):
    """A content could not be written or read: disk full, read-only or out of reach. Nothing was acknowledged."""

    code = "stockage_indisponible"
    message = "Le service ne peut pas enregistrer ou lire ce contenu pour l'instant. Recommencez plus tard."


class ContentDamaged(Unavailable):
    """A sealed content does not open: it was altered, or its key is not the right one."""

    code = "contenu_endommage"
    message = "Ce contenu ne peut pas être ouvert. L'équipe technique doit le vérifier."
