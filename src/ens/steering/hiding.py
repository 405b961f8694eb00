"""Small counts hidden, so that nobody is recognised in a figure; pure.

A count from 1 to ``threshold - 1`` is hidden. What is hidden must not be got from what is shown: each relation (a row
that adds up, a column that adds up) is a point, each hidden count an edge between its two relations. One that lies on
no cycle is worked out by subtractions, one after the other: the cheapest path between its two relations is hidden with
it, which makes a cycle. Hidden counts of a relation also make the threshold together: of two that make two, each would
be one.

It protects each table by itself. Two tables, or the same at two dates, can still be compared: see the README.
"""

from __future__ import annotations

import heapq
from collections import defaultdict
from collections.abc import Collection, Hashable, Mapping, Sequence
from itertools import count as numbers
from typing import Any, TypeVar

Cell = TypeVar("Cell", bound=Hashable)
_OUTSIDE = -1  # the other end of a count that is in one relation only
# What hiding a count more costs, beside its part of the largest: a zero hides little, a sum says most.
_ONE, _ZERO, _SUM = 1.0, 50.0, 200.0


def hidden(
    counts: Mapping[Cell, int],
    relations: Sequence[Sequence[Cell]],
    threshold: int,
    *,
    already: Collection[Cell] = (),
) -> set[Cell]:
    """The counts not to be shown. A count is in two relations at most; ``already``: hidden elsewhere.

    Each relation says that its first count is the sum of the others. A threshold of 1 or less hides nothing of itself.
    """
    found = {cell for cell, count in counts.items() if 0 < count < threshold} | (counts.keys() & set(already))
    if not found:
        return found
    table = _Graph(counts, relations)
    while True:
        before = len(found)
        for cell in sorted(table.bridges(found), key=repr):
            found |= table.cheapest_cycle(cell, found)
        found |= table.too_few(found, threshold)
        if len(found) == before:
            return found


class _Graph:
    """The relations as points, the counts as edges."""

    def __init__(self, counts: Mapping[Any, int], relations: Sequence[Sequence[Any]]) -> None:
        self.counts, self.relations = counts, relations
        self.ends: dict[Any, list[int]] = defaultdict(list)
        for number, relation in enumerate(relations):
            for cell in relation:
                self.ends[cell].append(number)
        self.edges: dict[int, list[tuple[int, Any]]] = defaultdict(list)
        for cell, (one, *more) in self.ends.items():
            other = more[0] if more else _OUTSIDE
            self.ends[cell] = [one, other]
            self.edges[one].append((other, cell))
            self.edges[other].append((one, cell))
        sums = {relation[0] for relation in relations}
        largest = max(counts.values(), default=1) or 1
        self.price = {
            cell: (_ZERO if not count else _ONE + count / largest) + (_SUM if cell in sums else 0)
            for cell, count in counts.items()
        }

    def cheapest_cycle(self, cell: Any, found: set[Any]) -> set[Any]:
        """What to hide so that this count lies on a cycle: nothing when no other path joins its two relations."""
        start, end = self.ends[cell]
        best, order = {start: 0.0}, numbers()
        queue: list[tuple[float, int, int, tuple[Any, ...]]] = [(0.0, next(order), start, ())]
        while queue:
            price, _, here, path = heapq.heappop(queue)
            if here == end:
                return set(path)
            if price > best[here]:
                continue
            for there, by in self.edges[here]:
                reached = price + (0.0 if by in found else self.price[by])
                if by != cell and reached < best.get(there, float("inf")):
                    best[there] = reached
                    heapq.heappush(queue, (reached, next(order), there, (*path, by)))
        return set()

    def too_few(self, found: set[Any], threshold: int) -> set[Any]:
        """The cheapest count beside those that are hidden and make fewer people than the threshold together."""
        more = set()
        for relation in self.relations:
            inside = [self.counts[cell] for cell in relation if cell in found]
            shown = [cell for cell in relation if cell not in found and self.counts[cell]]
            if inside and shown and sum(inside) < threshold:
                more.add(min(shown, key=lambda cell: (self.price[cell], repr(cell))))
        return more

    def bridges(self, found: set[Any]) -> set[Any]:
        """The hidden counts on no cycle, by a walk in depth (Tarjan); two between the same relations make a cycle."""
        edges = {point: [one for one in around if one[1] in found] for point, around in self.edges.items()}
        reached: dict[int, int] = {}
        low: dict[int, int] = {}
        found_bridges: set[Any] = set()
        for start in edges:
            if start in reached:
                continue
            reached[start] = low[start] = len(reached)
            walk: list[tuple[int, Any, list[tuple[int, Any]]]] = [(start, None, list(edges[start]))]
            while walk:
                here, by, left = walk[-1]
                if left:
                    there, cell = left.pop()
                    if cell == by:
                        continue
                    if there in reached:
                        low[here] = min(low[here], reached[there])
                    else:
                        reached[there] = low[there] = len(reached)
                        walk.append((there, cell, list(edges[there])))
                    continue
                walk.pop()
                if walk:
                    before = walk[-1][0]
                    low[before] = min(low[before], low[here])
                    if low[here] > reached[before]:
                        found_bridges.add(by)
        return found_bridges
