"""Where the files of the trust space are fetched, and how each address last answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.conf import settings

from ens.kernel.clock import PARIS
from ens.messaging.models import TrustSource

DOMAINS, TESTS, REVOCATIONS = "domaines", "tests", "revocations"
SAID_AFTER = timedelta(hours=6)  # a publisher that is away for a moment asks nothing of anybody


@dataclass(frozen=True, slots=True)
class Source:
    """``well_at``: when what it gives was last in force. ``reason``: of its last failure, empty when it is well."""

    address: str
    kind: str
    since: datetime
    well_at: datetime | None
    next_at: datetime | None
    failures: int
    reason: str


def configured() -> dict[str, str]:
    """The kind of each address, in the order they are asked: signed lists, then CRLs as the setting orders them."""
    lists = dict.fromkeys(settings.ENS_OPERATORS_URL, DOMAINS) | dict.fromkeys(settings.ENS_OPERATORS_TEST_URL, TESTS)
    return lists | dict.fromkeys(settings.ENS_CRL_URLS, REVOCATIONS)


def sources() -> list[Source]:
    """The configured addresses; one that was never asked has no ``next_at``."""
    known = {one.address: one for one in TrustSource.objects.all()}
    now = datetime.now(UTC)
    found = []
    for address, kind in configured().items():
        one = known.get(address)
        if one is None or one.kind != kind:
            found.append(Source(address, kind, now, None, None, 0, ""))
        else:
            found.append(Source(address, kind, one.since, one.well_at, one.next_at, one.failures, one.reason))
    return found


def told(found: list[Source]) -> list[str]:
    """One French sentence each; that nothing is fetched is said too."""
    if not found:
        return ["Rien n'est récupéré tout seul : ENS_OPERATORS_URL et ENS_CRL_URLS sont vides."]
    said = []
    for one in found:
        when = f"valable le {_at(one.well_at)}" if one.well_at else "pas encore de fichier"
        again = f", prochaine demande le {_at(one.next_at)}" if one.next_at else ", pas encore demandée"
        why = f" Échec {one.failures} : {one.reason}" if one.reason else ""
        said.append(f"Récupération de {one.address} ({one.kind}) : {when}{again}.{why}")
    return said


def warnings(found: list[Source]) -> Iterator[str]:
    """Of the addresses that gave nothing valid for too long."""
    now = datetime.now(UTC)
    for one in found:
        since = one.well_at or one.since
        if one.reason and since < now - max(SAID_AFTER, timedelta(minutes=2 * settings.ENS_LISTS_MINUTES)):
            yield f"Récupération de {one.address} : rien de valable depuis le {_at(since)}. {one.reason}"
        elif not one.reason and one.next_at and one.next_at < now - SAID_AFTER:
            yield f"Récupération de {one.address} : plus rien n'est demandé depuis le {_at(one.next_at)}."


def _at(moment: datetime) -> str:
    return f"{moment.astimezone(PARIS):%d/%m/%Y à %H:%M}"
