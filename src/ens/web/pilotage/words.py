"""The words of the figures."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

WORDS = {
    "noticed": _("prévenus"),
    "activated": _("activés"),
    "opened": _("ouverts à l’échéance"),
    "opposed": _("oppositions"),
    "not_due": _("en attente de l’échéance"),
    "overdue": _("échéance passée, pas encore ouverts"),
    "by_email": _("prévenus par e-mail"),
    "by_post": _("prévenus par courrier"),
    "delivered": _("remis"),
    "returned": _("revenus"),
    "changed_mind": _("ont changé d’avis"),
    "closed": _("fermés depuis"),
    "deleted": _("effacés depuis"),
}
KINDS = {
    "noticed": _("Notification"),
    "delivered": _("Remise"),
    "returned": _("Retour"),
    "opposed": _("Opposition"),
    "changed_mind": _("Changement d’avis"),
    "activated": _("Activation"),
    "opened": _("Ouverture à l’échéance"),
    "closed": _("Fermeture"),
    "deleted": _("Effacement"),
}
AUTHORS = {
    "usager": _("la personne"),
    "systeme": _("le service"),
    "support": _("le support"),
    "pilotage": _("le pilotage"),
    "professionnel": _("un professionnel"),
    "etablissement": _("un établissement"),
    "operateur": _("un opérateur"),
}
FORMS = {"page": _("à l’écran"), "csv": "CSV", "parquet": "Parquet"}
CUTS = (
    ("vague", _("Par vague")),
    ("departement", _("Par département")),
    ("canal", _("Par canal")),
    ("variante", _("Par variante")),
    ("jour", _("Par jour d’envoi")),
)
STATES = {
    "prevue": _("Prévue"),
    "en_cours": _("En cours"),
    "en_pause": _("En pause"),
    "arretee": _("Arrêtée"),
    "terminee": _("Terminée"),
}
STATUSES = {
    "contacte": _("Contacté"),
    "engage": _("Engagé"),
    "raccorde": _("Raccordé"),
    "en_service": _("En service"),
    "retire": _("Retiré"),
}
SIDES = {"site": _("Le site"), "accompagnement": _("Qui l’accompagne")}
STATES_OF_ACTIONS = {"ouverte": _("Ouverte"), "faite": _("Faite"), "abandonnee": _("Abandonnée")}
KINDS_OF_SITES = {"etablissement": _("Établissement"), "liberal": _("Libéral")}
# By the value of each step.
STEPS = {
    "code": _("Page du code ouverte"),
    "code_refuse": _("Code ou date refusés"),
    "choix": _("Choix montré"),
    "oppose": _("Opposition"),
    "active": _("Activation"),
    "ferme": _("Fermeture"),
    "non_representant": _("« Je ne suis pas le représentant légal »"),
    "desaccord": _("Désaccord de l’autre parent"),
    "nouveau_code": _("Nouveau code demandé"),
}
