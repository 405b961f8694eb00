"""Fixed works timed beside the measures, so that CPU figures of different machines and days can be compared.

The reference figures were taken where SHA-256 of 1 GiB took 0.53 CPU second and the sum of five million squares
0.173. A figure is scaled by the geometric mean of the two ratios, taken just before and just after it.
"""

from __future__ import annotations

import hashlib
import math
import os
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

SHA256_REFERENCE_S = 0.53
SUM_REFERENCE_S = 0.173


@dataclass(frozen=True)
class Calibration:
    """CPU seconds of the two works."""

    sha256_s: float
    sum_s: float

    @property
    def scale(self) -> float:
        """What a CPU time measured here is multiplied by: below 1 when this machine is slower."""
        return math.sqrt((SHA256_REFERENCE_S / self.sha256_s) * (SUM_REFERENCE_S / self.sum_s))


def calibrate() -> Calibration:
    began = time.process_time()
    block, digest = b"\0" * (1 << 20), hashlib.sha256()
    for _ in range(1024):
        digest.update(block)
    hashed = time.process_time()
    sum(i * i for i in range(5_000_000))
    return Calibration(round(hashed - began, 3), round(time.process_time() - hashed, 3))


def mean(*several: Calibration) -> Calibration:
    hashed, summed = ([one.sha256_s for one in several], [one.sum_s for one in several])
    return Calibration(round(statistics.fmean(hashed), 3), round(statistics.fmean(summed), 3))


def disk(folder: Path, size: int = 50_000, count: int = 60) -> float:
    """Milliseconds to write and sync a file of that size there, median: what each durable content costs at least."""
    times, data = [], os.urandom(size)
    path = folder / ".synchronisation"
    for _ in range(count):
        began = time.perf_counter()
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.write(descriptor, data)
        os.fsync(descriptor)
        os.close(descriptor)
        times.append((time.perf_counter() - began) * 1000)
    path.unlink()
    return round(statistics.median(times), 2)
