"""What the store of rows can answer."""

from __future__ import annotations

from ens.kernel.errors import Absent, Refused, Unavailable


class NobodyThere(Absent):
    """No usager, or no object, under that key."""

    code = "objet_absent"
    message = "Cet élément n'existe pas, ou vous n'y avez pas accès."


class TooBusy(Unavailable):
    """The usager's space is being changed by too many acts at once; nothing was done."""

    code = "espace_occupe"
    message = "Trop d'opérations ont lieu en même temps sur cet espace. Recommencez dans un instant."


class OutcomeUnknown(Unavailable):
    """The database fell while it was told to commit: the act may be done, or not."""

    code = "issue_inconnue"
    message = (
        "La base de données s'est arrêtée au moment d'enregistrer : l'acte l'est peut-être. "
        "Recommencez : un même envoi n'est gardé qu'une fois."
    )


class DatabaseUnavailable(Unavailable):
    """The database does not answer; nothing was done."""

    code = "base_indisponible"
    message = "Le service est momentanément indisponible. Rien n'a été enregistré. Recommencez dans un instant."


class FeatureStopped(Unavailable):
    """The operator stopped this part of the service; the others run."""

    code = "fonction_arretee"
    message = "{what} : à l'arrêt pour le moment. {why}"


class VisitOnly(Refused):
    """A demonstration that anyone visits without an account: nothing is written there."""

    code = "visite_seulement"
    message = "Pendant la visite, rien ne s'enregistre : tout est fictif, et reste comme vous l'avez trouvé."
