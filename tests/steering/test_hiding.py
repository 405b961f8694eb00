"""What is hidden cannot be worked out from what is shown, by any chain of additions and subtractions."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ens.steering.figures import TOTAL, masked
from ens.steering.hiding import hidden
from ens.steering.types import MEASURES, PARTS, WHOLE

THRESHOLD = 11


def worked_out(relations, found) -> set:
    """The hidden counts that the relations give, the others being known: what every solution agrees on."""
    unknown = sorted(found)
    rows = []
    for relation in relations:
        row = [Fraction(0)] * len(unknown)
        for place, cell in enumerate(relation):
            if cell in found:
                row[unknown.index(cell)] += 1 if place == 0 else -1
        rows.append(row)
    reduced = reduce_rows(rows)
    return {
        unknown[next(i for i, value in enumerate(row) if value)]
        for row in reduced
        if sum(1 for value in row if value) == 1
    }


def reduce_rows(rows):
    """Reduced row echelon form: an unknown is given when its row holds nothing else."""
    rows = [list(row) for row in rows if any(row)]
    width = len(rows[0]) if rows else 0
    done = []
    for column in range(width):
        pivot = next((row for row in rows if row[column]), None)
        if pivot is None:
            continue
        rows.remove(pivot)
        pivot = [value / pivot[column] for value in pivot]
        rows = [[a - row[column] * b for a, b in zip(row, pivot, strict=True)] for row in rows]
        done = [[a - row[column] * b for a, b in zip(row, pivot, strict=True)] for row in done]
        done.append(pivot)
    return done


def grid(rows: list[list[int]]):
    """A table with its totals, and the relations of its rows and columns, each with its sum first."""
    width = len(rows[0])
    cells = {(r, c): value for r, row in enumerate(rows) for c, value in enumerate(row)}
    for r, row in enumerate(rows):
        cells[r, "sum"] = sum(row)
    for c in (*range(width), "sum"):
        cells["sum", c] = sum(cells[r, c] for r in range(len(rows)))
    names = [*range(len(rows)), "sum"]
    relations = [[(r, "sum"), *((r, c) for c in range(width))] for r in names]
    relations += [[("sum", c), *((r, c) for r in range(len(rows)))] for c in (*range(width), "sum")]
    return {as_key(cell): value for cell, value in cells.items()}, [[as_key(one) for one in rel] for rel in relations]


def as_key(cell):
    return (str(cell[0]), str(cell[1]))


COUNTS = st.one_of(st.just(0), st.integers(1, 10), st.integers(11, 40), st.integers(1_000, 9_000))


TABLES = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.lists(COUNTS, min_size=width, max_size=width), min_size=2, max_size=6)
)


@pytest.mark.feature("S021")
@settings(max_examples=150, deadline=None)
@given(TABLES)
def test_no_hidden_count_is_given_by_those_shown(rows):
    cells, relations = grid(rows)
    found = hidden(cells, relations, THRESHOLD)
    assert {cell for cell, count in cells.items() if 0 < count < THRESHOLD} <= found
    assert worked_out(relations, found) == set()


def test_one_small_count_takes_others_with_it():
    cells, relations = grid([[3, 500, 700], [900, 800, 600], [1_000, 2_000, 3_000]])
    found = hidden(cells, relations, THRESHOLD)
    assert ("0", "0") in found
    assert len(found) == 4  # another in its row, another in its column, and the corner: no more
    assert ("sum", "sum") not in found


def test_two_small_counts_that_make_few_people_together_take_a_third():
    """Of two hidden counts that make two, each would be one."""
    cells = {("a", "x"): 1, ("a", "y"): 1, ("a", "z"): 400, ("a", "sum"): 402}
    found = hidden(cells, [[("a", "sum"), ("a", "x"), ("a", "y"), ("a", "z")]], THRESHOLD)
    assert found == {("a", "x"), ("a", "y"), ("a", "z")}


def test_nothing_is_hidden_without_a_small_count():
    cells, relations = grid([[0, 500], [11, 0]])
    assert hidden(cells, relations, THRESHOLD) == set()


def test_a_threshold_of_one_hides_nothing():
    cells, relations = grid([[1, 2], [3, 4]])
    assert hidden(cells, relations, 1) == set()


ROW = st.lists(COUNTS, min_size=len(MEASURES) - 1, max_size=len(MEASURES) - 1)


@settings(max_examples=60, deadline=None)
@given(st.lists(ROW, min_size=1, max_size=5))
def test_the_funnel_s_own_table_gives_nothing_away(rows):
    """Its parts add up along rows and columns, its other columns along themselves."""
    counts = {}
    for number, values in enumerate(rows):
        row = dict(zip(MEASURES[1:], values, strict=True))
        row[WHOLE] = sum(row[one] for one in PARTS)
        row["by_email"] = row[WHOLE] // 3
        row["by_post"] = row[WHOLE] - row["by_email"]
        counts |= {(str(number), one): value for one, value in row.items()}
    keys = [str(number) for number in range(len(rows))]
    for one in MEASURES:
        counts[TOTAL, one] = sum(counts[key, one] for key in keys)
    found = masked(counts, THRESHOLD)
    assert {cell for cell, count in counts.items() if 0 < count < THRESHOLD} <= found
    relations = [[(key, one) for one in (WHOLE, *PARTS)] for key in (*keys, TOTAL)]
    relations += [[(key, one) for one in (WHOLE, "by_email", "by_post")] for key in (*keys, TOTAL)]
    relations += [[(key, one) for key in (TOTAL, *keys)] for one in MEASURES]
    assert worked_out(relations, found) == set()
