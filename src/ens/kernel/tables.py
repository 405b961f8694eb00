"""Small tables that people prepare by hand or export from a spreadsheet: CSV in UTF-8, by commas or semicolons."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

T = TypeVar("T")
Row = dict[str, str]


class TableUnreadable(Exception):
    """The file as a whole cannot be read; ``reason``: the end of a French sentence about it."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class TableReport:
    """What an import did, line by line. ``refused``: each line with why."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    refused: list[tuple[int, str]] = field(default_factory=list)

    def as_json(self) -> dict[str, object]:
        return {
            "added": self.added,
            "changed": self.changed,
            "unchanged": self.unchanged,
            "refused_count": len(self.refused),
            "refused": [{"line": line, "reason": reason} for line, reason in self.refused],
        }


def rows(
    path: Path, columns: Sequence[str], *, most: int, optional: Sequence[str] = ()
) -> Iterator[tuple[int, Row | str]]:
    """Each line's number and values, trimmed, of these columns alone; or why that line cannot be read.

    An ``optional`` column may not be there. Errors: TableUnreadable, also beyond ``most`` lines; OSError.
    """
    try:
        with path.open(encoding="utf-8-sig", newline="") as lines:
            header = lines.readline()
            lines.seek(0)
            delimiter = ";" if header.count(";") >= header.count(",") else ","
            read = csv.DictReader(lines, delimiter=delimiter, strict=True)
            known = read.fieldnames or ()
            for column in columns:
                if column not in known and column not in optional:
                    raise TableUnreadable(f"la colonne {column} manque")
            for count, row in enumerate(read, 1):
                if count > most:
                    raise TableUnreadable(f"il a plus de {most} lignes")
                if None in row or None in row.values():
                    yield read.line_num, "la ligne n'a pas autant de valeurs que l'en-tête"
                elif any("\0" in value for value in row.values()):
                    yield read.line_num, "la ligne contient un caractère nul"
                else:
                    yield read.line_num, {column: row.get(column, "").strip() for column in columns}
    except (csv.Error, UnicodeDecodeError) as error:
        raise TableUnreadable("ce n'est pas un CSV en UTF-8") from error


def accepted(
    path: Path,
    columns: Sequence[str],
    read: Callable[[Row], T],
    report: TableReport,
    *,
    most: int,
    optional: Sequence[str] = (),
) -> list[tuple[int, T]]:
    """What ``read`` makes of each line, with its number; a line it refuses (ValueError) is noted, with why.

    Errors: TableUnreadable, OSError.
    """
    found = []
    for number, row in rows(path, columns, most=most, optional=optional):
        try:
            if isinstance(row, str):
                raise ValueError(row)
            found.append((number, read(row)))
        except ValueError as error:
            report.refused.append((number, str(error)))
    return found
