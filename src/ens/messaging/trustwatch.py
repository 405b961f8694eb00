"""What of the trust space asks for a gesture of the operator of the space: said by a command and by ``/healthz``.

None of it stops the space: the last valid list and revocations go on serving (ECO.1.1.6).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from django.conf import settings

from ens.kernel.clock import PARIS
from ens.messaging import trustsources
from ens.messaging.trustspace import Space
from ens.standards.certificates import SEPARATOR, authorities, presented

LIST_AGE = timedelta(days=8)  # it is published every working day
CERTIFICATE_ENDS = timedelta(days=30)


def certificates() -> dict[str, datetime | None]:
    """Ours, shown to operators, and when each ends; nothing for one that cannot be read."""
    paths = dict.fromkeys(one for one in (settings.ENS_SMTP_CERT, settings.ENS_RELAY_CERT) if one)
    return {path: _end(path) for path in paths}


def _end(path: str) -> datetime | None:
    try:
        return x509.load_pem_x509_certificate(Path(path).read_bytes()).not_valid_after_utc
    except (OSError, ValueError):
        return None  # said by ``warnings``


def warnings(found: Space) -> list[str]:
    """One French sentence each, of now: lists, revocations by authority, what is fetched, our own certificates."""
    now = datetime.now(UTC)
    fetched = trustsources.warnings(trustsources.sources())
    return [*_of_lists(found, now), *_of_authorities(found), *fetched, *_of_ours(now)]


def _of_lists(found: Space, now: datetime) -> Iterator[str]:
    if not any(one.kind == "domaines" for one in found.published):
        yield "Aucune liste signée des domaines."
    for one in found.published:
        if one.due_at and one.due_at < now:
            day = f"{one.due_at.astimezone(PARIS):%d/%m/%Y}"
            yield (
                f"Révocations de {one.of} : dépassées depuis le {day}. "
                "La dernière liste valable sert toujours ; importez la suivante."
            )
        if one.kind == "domaines" and one.at < now - LIST_AGE:
            yield f"Liste des {one.kind} : vieille de {(now - one.at).days} jours."


def _of_authorities(found: Space) -> Iterator[str]:
    """An authority whose list is missing hides a revoked certificate, whatever the others published."""
    try:
        trusted = authorities(Path(settings.ENS_SMTP_CA).read_bytes()) if settings.ENS_SMTP_CA else []
    except (OSError, ValueError):
        yield f"Les autorités de {settings.ENS_SMTP_CA} ne se lisent pas."
        return
    if not trusted and not any(one.kind == "revocations" for one in found.published):
        yield "Aucune liste de révocations : un certificat révoqué serait encore entendu."
    held = {one.of for one in found.published if one.kind == "revocations"}
    for name in sorted({presented(one).subject.replace(SEPARATOR, ", ") for one in trusted} - held):
        yield f"Révocations de {name} : aucune liste. Un certificat révoqué par elle serait encore entendu."


def _of_ours(now: datetime) -> Iterator[str]:
    for path, end in certificates().items():
        if end is None:
            yield f"Certificat {path} : il ne se lit pas."
        elif end < now + CERTIFICATE_ENDS:
            yield f"Certificat {path} : finit le {end.astimezone(PARIS):%d/%m/%Y}."
