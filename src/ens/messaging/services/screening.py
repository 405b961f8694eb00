"""What arrives, shown to the antivirus before anything of it is kept."""

from __future__ import annotations

import structlog
from django.conf import settings

from ens.messaging import ports
from ens.messaging.errors import AntivirusSilent, MessageInfected

log = structlog.get_logger("ens.messaging")


def was_seen(data: bytes) -> bool:
    """Shown to the antivirus, if there is one. Errors: MessageInfected, AntivirusSilent."""
    antivirus = ports.antivirus()
    if antivirus is None:
        return True
    try:
        found = antivirus.scan(data)
    except ports.AntivirusAway as away:
        log.warning("antivirus_away", reason=str(away))
        if settings.ENS_CLAMD_ABSENT == "accepter":
            return False
        raise AntivirusSilent() from away
    if found:
        log.warning("message_infected", found=found)
        raise MessageInfected()
    return True
