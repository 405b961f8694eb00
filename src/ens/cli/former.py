"""``ens import dmp DOSSIER``: former DMPs, received, then reconciled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from ens.cli.refusals import CommandRefused

if TYPE_CHECKING:
    import argparse

    from ens.record.former.importing import Report


def check(options: argparse.Namespace) -> None:
    """Errors: CommandRefused."""
    if not options.file.is_dir():
        raise CommandRefused(f"Le dossier {options.file} n'existe pas.")
    if options.disparitions or options.essai:
        raise CommandRefused("--disparitions et --essai ne valent pas pour les anciens DMP.")
    if options.rapprocher and options.dry_run:
        raise CommandRefused("--rapprocher n'écrit rien : --dry-run n'y ajoute rien.")


def perform(options: argparse.Namespace) -> tuple[dict[str, object], list[str]]:
    """Errors: CommandRefused."""
    from ens.kernel.actor import Actor, ActorKind
    from ens.kernel.errors import EnsError
    from ens.record.former import importing

    operator = Actor(ActorKind.SYSTEME, "ligne-de-commande", "Mon espace santé")
    try:
        if options.rapprocher:
            report = importing.reconcile(options.file, by=operator)
        else:
            report = importing.import_former(options.file, dry_run=options.dry_run, by=operator)
        if options.refus:
            importing.write_refused(report, options.refus)
    except EnsError as error:
        raise CommandRefused(error.sentence) from error
    except OSError as error:
        raise CommandRefused(f"L'import s'est arrêté ({error.strerror}) ; relancez-le : il reprendra.") from error
    return report.as_json(), _told(report, is_reconciled=options.rapprocher)


def _told(report: Report, *, is_reconciled: bool) -> list[str]:
    from ens.record.former.importing import totals

    counts = [f"personnes lues : {report.read}", *(f"{words} : {count}" for words, count in report.people.items())]
    said = [", ".join([*counts, f"refusées : {len(report.refused)}"])]
    if report.dry_run:
        said.append("Essai : rien n'a été écrit.")
    if is_reconciled:
        said += totals(report)
        said += [f"ligne {line}, écart : {what}" for line, what in report.differences]
        said.append(f"{len(report.differences)} écart(s)." if report.differences else "Aucun écart parmi les reprises.")
    said += [f"ligne {line} refusée : {why}" if line else f"remarque : {why}" for line, why in report.refused]
    return said
