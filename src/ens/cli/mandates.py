"""``ens mandat``: who steers which territory, between which days."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from ens.cli.refusals import CommandRefused

if TYPE_CHECKING:
    import argparse


def perform(options: argparse.Namespace) -> tuple[dict[str, object], list[str]]:
    """Give or withdraw, once Django is set up: its JSON answer and its sentences. Errors: CommandRefused."""
    from django.db import transaction

    from ens.access import mandates
    from ens.identity import actors, services
    from ens.identity.errors import AccountUnknown
    from ens.kernel.actor import Actor, ActorKind
    from ens.kernel.errors import EnsError

    operator = Actor(ActorKind.PILOTAGE, "ligne-de-commande", "Exploitant")
    options.account = _identifier(options.account)
    try:
        known = actors.compte(options.account)
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
    if known is not None and options.acces and not named and not options.france:
        return _access(known)  # without another mandate
    if known is None and not options.nom:
        raise CommandRefused(f"Le compte {options.account} n'existe pas : --nom le crée.")
    try:
        with transaction.atomic():  # no account is left of a mandate that makes no sense
            known = known or services.create_compte(options.account, name=options.nom, role="pilotage")
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
    facts, said = _access(known) if options.acces else ({}, [])
    return {"account": options.account, "given": where, **facts}, [f"{options.account} pilote {where}.", *said]


def _access(compte: Any) -> tuple[dict[str, object], list[str]]:
    """What opens the account, said once."""
    from ens.identity import accounts

    made = accounts.give_service_access(compte)
    facts: dict[str, object] = {"password": made.password, "secret": made.secret, "recovery": made.recovery}
    return facts, [
        f"Mot de passe : {made.password}",
        f"Secret de l'application de codes (TOTP) : {made.secret}",
        f"Codes de secours : {', '.join(made.recovery)}",
        "Ils ne seront pas redits. Remettez-les en main propre.",
    ]


def _identifier(text: str) -> str:
    """As it is typed at the door, whatever its case. Errors: CommandRefused."""
    name = text.strip().lower()
    if not 3 <= len(name) <= 100 or any(one.isspace() for one in name):
        raise CommandRefused("Un compte a de 3 à 100 caractères, sans espace.")
    return name


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text else None
    except ValueError as error:
        raise CommandRefused("Un jour s'écrit AAAA-MM-JJ.") from error


def agent(options: argparse.Namespace) -> tuple[dict[str, object], list[str]]:
    """Make or close an agent's account: its JSON answer and its sentences. Errors: CommandRefused."""
    from ens.identity import actors, services
    from ens.identity.errors import AccountUnknown

    options.account = _identifier(options.account)
    try:
        known = actors.compte(options.account)
    except AccountUnknown:
        known = None
    if known is not None and known.role != "support":
        raise CommandRefused(f"Le compte {options.account} n'est pas celui d'un agent du support.")
    if options.retirer:
        if known is None:
            raise CommandRefused(f"Le compte {options.account} n'existe pas.")
        services.set_active(known, False)
        return {"account": options.account, "active": False}, [f"Le compte {options.account} ne sert plus."]
    name = options.nom or (known.name if known is not None else "")
    if not name:
        raise CommandRefused("--nom dit qui est l'agent.")
    made = services.create_compte(options.account, name=name, role="support")
    services.set_active(made, True)
    facts, said = _access(made) if options.acces else ({}, [])
    return {"account": options.account, "active": True, **facts}, [f"{made.name} répond au téléphone.", *said]
