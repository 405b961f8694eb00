"""``ens mandat``: who steers which territory, between which days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from ens.cli.refusals import CommandRefused

if TYPE_CHECKING:
    import argparse


def perform(options: argparse.Namespace) -> tuple[dict[str, object], list[str]]:
    """Give or withdraw, once Django is set up: its JSON answer and its sentences. Errors: CommandRefused."""
    from ens.access import mandates
    from ens.identity import queries, services
    from ens.identity.errors import AccountUnknown
    from ens.kernel.actor import Actor, ActorKind
    from ens.kernel.errors import EnsError

    operator = Actor(ActorKind.PILOTAGE, "ligne-de-commande", "Exploitant")
    try:
        known = queries.compte(options.account)
    except AccountUnknown:
        known = None
    if known is not None and known.role != "pilotage":
        raise CommandRefused(f"Le compte {options.account} n'est pas un compte de pilotage.")
    if options.retirer:
        if known is None:
            raise CommandRefused(f"Le compte {options.account} n'existe pas.")
        ended = mandates.withdraw(known.id, by=operator)
        return {"withdrawn": ended}, [f"{ended} mandat(s) retiré(s)."]
    named = [code.strip() for code in (options.departements or "").split(",") if code.strip()]
    dates = {"since": _day(options.depuis), "until": _day(options.jusqu_au)}
    if known is None:
        if not options.nom:
            raise CommandRefused(f"Le compte {options.account} n'existe pas : --nom le crée.")
        known = services.create_compte(options.account, name=options.nom, role="pilotage")
    try:
        mandates.give(
            known.id,
            departements=named,
            everywhere=options.france,
            opens_events=options.evenements,
            by=operator,
            **dates,
        )
    except EnsError as error:
        raise CommandRefused(error.sentence) from error
    where = "toute la France" if options.france else ", ".join(named)
    return {"account": options.account, "given": where}, [f"{options.account} pilote {where}."]


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise CommandRefused("Un jour s'écrit AAAA-MM-JJ.") from error


def agent(options: argparse.Namespace) -> tuple[dict[str, object], list[str]]:
    """Make or close an agent's account: its JSON answer and its sentences. Errors: CommandRefused."""
    from ens.identity import queries, services
    from ens.identity.errors import AccountUnknown

    try:
        known = queries.compte(options.account)
    except AccountUnknown:
        known = None
    if known is not None and known.role != "support":
        raise CommandRefused(f"Le compte {options.account} n'est pas celui d'un agent du support.")
    if options.retirer:
        if known is None:
            raise CommandRefused(f"Le compte {options.account} n'existe pas.")
        services.set_active(known, False)
        return {"account": options.account, "active": False}, [f"Le compte {options.account} ne sert plus."]
    if not options.nom:
        raise CommandRefused("--nom dit qui est l'agent.")
    services.set_active(services.create_compte(options.account, name=options.nom, role="support"), True)
    return {"account": options.account, "active": True}, [f"{options.nom} répond au téléphone : {options.account}."]
