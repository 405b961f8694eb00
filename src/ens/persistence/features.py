"""Parts of the service that can be stopped at once, each by itself, without touching the others (N021).

Every process asks the database again after a few seconds: stopped everywhere soon, without a restart and without a
question a request. What a person has a right to at any time is not in the list: to oppose, to read, to block, to leave.
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

from django.conf import settings

from ens.persistence import sql
from ens.persistence.errors import FeatureStopped, VisitOnly
from ens.persistence.models import StoppedFeature

BELIEVED_S = 5.0  # how long a process believes what it read
RETRY_S = 60  # what software is told to wait
WHY_MAX = 160


class Feature(StrEnum):
    DEPOSIT = "depot"
    READING = "lecture"
    RECEPTION = "reception"
    SENDING = "envoi"
    UPLOAD = "ajout"
    ACTIVATION = "activation"
    NEW_CODE = "nouveau_code"
    PROVIDER = "fournisseur"
    PROFESSIONALS = "professionnels"
    EXPORTS = "exports"


TOLD: dict[Feature, str] = {
    Feature.DEPOSIT: "Le dépôt de documents par les professionnels",
    Feature.READING: "La consultation par les logiciels",
    Feature.RECEPTION: "La réception des messages",
    Feature.SENDING: "L'envoi de messages",
    Feature.UPLOAD: "L'ajout de documents",
    Feature.ACTIVATION: "L'activation d'un espace",
    Feature.NEW_CODE: "La demande d'un nouveau code",
    Feature.PROVIDER: "La connexion par un fournisseur d'identité",
    Feature.PROFESSIONALS: "L'accès des professionnels par le site",
    Feature.EXPORTS: "Le téléchargement des chiffres",
}


@dataclass(frozen=True, slots=True)
class Stopped:
    feature: Feature
    since: datetime
    by: str
    why: str


_believed: tuple[float, dict[str, str]] = (float("-inf"), {})


def forget() -> None:
    """Ask the database at the next question."""
    global _believed
    _believed = (float("-inf"), {})


def _known() -> dict[str, str]:
    """What is stopped and why, as this process believes it."""
    global _believed
    read_at, stopped = _believed
    if time.monotonic() - read_at > BELIEVED_S:
        stopped = dict(sql.rows("SELECT name, why FROM persistence_stoppedfeature", []))
        _believed = (time.monotonic(), stopped)
    return stopped


def check(feature: Feature) -> None:
    """Errors: FeatureStopped."""
    stopped = _known()
    if feature in stopped:
        raise FeatureStopped(what=TOLD[feature], why=stopped[feature], wait=RETRY_S)


def check_may_write() -> None:
    """Errors: VisitOnly, where anyone visits without an account, once its story is told (N020)."""
    if settings.ENS_VISITE and settings.ENS_VISITE_FROM.is_file():
        raise VisitOnly()


def everything_stopped() -> list[Stopped]:
    """What is stopped now, since when and by whom."""
    rows = StoppedFeature.objects.order_by("name")
    return [Stopped(Feature(row.name), row.since, row.by, row.why) for row in rows if row.name in set(Feature)]


def stop(feature: Feature, *, why: str, by: str) -> bool:
    """Whether it was running. Stopped already, its reason alone changes."""
    _, is_new = StoppedFeature.objects.update_or_create(
        name=feature,
        defaults={"why": why[:WHY_MAX]},
        create_defaults={"why": why[:WHY_MAX], "since": datetime.now(UTC), "by": by},
    )
    forget()
    return is_new


def take_up(feature: Feature) -> bool:
    """Whether it was stopped."""
    gone, _ = StoppedFeature.objects.filter(name=feature).delete()
    forget()
    return bool(gone)
