"""The matrice d'habilitation: which profession reads which type of document. Data, read once.

Source: arrêté du 26 octobre 2023 (JO of 29/10/2023). Its annex is not public in full: ``matrice.csv`` holds the
cells published by the press of the professions, and says « à compléter » for all others, which refuses. A row
without a type code is kept as a label only: it settles no cell.
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from ens.access.types import Cell

VERSION = "arrêté du 26 octobre 2023, cases connues"
EVERY_TYPE = "*"
_FILE = Path(__file__).parent / "matrice.csv"


@dataclass(frozen=True, slots=True)
class Row:
    profession: str
    profession_code: str
    type_code: str  # ``*``: every type without a row of its own; empty: label only
    label: str
    reads: Cell
    source: str
    remark: str


@lru_cache(maxsize=1)
def rows() -> tuple[Row, ...]:
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return tuple(
            Row(
                line["profession"],
                line["code_TRE_G15"],
                line["type_code"],
                line["libelle"],
                Cell(line["lecture"]),
                line["source"],
                line["remarque"],
            )
            for line in csv.DictReader(lines)
        )


@lru_cache(maxsize=1)
def _cells() -> dict[tuple[str, str], Cell]:
    return {(row.profession_code, row.type_code): row.reads for row in rows() if row.type_code}


def cell(profession_code: str, type_code: str) -> Cell:
    """The cell of a profession (TRE_G15) and a type: its own row, else the profession's row for every type."""
    known = _cells()
    own = known.get((profession_code, type_code)) if type_code != EVERY_TYPE else None
    return own or known.get((profession_code, EVERY_TYPE), Cell.TO_COMPLETE)


def professions() -> tuple[str, ...]:
    """Names of the professions of the matrix, in its order."""
    return tuple(dict.fromkeys(row.profession for row in rows()))
