"""Rules of campaigns, on facts: no database, no clock of their own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum

from ens.enrolment.errors import CampaignMalformed
from ens.kernel import clock
from ens.standards.departements import DEPARTEMENTS

WORDS = ("prenom_nom", "code", "lien", "delai_jours", "dernier_jour", "telephone", "horaires")  # a model may name
_WORD = re.compile(r"\{([^{}]*)\}")


class WaveState(StrEnum):
    PLANNED = "prevue"
    RUNNING = "en_cours"
    PAUSED = "en_pause"
    STOPPED = "arretee"
    OVER = "terminee"


PAUSE, RESUME, STOP = "pause", "reprise", "arret"  # kinds of changes that move a wave


def wave_state(starts_on: date, ends_on: date, moves: Iterable[str], today: date) -> WaveState:
    """From its days and what was decided on it, in order. A stop is for good; a pause lasts until it is resumed."""
    paused = False
    for move in moves:
        if move == STOP:
            return WaveState.STOPPED
        paused = move == PAUSE if move in (PAUSE, RESUME) else paused
    if today > ends_on:
        return WaveState.OVER
    if paused:
        return WaveState.PAUSED
    return WaveState.PLANNED if today < starts_on else WaveState.RUNNING


def is_sociable(now: datetime, *, hour_from: int, hour_to: int, weekdays: Sequence[int]) -> bool:
    """Whether people may be written to at this moment, in Paris; no weekday given: any."""
    here = now.astimezone(clock.PARIS)
    return hour_from <= here.hour < hour_to and (not weekdays or here.isoweekday() in weekdays)


def territories(departements: Iterable[str], regions: Iterable[str] = ()) -> list[str]:
    """The départements named, and those of the regions named. Errors: CampaignMalformed."""
    wanted = set(departements)
    for region in regions:
        of_region = {one.code for one in DEPARTEMENTS.values() if one.region == region}
        if not of_region:
            raise CampaignMalformed(reason=f"la région {region} n'existe pas")
        wanted |= of_region
    unknown = sorted(wanted - set(DEPARTEMENTS))
    if unknown:
        raise CampaignMalformed(reason=f"le département {unknown[0]} n'existe pas")
    if not wanted:
        raise CampaignMalformed(reason="une vague a au moins un département")
    return sorted(wanted)


def check_shares(shares: dict[tuple[str, str], int], channels: Iterable[str]) -> None:
    """(channel, variant) → share: each channel's make a hundred. Errors: CampaignMalformed."""
    for channel in channels:
        total = sum(share for (one, _), share in shares.items() if one == channel)
        if total != 100:
            raise CampaignMalformed(reason=f"les parts des variantes du canal {channel} font {total} et non 100")


def check_words(subject: str, body: str) -> None:
    """A model names only what a notice can say, and says the code and the last day. Errors: CampaignMalformed."""
    named = _WORD.findall(subject + body)
    unknown = [word for word in named if word not in WORDS]
    if unknown:
        raise CampaignMalformed(reason=f"le modèle nomme « {unknown[0]} », qu'aucune notification ne sait dire")
    missing = [word for word in ("code", "lien", "dernier_jour") if word not in _WORD.findall(body)]
    if missing:
        raise CampaignMalformed(reason=f"le modèle ne dit pas « {missing[0]} » : chaque notification le doit")
    if not subject.strip() or "\n" in subject or _WORD.findall(subject):
        raise CampaignMalformed(reason="l'objet tient sur une ligne, et ne nomme personne")
