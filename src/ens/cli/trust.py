"""``ens operateurs``: what the trust space is made of, until when, and the domains put by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ens.cli.refusals import CommandRefused

if TYPE_CHECKING:
    import argparse

LIST_AGE = timedelta(days=8)  # it is published every working day
CERTIFICATE_ENDS = timedelta(days=30)


def check(options: argparse.Namespace) -> None:
    """Errors: CommandRefused."""
    if (options.action == "etat") == bool(options.domaine):
        raise CommandRefused("« ens operateurs » dit l'état ; « ajouter » et « retirer » demandent un domaine.")
    if options.action == "ajouter" and not options.nom:
        raise CommandRefused("Donnez --nom, celui de l'opérateur, tel que l'historique des usagers le dira.")


def perform(options: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Once Django is set up: the JSON answer and its sentences. Errors: CommandRefused."""
    from ens.messaging import services, trustspace
    from ens.messaging.errors import OperatorUnknown
    from ens.messaging.types import OperatorRef

    if options.action == "etat":
        return _told(trustspace.state())
    domain = options.domaine.lower()
    if options.action == "ajouter":
        added = OperatorRef(domain, options.nom, *_place(options.serveur), options.essai)
        services.allow_operator(added, until=_end(options.jusqu_au))
        return {"added": domain}, [f"{domain} est dans l'espace de confiance."]
    try:
        known = trustspace.operator_of(domain)
    except OperatorUnknown:
        raise CommandRefused(f"{domain} n'est pas dans l'espace de confiance.") from None
    services.allow_operator(known, until=datetime.now(UTC))
    return {"withdrawn": domain}, [f"{domain} n'est plus dans l'espace de confiance, dès le prochain message."]


def _place(said: str) -> tuple[str, int]:
    host, _, port = said.rpartition(":") if ":" in said else (said, "", "25")
    if not port.isdecimal() or not 0 < int(port) < 65536:
        raise CommandRefused("--serveur s'écrit « hote » ou « hote:port ».")
    return host, int(port)


def _end(day: str | None) -> datetime | None:
    if not day:
        return None
    from ens.kernel.clock import PARIS

    try:
        return datetime.combine(date.fromisoformat(day) + timedelta(days=1), datetime.min.time(), PARIS)
    except ValueError:
        raise CommandRefused("--jusqu-au est un jour : AAAA-MM-JJ.") from None


def _told(found: Any) -> tuple[dict[str, Any], list[str]]:
    from ens.kernel.clock import PARIS

    now = datetime.now(UTC)
    said = [f"{found.domains} domaines, {found.test_domains} de test ; {found.by_hand} mis à la main."]
    warnings = [] if any(one.kind == "domaines" for one in found.published) else ["Aucune liste signée des domaines."]
    if not any(one.kind == "revocations" for one in found.published):
        warnings.append("Aucune liste de révocations : un certificat révoqué serait encore entendu.")
    for one in found.published:
        what = f"Révocations de {one.of}" if one.kind == "revocations" else f"Liste des {one.kind}"
        due = f", prochaine promise le {one.due_at.astimezone(PARIS):%d/%m/%Y à %H:%M}" if one.due_at else ""
        said.append(f"{what} : du {one.at.astimezone(PARIS):%d/%m/%Y à %H:%M}{due} ; {one.number} lignes.")
        if one.due_at and one.due_at < now:
            warnings.append(f"{what} : dépassée. La dernière valable sert toujours ; importez la suivante.")
        if one.kind == "domaines" and one.at < now - LIST_AGE:
            warnings.append(f"{what} : vieille de {(now - one.at).days} jours.")
    certificates = _certificates()
    for path, end in certificates.items():
        said.append(f"Certificat {path} : jusqu'au {end:%d/%m/%Y}.")
        if end < now + CERTIFICATE_ENDS:
            warnings.append(f"Certificat {path} : finit le {end:%d/%m/%Y}.")
    facts = {
        "domains": found.domains,
        "test_domains": found.test_domains,
        "by_hand": found.by_hand,
        "published": [
            {
                "kind": one.kind,
                "of": one.of,
                "at": one.at.isoformat(),
                "imported_at": one.imported_at.isoformat(),
                "due_at": one.due_at.isoformat() if one.due_at else None,
                "number": one.number,
            }
            for one in found.published
        ],
        "certificates": {path: end.isoformat() for path, end in certificates.items()},
        "warnings": warnings,
    }
    return facts, [*said, *(f"Attention : {one}" for one in warnings)]


def _certificates() -> dict[str, datetime]:
    """Ours, shown to operators, and when each ends."""
    from cryptography.x509 import load_pem_x509_certificate
    from django.conf import settings

    found = {}
    for path in dict.fromkeys((settings.ENS_SMTP_CERT, settings.ENS_RELAY_CERT)):
        if path:
            try:
                found[path] = load_pem_x509_certificate(Path(path).read_bytes()).not_valid_after_utc
            except (OSError, ValueError) as error:
                raise CommandRefused(f"Le certificat {path} ne se lit pas.") from error
    return found
