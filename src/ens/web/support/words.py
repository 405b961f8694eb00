"""The words of an enrolment, as an agent tells it."""

from __future__ import annotations

from django.utils.translation import gettext_noop as _

from ens.enrolment.types import EventKind, State
from ens.messaging.signals import SignalReason

STATES = {
    State.UNKNOWN: _("Pas encore prévenue"),
    State.NOTICED: _("Prévenue, peut encore choisir"),
    State.OPPOSED: _("S’est opposée"),
    State.ACTIVATED: _("Espace activé par la personne"),
    State.OPENED: _("Espace ouvert à l’échéance"),
    State.CLOSED: _("Espace fermé"),
}
STAGES = {
    EventKind.NOTICED: _("Notification envoyée"),
    EventKind.DELIVERED: _("Notification remise"),
    EventKind.RETURNED: _("Notification revenue"),
    EventKind.OPPOSED: _("Opposition"),
    EventKind.CHANGED_MIND: _("Changement d’avis : veut un espace"),
    EventKind.ACTIVATED: _("Activation"),
    EventKind.OPENED: _("Ouverture à l’échéance"),
    EventKind.CLOSED: _("Fermeture"),
    EventKind.FROZEN: _("Ouverture suspendue"),
    EventKind.RELEASED: _("Ouverture reprise"),
    EventKind.MERGED: _("Inscription réunie à une autre"),
    EventKind.SEPARATED: _("Inscription séparée"),
    EventKind.DELETED: _("Effacement"),
}
SIGNALS = {
    SignalReason.NOT_MINE: _("Message reçu par erreur"),
    SignalReason.UNKNOWN: _("Expéditeur inconnu de la personne"),
    SignalReason.CONTENT: _("Contenu choquant ou menaçant"),
    SignalReason.FRAUD: _("Tentative de fraude possible"),
}
