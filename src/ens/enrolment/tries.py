"""How often provisional codes may be tried in vain.

Counted for what was typed, wherever from; for the network address; and in all: when codes are guessed from everywhere,
each address has a tenth of its tries.
"""

from __future__ import annotations

from django.conf import settings

from ens.audit import events
from ens.enrolment.errors import CodeRefused
from ens.identity import limits
from ens.kernel.actor import Actor, ActorKind

_CODE, _ADDRESS, _ALL = "code provisoire", "codes d'une adresse", "codes de partout"
_DOOR = Actor(ActorKind.SYSTEME, "bienvenue", "Porte des codes provisoires")


def check(text: str, address: str) -> None:
    """Errors: TooManyTries."""
    most = settings.ENS_CODE_TRIES_PER_ADDRESS
    if limits.count(_ALL, "") >= settings.ENS_CODE_TRIES_TOTAL:
        most = max(1, most // 10)
    limits.check(_CODE, text, settings.ENS_CODE_TRIES)
    limits.check(_ADDRESS, address, most)


def failed(text: str, address: str) -> None:
    limits.add(_CODE, text)
    limits.add(_ADDRESS, address)
    if limits.add(_ALL, "") == settings.ENS_CODE_TRIES_TOTAL:  # said once a window
        events.about_nobody("enrolement", "codes_essayes_en_nombre", by=_DOOR, code=CodeRefused.code)
