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
}
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
