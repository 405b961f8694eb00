"""How often one address may be refused before it is asked to wait.

Only failures count: what a known token asks is never slowed down. Counted by process, in memory: a limit on what the
service stream and the hashing of secrets may be made to cost, not an account of who failed.
"""

from __future__ import annotations

import threading
import time

WINDOW_S = 60
KEPT = 10_000  # keys remembered: beyond, the oldest window is forgotten


class Refusals:
    """Counts in windows of a minute, by key."""

    def __init__(self) -> None:
        self._windows: dict[str, tuple[float, int]] = {}
        self._lock = threading.Lock()

    def add(self, key: str) -> int:
        """Count one more refusal; how many this window now has."""
        now = time.monotonic()
        with self._lock:
            began, count = self._windows.get(key, (now, 0))
            if now - began >= WINDOW_S:
                began, count = now, 0
                self._windows.pop(key, None)
            if key not in self._windows and len(self._windows) >= KEPT:
                self._windows.pop(next(iter(self._windows)))  # the first one in
            self._windows[key] = (began, count + 1)
            return count + 1

    def count(self, key: str) -> int:
        """How many this window has so far."""
        began, count = self._windows.get(key, (0.0, 0))
        return count if time.monotonic() - began < WINDOW_S else 0

    def wait(self, key: str) -> int:
        """Seconds until the window of this key ends, 1 at least."""
        began, _ = self._windows.get(key, (0.0, 0))
        return max(1, round(began + WINDOW_S - time.monotonic()))

    def forget(self) -> None:
        """In tests."""
        with self._lock:
            self._windows.clear()
