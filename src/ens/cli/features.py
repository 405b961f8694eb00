"""``ens fonctions``: stop a part of the service at once, everywhere, and take it up again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ens.cli.refusals import CommandRefused

if TYPE_CHECKING:
    import argparse


def check(options: argparse.Namespace) -> None:
    """Errors: CommandRefused."""
    if (options.action == "liste") == bool(options.fonction):
        raise CommandRefused("« liste » ne demande rien ; « arreter » et « reprendre » demandent une fonction.")
    if options.action == "arreter" and not options.motif.strip():
        raise CommandRefused("Donnez --motif : une phrase, que lira qui demande cette fonction.")
    if len(options.motif) > 160:
        raise CommandRefused("--motif tient en 160 caractères.")


def perform(options: argparse.Namespace) -> tuple[dict[str, Any], list[str]]:
    """Errors: CommandRefused."""
    from ens.audit import events
    from ens.kernel.actor import Actor, ActorKind
    from ens.kernel.clock import PARIS
    from ens.persistence import features
    from ens.persistence.features import TOLD, Feature

    operator = Actor(ActorKind.PILOTAGE, "ligne-de-commande", "Exploitant")
    if options.action == "liste":
        stopped = {one.feature: one for one in features.everything_stopped()}
        facts = [
            {
                "feature": feature,
                "stopped": feature in stopped,
                "since": stopped[feature].since.isoformat() if feature in stopped else None,
                "why": stopped[feature].why if feature in stopped else "",
            }
            for feature in Feature
        ]
        told = {
            one.feature: f"à l'arrêt depuis le {one.since.astimezone(PARIS):%d/%m/%Y à %H:%M}. {one.why}"
            for one in stopped.values()
        }
        return {"features": facts}, [
            f"{feature}  {words} : {told.get(feature, 'en marche')}" for feature, words in TOLD.items()
        ]
    if options.fonction not in set(Feature):
        raise CommandRefused(f"Cette fonction n'existe pas. Connues : {', '.join(Feature)}.")
    feature = Feature(options.fonction)
    if options.action == "arreter":
        is_news = features.stop(feature, why=options.motif.strip(), by=operator.id)
        done = "à l'arrêt, partout, dans quelques secondes" if is_news else "déjà à l'arrêt ; son motif est changé"
    else:
        is_news = features.take_up(feature)
        done = "de nouveau en marche" if is_news else "n'était pas à l'arrêt"
    if is_news:
        events.about_nobody("fonctions", f"fonction_{options.action}", by=operator, code=feature)
    return {"feature": feature, "stopped": options.action == "arreter"}, [f"{TOLD[feature]} : {done}."]
