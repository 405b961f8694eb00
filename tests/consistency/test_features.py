"""The list of rows is whole and each row has one line."""

from __future__ import annotations

import csv

from tests.features import ROWS, known_rows


def test_every_row_is_there_once_with_its_title():
    rows = known_rows()
    assert len(rows) == len(set(rows))
    wanted = [f"S{n:03d}" for n in range(1, 173)] + [f"N{n:03d}" for n in range(1, 106)]
    wanted += [f"B{n:02d}" for n in range(1, 26)]
    assert rows == wanted
    with ROWS.open(encoding="utf-8", newline="") as lines:
        assert all(line["title"] for line in csv.DictReader(lines))
