"""A delivery of former DMPs, person by person: what was received, refused and why; and what became of it, counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ens.identity import queries as identity
from ens.kernel.actor import Actor
from ens.kernel.errors import EnsError, Unavailable
from ens.record.former import taking
from ens.record.former.folder import Delivery
from ens.record.former.types import Counts, Delivered

UNKNOWN = "cette personne n'est pas inscrite : importez la population d'abord"
NAMES = {"documents": "documents", "masks": "masques", "access": "droits", "history": "lignes d'historique"}


@dataclass(slots=True)
class Report:
    """``refused``: the line of ``personnes.csv`` and why; 0 for a line that no person of the list is about.

    ``people``: by what became of them. ``before``, ``after``: what was announced, what is in the space, in total.
    ``differences``: each person for whom they differ, once taken over.
    """

    read: int = 0
    dry_run: bool = False
    people: Counter[str] = field(default_factory=Counter)
    before: Counter[str] = field(default_factory=Counter)
    after: Counter[str] = field(default_factory=Counter)
    refused: list[tuple[int, str]] = field(default_factory=list)
    differences: list[tuple[int, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        return {
            "read": self.read,
            "dry_run": self.dry_run,
            "people": dict(self.people),
            "before": dict(self.before),
            "after": dict(self.after),
            "refused": [{"line": line, "reason": reason} for line, reason in self.refused],
            "differences": [{"line": line, "difference": said} for line, said in self.differences],
        }


def import_former(folder: Path, *, dry_run: bool = False, by: Actor) -> Report:
    """Receive a delivery. Cut short, it is given again: who was received already is known, and nothing is done twice.

    Errors: FormerDmpMalformed; StoreUnavailable, DatabaseUnavailable, TooBusy, which stop it.
    """
    delivery, report = Delivery(folder), Report(dry_run=dry_run)
    for one in _people(delivery, report):
        report.before.update(one.counts.as_json())
        usager = identity.find_usager(one.matricule, one.oid)
        if usager is None:
            report.refused.append((one.line, UNKNOWN))
        elif dry_run:
            report.people["à recevoir"] += 1
        else:
            archive = one.archive.read_bytes() if one.archive else None
            try:
                done = taking.receive(usager.usager_id, archive, one.rest, one.counts, by=by)
            except Unavailable:
                raise
            except EnsError as error:
                report.refused.append((one.line, error.sentence))
            else:
                report.people["reçues" if done == taking.RECEIVED else "déjà reçues"] += 1
    return report


def reconcile(folder: Path, *, by: Actor) -> Report:
    """Compare what the delivery announces with what the spaces hold of it, person by person and in total.

    Errors: FormerDmpMalformed, DatabaseUnavailable, TooBusy.
    """
    delivery, report = Delivery(folder), Report()
    words = {taking.TAKEN: "reprises", taking.WAITING: "en attente d'ouverture", taking.ABSENT: "sans reprise"}
    for one in _people(delivery, report):
        usager = identity.find_usager(one.matricule, one.oid)
        state, told, taken = taking.standing(usager.usager_id, by=by) if usager else (taking.ABSENT, Counts(), Counts())
        report.people[words[state]] += 1
        report.before.update(one.counts.as_json())
        report.after.update(taken.as_json())
        if state == taking.TAKEN and taken != one.counts:
            report.differences.append((one.line, _difference(one.counts, taken)))
        elif state == taking.WAITING and told != one.counts:
            report.differences.append((one.line, "une autre livraison attend : donnez celle-ci à l'import"))
    return report


def _people(delivery: Delivery, report: Report) -> Iterator[Delivered]:
    for one in delivery.people():
        report.read += 1
        if isinstance(one, Delivered):
            yield one
        else:
            report.refused.append(one)
    report.refused += [(0, said) for said in delivery.strangers()]


def _difference(before: Counts, after: Counts) -> str:
    told, found = before.as_json(), after.as_json()
    others = [name for name in told if told[name] != found[name]]
    return ", ".join(f"{NAMES[name]} : {told[name]} avant, {found[name]} après" for name in others)


def totals(report: Report) -> Iterable[str]:
    """The counts before and after, in words."""
    return [f"{words} : {report.before[name]} avant, {report.after[name]} après" for name, words in NAMES.items()]


def write_refused(report: Report, path: Path) -> None:
    """Each refused line with its reason, for who mends the delivery; nobody is named."""
    lines = ["ligne;raison", *(f'{line};"{reason.replace(chr(34), chr(39))}"' for line, reason in report.refused)]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
