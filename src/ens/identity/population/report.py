"""What an import did, and the file of the lines it refused."""

from __future__ import annotations

import csv
import os
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from ens.identity.population.reasons import sentence

SHOWN = 1_000  # refusals told in the answer; the file has them all


@dataclass(frozen=True, slots=True)
class Remark:
    line: int
    code: str
    detail: str
    refused: bool

    @property
    def sentence(self) -> str:
        return sentence(self.code, self.detail)


@dataclass
class PopulationReport:
    """Counts of lines: ``read = registered + known + updated + set_aside + refused``.

    ``known``: already there and declared alike, left as they are. ``updated``: already there, brought up to date.
    ``set_aside``: changed nothing, waits for a human. ``refused``: (line number, reason), the first thousand;
    ``by_code`` counts them all, and remarks with them. ``refused_file`` holds every refused line with its reason.
    """

    read: int = 0
    registered: int = 0
    known: int = 0
    updated: int = 0
    set_aside: int = 0
    refused_count: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)
    remarks: list[tuple[int, str]] = field(default_factory=list)
    by_code: Counter[str] = field(default_factory=Counter)
    refused_file: str = ""
    ignored_columns: tuple[str, ...] = ()
    dry_run: bool = False
    resumed: bool = False
    nothing_to_do: bool = False
    seconds: dict[str, float] = field(default_factory=dict)

    def as_json(self) -> dict[str, object]:
        return {
            "read": self.read,
            "registered": self.registered,
            "known": self.known,
            "updated": self.updated,
            "set_aside": self.set_aside,
            "refused_count": self.refused_count,
            "refused": [{"line": line, "reason": reason} for line, reason in self.refused],
            "remarks": [{"line": line, "reason": reason} for line, reason in self.remarks],
            "by_code": dict(sorted(self.by_code.items())),
            "refused_file": self.refused_file,
            "ignored_columns": list(self.ignored_columns),
            "dry_run": self.dry_run,
            "resumed": self.resumed,
            "seconds": {name: round(value, 2) for name, value in self.seconds.items()},
        }

    def take(self, remarks: list[Remark]) -> None:
        """Add what was found on the lines, in their order."""
        for remark in remarks:
            self.by_code[remark.code] += 1
            shown = self.refused if remark.refused else self.remarks
            self.refused_count += remark.refused
            if len(shown) < SHOWN:
                shown.append((remark.line, remark.sentence))


def write_refused(target: Path, source: Path, remarks: list[Remark]) -> None:
    """The refused lines as they came, with line number, code and reason before each; mode 600: they name people."""
    wanted = {remark.line: remark for remark in remarks if remark.refused}
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    waiting = target.with_name(target.name + ".partiel")
    descriptor = os.open(waiting, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
        write = csv.writer(out, delimiter=";").writerow
        write(("ligne", "code", "raison", "contenu"))
        for number, text in _lines(source, max(wanted)):
            if number in wanted:
                remark = wanted[number]
                write((number, remark.code, remark.sentence, text))
        out.flush()
        os.fsync(out.fileno())
    waiting.rename(target)


def _lines(source: Path, last: int) -> Iterator[tuple[int, str]]:
    with source.open("rb") as lines:
        for number, line in enumerate(lines, 1):
            if number > last:
                return
            yield number, line.decode().rstrip("\r\n")
