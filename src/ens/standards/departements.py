"""Départements, collectivities and regions: the territories of campaigns. Source: INSEE, COG."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).parent / "valeurs" / "departements.csv"
_POSTCODE = re.compile(r"[0-9]{5} ")


@dataclass(frozen=True, slots=True)
class Departement:
    code: str
    label: str
    region: str
    region_label: str


def _read() -> dict[str, Departement]:
    with _FILE.open(encoding="utf-8", newline="") as lines:
        return {row["code"]: Departement(**row) for row in csv.DictReader(lines)}


DEPARTEMENTS = _read()


def departement_of(town_line: str) -> str:
    """The département of an address's line « 31000 TOULOUSE », or nothing.

    Corsica: 200 and 201 are Corse-du-Sud, the other 20 Haute-Corse; overseas has three digits. A few communes are
    served by the post office of the next département: a file that knows better gives the département itself.
    """
    return _of_postcode(town_line[:6]) if _POSTCODE.match(town_line) else ""


@lru_cache(maxsize=10_000)
def _of_postcode(postcode: str) -> str:
    if postcode.startswith("20"):
        return "2A" if postcode[2] in "01" else "2B"
    code = postcode[:3] if postcode.startswith(("97", "98")) else postcode[:2]
    return code if code in DEPARTEMENTS else ""
