"""``ens operateurs``: what the trust space is made of, until when, and the domains put by hand."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from ens.cli.refusals import CommandRefused

if TYPE_CHECKING:
    import argparse


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
    from ens.messaging import trustsources, trustwatch

    said = [f"{found.domains} domaines, {found.test_domains} de test ; {found.by_hand} mis à la main."]
    now = datetime.now(UTC)
    for one in found.published:
        what = f"Révocations de {one.of}" if one.kind == "revocations" else f"Liste des {one.kind}"
        due = f", prochaine promise le {one.due_at.astimezone(PARIS):%d/%m/%Y à %H:%M}" if one.due_at else ""
        moment = f"{one.at.astimezone(PARIS):%d/%m/%Y à %H:%M} ({_age(now - one.at)})"
        said.append(f"{what} : du {moment}{due} ; {one.number} lignes.")
    sources = trustsources.sources()
    said += trustsources.told(sources)
    certificates = trustwatch.certificates()
    said += [f"Certificat {path} : jusqu'au {end:%d/%m/%Y}." for path, end in certificates.items() if end]
    warnings = trustwatch.warnings(found)
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
        "fetched": [
            {
                "address": one.address,
                "kind": one.kind,
                "well_at": one.well_at.isoformat() if one.well_at else None,
                "next_at": one.next_at.isoformat() if one.next_at else None,
                "failures": one.failures,
                "reason": one.reason,
            }
            for one in sources
        ],
        "certificates": {path: end.isoformat() if end else None for path, end in certificates.items()},
        "warnings": warnings,
    }
    return facts, [*said, *(f"Attention : {one}" for one in warnings)]


def _age(age: timedelta) -> str:
    """In days, or in hours within the first two."""
    hours = max(0, int(age.total_seconds() // 3600))
    return f"{hours} h" if hours < 48 else f"{hours // 24} jours"
