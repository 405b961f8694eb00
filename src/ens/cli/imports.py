"""``ens import``: the population, the directory of professionals and mailboxes, the register, the trust space."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from ens.cli import former
from ens.cli.refusals import CommandRefused

if TYPE_CHECKING:
    import argparse
    from collections.abc import Callable

COUNTS = {
    "read": "lignes lues",
    "registered": "personnes inscrites",
    "known": "déjà connues",
    "updated": "mises à jour",
    "set_aside": "mises de côté",
    "refused_count": "refusées",
    "added": "ajoutés",
    "changed": "changés",
    "unchanged": "sans changement",
}


def check(options: argparse.Namespace) -> None:
    """Errors: CommandRefused, of a file that is not there and of options that go with another one."""
    if options.what == "dmp":
        former.check(options)
        return
    if options.rapprocher:
        raise CommandRefused("--rapprocher ne vaut que pour les anciens DMP.")
    if not options.file.is_file():
        raise CommandRefused(f"Le fichier {options.file} n'existe pas.")
    if options.what != "population" and (options.dry_run or options.refus):
        raise CommandRefused("--dry-run et --refus ne valent que pour la population.")
    if options.what not in ("annuaire", "operateurs") and options.disparitions:
        raise CommandRefused("--disparitions ne vaut que pour l'annuaire et les opérateurs.")
    if options.what != "operateurs" and options.essai:
        raise CommandRefused("--essai ne vaut que pour les opérateurs.")


def perform(options: argparse.Namespace) -> tuple[dict[str, object], list[str]]:
    """On the space of its folder; the report is told in French, or whole as JSON. Errors: CommandRefused."""
    if options.what == "dmp":
        return former.perform(options)
    from ens.catalogue.register import import_catalogue
    from ens.identity.imports import import_annuaire
    from ens.identity.population.load import import_population
    from ens.kernel.actor import Actor, ActorKind
    from ens.kernel.errors import EnsError
    from ens.messaging.services import trust
    from ens.steering.register import import_register

    operator = Actor(ActorKind.PILOTAGE, "ligne-de-commande", "Exploitant")
    readings: dict[str, Callable[[], Any]] = {
        "population": lambda: import_population(options.file, dry_run=options.dry_run, refused_to=options.refus),
        "annuaire": lambda: import_annuaire(options.file, accept_gone=options.disparitions),
        "engagement": lambda: import_register(options.file, by=operator),
        "catalogue": lambda: import_catalogue(options.file, by=operator),
        "operateurs": lambda: trust.import_domains(
            options.file.read_bytes(), by=operator, is_test=options.essai, accept_gone=options.disparitions
        ),
        "revocations": lambda: trust.import_revocations(options.file.read_bytes(), by=operator),
    }
    try:
        report = readings[options.what]()
    except EnsError as error:
        raise CommandRefused(error.sentence) from error
    except UnicodeDecodeError as error:
        raise CommandRefused("Ce fichier n'est pas un texte en UTF-8.") from error
    except OSError as error:
        raise CommandRefused(f"L'import s'est arrêté ({error.strerror}) ; relancez-le : il reprendra.") from error
    facts = report.as_json()
    refused = [f"ligne {line} refusée : {reason}" for line, reason in report.refused]
    counts = [f"{words} : {facts[name]}" for name, words in COUNTS.items() if name in facts]
    written = facts.get("written", {})
    counts += [f"{kind} : {number}" for kind, number in written.items()] if isinstance(written, dict) else []
    told = ["Essai : rien n'a été écrit."] if facts.get("dry_run") else []
    told += ["Reprise d'un import interrompu."] if facts.get("resumed") else []
    told += [f"ligne {line} : {reason}" for line, reason in getattr(report, "remarks", ())]
    if facts.get("refused_file"):
        told.append(f"Lignes refusées : {facts['refused_file']}")
    return facts, [", ".join(counts), *refused, *told]
