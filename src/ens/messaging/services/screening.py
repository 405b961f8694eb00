"""What arrives, and what the usager joins, shown to the antivirus before anything of it is kept."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from django.conf import settings

from ens.messaging import aside, filetypes, ports
from ens.messaging.errors import AntivirusSilent, FileRunsAlone, MessageInfected
from ens.messaging.parsed import ParsedFile
from ens.messaging.types import File

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


def check_leaving(files: Sequence[File]) -> None:
    """What the usager joins runs nothing, and is shown to the antivirus. Outside a unit: the antivirus takes its time.

    Errors: FileRunsAlone, MessageInfected, AntivirusSilent.
    """
    for one in files:
        if aside.reason(ParsedFile(one.name, filetypes.UNKNOWN, one.data)) == aside.DANGEROUS:
            raise FileRunsAlone()
    for one in files:
        was_seen(one.data)
