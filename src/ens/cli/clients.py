"""``ens logiciel``: which software may speak at the FHIR door, for whom."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ens.cli.refusals import CommandRefused
from ens.standards.versions import is_version

if TYPE_CHECKING:
    import argparse

NOT_AGAIN = "Il ne sera pas redit. Remettez-le à l'éditeur par un canal sûr."


def check(options: argparse.Namespace) -> None:
    """Errors: CommandRefused."""
    if options.action == "ajouter":
        if not options.nom.strip():
            raise CommandRefused("Donnez --nom, celui du logiciel.")
        if bool(options.rpps) == bool(options.finess):
            raise CommandRefused(
                "Donnez --rpps ou --finess : un logiciel parle pour un professionnel ou un établissement."
            )
    elif options.action == "version":
        if bool(options.identifiant) == bool(options.nom.strip()):
            raise CommandRefused("Donnez l'identifiant d'un logiciel, ou --nom : tous ceux de ce nom.")
        if options.minimum and not is_version(options.minimum):
            raise CommandRefused("--minimum s'écrit 2.10.1 ; vide, toutes les versions sont admises.")
    elif (options.action == "liste") == bool(options.identifiant):
        raise CommandRefused(
            "« liste » ne demande rien ; « secret » et « retirer » demandent l'identifiant du logiciel."
        )


def perform(options: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Once Django is set up: the JSON answer and its sentences. Errors: CommandRefused."""
    from ens.identity import clients
    from ens.kernel.actor import Actor, ActorKind
    from ens.kernel.errors import EnsError

    operator = Actor(ActorKind.PILOTAGE, "ligne-de-commande", "Exploitant")
    try:
        if options.action == "liste":
            found = clients.everyone()
            facts = [
                {"client_id": one.client_id, "name": one.name, "for": one.number, "minimum": one.minimum}
                for one in found
            ]
            said = [
                f"{one.client_id}  {one.name}, pour {one.holder} ({one.number})"
                + (f", version {one.minimum} au moins" if one.minimum else "")
                for one in found
            ]
            return {"clients": facts}, said or ["Aucun logiciel."]
        if options.action == "ajouter":
            name = options.nom.strip()[:200]
            made, secret = clients.add(name, rpps=options.rpps, finess=options.finess, by=operator)
            return {"client_id": made.client_id, "client_secret": secret, "for": made.number}, [
                f"Identifiant : {made.client_id}",
                f"Secret : {secret}",
                f"{made.name} parle pour {made.holder} ({made.number}). {NOT_AGAIN}",
            ]
        if options.action == "version":
            which = {"client_id": options.identifiant, "name": options.nom.strip()}
            count = clients.require(options.minimum, **which, by=operator)
            what = f"version {options.minimum} au moins" if options.minimum else "toutes les versions"
            return {"minimum": options.minimum, "clients": count}, [f"{count} logiciel(s) : {what}, dans la minute."]
        if options.action == "secret":
            secret = clients.renew(options.identifiant, by=operator)
            return {"client_id": options.identifiant, "client_secret": secret}, [
                f"Secret : {secret}",
                f"L'ancien ne sert plus. {NOT_AGAIN}",
            ]
        clients.withdraw(options.identifiant, by=operator)
    except EnsError as error:
        raise CommandRefused(error.sentence) from error
    return {"withdrawn": options.identifiant}, [f"{options.identifiant} n'obtient plus rien."]
