"""How a process begins."""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def sparing_the_collector() -> Iterator[None]:
    """While modules are imported: what they define lasts as long as the process, and looking for what could be freed
    in it is a seventh of a start. It is then set apart (``gc.freeze``), so that no later collection walks it again.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        if was_enabled:
            gc.enable()
