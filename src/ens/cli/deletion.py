"""``ens delete FICHIER``: the operator executes requests of deletion that were checked."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from ens.cli.refusals import CommandRefused

UNKNOWN = "personne n'est connu sous ce matricule"
MALFORMED = "une ligne s'écrit oid|matricule"


@dataclass(slots=True)
class Report:
    """Line numbers, never matricules: what is said may be kept."""

    receipts: dict[int, dict[str, str]] = field(default_factory=dict)
    found: list[int] = field(default_factory=list)
    refused: dict[int, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return {
            "found": len(self.found),
            "deleted": [{"line": line, **receipt} for line, receipt in self.receipts.items()],
            "refused": [{"line": line, "reason": reason} for line, reason in self.refused.items()],
        }

    def sentences(self) -> list[str]:
        said = [
            f"ligne {line} : supprimé ; aucune copie de la clé après le {receipt['aucune_copie_apres']} "
            f"(usager {receipt['usager']})."
            for line, receipt in self.receipts.items()
        ]
        if self.found and not self.receipts:
            said.append(
                f"{len(self.found)} espaces seraient supprimés, sans retour possible. Rien n'a été fait : "
                "ajoutez --definitif pour le faire."
            )
        said += [f"ligne {line} refusée : {reason}." for line, reason in self.refused.items()]
        return said or ["Le fichier ne nomme personne."]


def delete(file: Path, *, for_good: bool) -> Report:
    """One ``oid|matricule`` a line. Django is set up. Errors: CommandRefused, EnsError."""
    from ens.identity.queries import find_usager
    from ens.journeys.deletion import delete_space
    from ens.kernel.actor import Actor, ActorKind

    by = Actor(ActorKind.SYSTEME, "exploitation", "Mon espace santé")
    report = Report()
    for number, line in enumerate(_lines(file), 1):
        oid, bar, matricule = line.strip().partition("|")
        if not line.strip() or line.startswith("#"):
            continue
        if not bar or not oid or not matricule:
            report.refused[number] = MALFORMED
            continue
        found = find_usager(matricule, oid)
        if found is None:
            report.refused[number] = UNKNOWN
            continue
        report.found.append(number)
        if for_good:
            report.receipts[number] = delete_space(found.usager_id, by=by)
    return report


def _lines(file: Path) -> list[str]:
    try:
        return file.read_text("utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise CommandRefused("Ce fichier n'est pas un texte en UTF-8.") from error
    except OSError as error:
        raise CommandRefused(f"Le fichier {file} n'est pas lisible : {error.strerror}.") from error
