"""The lists of the trust space, fetched where they are published, each in its turn.

What comes passes through the same doors as what an operator brings by hand (``trust``): its signature is verified, it
never goes back, and the last valid one stays. A failure is kept to be said, and stops nothing.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import structlog
from django.conf import settings

from ens.identity.reports import ImportReport
from ens.kernel.actor import Actor, ActorKind
from ens.kernel.errors import EnsError
from ens.messaging import ports, trustsources
from ens.messaging.errors import TrustFileOlder
from ens.messaging.models import TrustSource
from ens.messaging.ports import Publisher, PublisherAway, Validators
from ens.messaging.services import trust

FIRST_RETRY = timedelta(minutes=5)  # doubled at each failure, up to the ordinary pace
JITTER = 0.1  # of the wait, so that spaces started together do not ask together
FETCHER = Actor(ActorKind.SYSTEME, "recuperation-listes", "Récupération des listes")
log = structlog.get_logger("ens.lists")

_TAKEN: dict[str, Callable[[bytes], ImportReport]] = {
    trustsources.DOMAINS: lambda data: trust.import_domains(data, by=FETCHER),
    trustsources.TESTS: lambda data: trust.import_domains(data, by=FETCHER, is_test=True),
    trustsources.REVOCATIONS: lambda data: trust.import_revocations(data, by=FETCHER),
}


def fetch_due() -> int:
    """Ask each configured address whose turn has come, in the order of the settings. Returns how many were asked.

    Safe to repeat; nothing configured, or no publisher in this process, and nothing is asked.
    """
    configured = trustsources.configured()
    TrustSource.objects.exclude(address__in=configured).delete()
    publisher = ports.publisher()
    if publisher is None:
        return 0
    asked = 0
    for address, kind in configured.items():
        now = datetime.now(UTC)
        source, _ = TrustSource.objects.get_or_create(
            address=address, defaults={"kind": kind, "since": now, "next_at": now}
        )
        if source.kind != kind:  # the address of a setting moved to another: nothing known of it holds
            source.kind, source.etag, source.last_modified = kind, "", ""
        elif source.next_at > now:
            continue
        _ask(source, publisher)
        asked += 1
    return asked


def _ask(source: TrustSource, publisher: Publisher) -> None:
    _failed(source, "La demande n'est pas allée à son terme.")  # true until it does: a process can be killed
    source.save()
    known = Validators(source.etag, source.last_modified)
    # A refused file is asked for whole the next time: the settings, or the lists held, may have changed.
    source.etag = source.last_modified = ""
    try:
        found = publisher.fetch(source.address, known)
        if found is not None:
            _take(source.kind, found.data)
    except PublisherAway as error:
        source.etag, source.last_modified = known.etag, known.last_modified
        _say(source, f"Cette adresse ne donne pas de fichier : {error}.", "publisher_away")
    except EnsError as error:
        _say(source, error.sentence, error.code)
    else:
        kept = found.validators if found is not None else known
        source.etag, source.last_modified = kept.etag, kept.last_modified
        source.failures, source.reason, source.well_at = 0, "", datetime.now(UTC)
        source.next_at = _later(timedelta(minutes=settings.ENS_LISTS_MINUTES))
    source.save()


def _take(kind: str, data: bytes) -> None:
    try:
        report = _TAKEN[kind](data)
    except TrustFileOlder:
        if kind != trustsources.REVOCATIONS:
            raise
        # An entire CRL is older than the one held as soon as a delta completed that one; one that ages is said overdue.
    else:
        if report.written:
            log.info("list_taken", kind=kind, lines=report.read, changed=sum(report.written.values()))


def _failed(source: TrustSource, reason: str) -> None:
    source.failures += 1
    source.reason = reason
    pace = timedelta(minutes=settings.ENS_LISTS_MINUTES)
    source.next_at = _later(min(pace, FIRST_RETRY * 2 ** min(source.failures - 1, 10)))


def _say(source: TrustSource, reason: str, cause: str) -> None:
    source.reason = reason
    log.warning("list_not_taken", kind=source.kind, cause=cause, failures=source.failures)


def _later(wait: timedelta) -> datetime:
    return datetime.now(UTC) + wait * random.uniform(1 - JITTER, 1 + JITTER)  # noqa: S311 - not a secret
