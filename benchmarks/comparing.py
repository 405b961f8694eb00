"""Are two series of durations told apart? Figures for someone who would guess from the clock."""

from __future__ import annotations

import math
import random
import statistics
from collections.abc import Sequence
from typing import Any

RESAMPLES = 2000


def compare(theirs: Sequence[float], reference: Sequence[float]) -> dict[str, Any]:
    """How ``theirs`` differs from ``reference``, both in ms, taken in the same rounds.

    ``slower``: probability that one of theirs takes longer than one of the reference (0.5: a coin tells as much).
    ``p``: two-sided Mann–Whitney, normal approximation with its correction for ties. ``difference``: of the medians,
    with its 95 % interval by bootstrap. ``paired``: median of the differences round by round.
    """
    slower, p = mann_whitney(theirs, reference)
    low, high = bootstrap(theirs, reference)
    paired = statistics.median(ours - base for ours, base in zip(theirs, reference, strict=True))
    return {
        "difference_ms": round(statistics.median(theirs) - statistics.median(reference), 3),
        "interval_ms": [round(low, 3), round(high, 3)],
        "paired_ms": round(paired, 3),
        "slower": round(slower, 3),
        "p": float(f"{p:.2g}"),
    }


def described(times: Sequence[float]) -> dict[str, float]:
    tenths = statistics.quantiles(times, n=10)
    return {
        "p10_ms": round(tenths[0], 3),
        "p50_ms": round(statistics.median(times), 3),
        "p90_ms": round(tenths[8], 3),
    }


def mann_whitney(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """(probability that one of ``first`` is above one of ``second``, p). Source: Mann and Whitney, 1947."""
    both = sorted([(value, 0) for value in first] + [(value, 1) for value in second])
    rank_sum, ties, place = 0.0, 0.0, 0
    while place < len(both):
        end = place
        while end < len(both) and both[end][0] == both[place][0]:
            end += 1
        equal = end - place
        rank_sum += sum(1 for _, series in both[place:end] if series == 0) * (place + 1 + end) / 2
        ties += equal**3 - equal
        place = end
    n, m = len(first), len(second)
    u, total = rank_sum - n * (n + 1) / 2, n + m
    spread = math.sqrt(n * m / 12 * (total + 1 - ties / (total * (total - 1))))
    z = (u - n * m / 2) / spread if spread else 0.0
    return u / (n * m), math.erfc(abs(z) / math.sqrt(2))


def bootstrap(first: Sequence[float], second: Sequence[float]) -> tuple[float, float]:
    """The 95 % interval of the difference of the medians; rounds are drawn whole, as they were taken."""
    dice = random.Random(20260316)
    found = []
    for _ in range(RESAMPLES):
        places = dice.choices(range(len(first)), k=len(first))
        found.append(statistics.median(first[one] for one in places) - statistics.median(second[one] for one in places))
    cuts = statistics.quantiles(found, n=40)
    return cuts[0], cuts[-1]
