"""The connectors of what a space sends and fetches by itself, from its settings: for the worker and some commands."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from ens.connectors.courriel.client import RelayOfNotices
from ens.connectors.courriel.lots import EmailLots
from ens.connectors.courrier.client import PrintFolder
from ens.connectors.courrier.rendering import Sender
from ens.connectors.listes.client import PublishedFiles
from ens.connectors.relay.client import OperatorRelay
from ens.enrolment.ports import use_sender
from ens.enrolment.types import EMAIL, POST
from ens.messaging.ports import use_mail_relay, use_publisher
from ens.notifications.ports import use_email_sender


def choose() -> None:
    """Called at the start of each process that sends; without a setting, what it would send waits in the outbox."""
    if settings.ENS_RELAY_CERT:
        use_mail_relay(OperatorRelay(settings.ENS_RELAY_CERT, settings.ENS_RELAY_KEY, settings.ENS_RELAY_CA))
    use_publisher(PublishedFiles())
    if settings.ENS_COURRIEL_RELAY:
        sender = RelayOfNotices(settings.ENS_COURRIEL_RELAY, settings.ENS_COURRIEL_FROM, settings.ENS_SERVICE_NAME)
        use_email_sender(sender)
        use_sender(EMAIL, EmailLots(sender, settings.ENS_SERVICE_NAME))
    if settings.ENS_COURRIERS:
        mention = "Démonstration, données fictives" if settings.ENS_DEMONSTRATION else ""
        ours = Sender(settings.ENS_SERVICE_NAME, tuple(settings.ENS_COURRIER_ADRESSE), mention)
        folder = Path(settings.ENS_COURRIERS)
        use_sender(POST, PrintFolder(folder, ours, posted_at_once=settings.ENS_COURRIERS_POSTES))
