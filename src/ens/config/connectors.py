"""The choice of connectors: which outside services this space calls, from its settings."""

from __future__ import annotations

from pathlib import Path

from django.conf import settings

from ens.connectors.antivirus.client import Clamd
from ens.connectors.courriel.client import RelayOfNotices
from ens.connectors.courriel.lots import EmailLots
from ens.connectors.courrier.client import PrintFolder
from ens.connectors.courrier.rendering import Sender
from ens.connectors.listes.client import PublishedFiles
from ens.connectors.oidc.client import OpenIDProvider
from ens.connectors.relay.client import OperatorRelay
from ens.connectors.vitale.client import CardService
from ens.connectors.vitale.simulator import SimulatedCards
from ens.enrolment.ports import use_sender
from ens.enrolment.types import EMAIL, POST
from ens.identity.ports import use_card_register, use_identity_provider
from ens.messaging.ports import use_antivirus, use_mail_relay, use_publisher
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


def choose_for_pages() -> None:
    """What pages and the mail door ask of outside services, in each process that answers.

    Errors: ValueError for a setting that says nothing we know: the process does not start.
    """
    if settings.ENS_CLAMD_ABSENT not in ("refuser", "accepter"):
        raise ValueError("ENS_CLAMD_ABSENT vaut refuser ou accepter")
    if settings.ENS_CLAMD:
        use_antivirus(Clamd(settings.ENS_CLAMD))
    if settings.ENS_VITALE_URL:
        use_card_register(CardService(settings.ENS_VITALE_URL, settings.ENS_VITALE_TOKEN_FILE))
    elif settings.ENS_DEMONSTRATION:
        use_card_register(SimulatedCards())
    if settings.ENS_OIDC_ISSUER:
        provider = OpenIDProvider(
            issuer=settings.ENS_OIDC_ISSUER,
            client_id=settings.ENS_OIDC_CLIENT_ID,
            secret_file=settings.ENS_OIDC_SECRET_FILE,
            name=settings.ENS_OIDC_NAME,
            scopes=settings.ENS_OIDC_SCOPES,
            acr=settings.ENS_OIDC_ACR,
            redirect_uri=settings.ENS_BASE_URL + "/connexion/retour/",
        )
        use_identity_provider(provider)
