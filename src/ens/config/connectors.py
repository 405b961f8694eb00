"""The connectors of what pages and the mail door ask of outside services, from the settings of the space.

They meet files from outside, and hold the keys: what decodes or draws files is not loaded by them (``outgoing``).
"""

from __future__ import annotations

from django.conf import settings

from ens.connectors.antivirus.client import Clamd
from ens.connectors.oidc.client import OpenIDProvider
from ens.connectors.vitale.client import CardService
from ens.connectors.vitale.simulator import SimulatedCards
from ens.identity.ports import use_card_register, use_identity_provider
from ens.messaging.ports import use_antivirus


def choose() -> None:
    """In each process that answers.

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
