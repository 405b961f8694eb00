"""Which tests prove which rows of ``docs/domaine/features.csv``: ``make features``."""

from __future__ import annotations

import contextlib
import csv
import io
import sys
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
ROWS = ROOT / "docs" / "domaine" / "features.csv"


class Claims:
    """Gathers the markers ``feature`` of a collection."""

    def __init__(self) -> None:
        self.tests: dict[str, list[str]] = defaultdict(list)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        for item in items:
            name = item.nodeid.partition("[")[0]
            for marker in item.iter_markers("feature"):
                for row in marker.args:
                    if name not in self.tests[row]:
                        self.tests[row].append(name)


def known_rows() -> list[str]:
    """In the order of the list."""
    with ROWS.open(encoding="utf-8", newline="") as lines:
        return [line["id"] for line in csv.DictReader(lines)]


def main() -> int:
    claims = Claims()
    heard = io.StringIO()
    with contextlib.redirect_stdout(heard):
        code = pytest.main(["--collect-only", "-q", "-p", "no:randomly", "-n", "0"], plugins=[claims])
    if code != pytest.ExitCode.OK:
        sys.stderr.write(heard.getvalue())
        return int(code)
    rows = known_rows()
    for row in rows:
        print(row, ", ".join(sorted(claims.tests[row])) or "-")
    unknown = sorted(set(claims.tests) - set(rows))
    if unknown:
        print(f"Lignes revendiquées mais inconnues de {ROWS.name} : {', '.join(unknown)}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
