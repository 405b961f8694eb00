"""A process of its own session that does not outlive who started it."""

from __future__ import annotations

import ctypes
import os
import signal
from collections.abc import Callable

_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None, use_errno=True)


def with_parent(stop: signal.Signals = signal.SIGTERM) -> Callable[[], None]:
    """For ``preexec_fn``: a session of its own, and ``stop`` from the kernel when the parent dies.

    Nothing else tells a child that its parent was killed with SIGKILL. Linux only: prctl(2), PR_SET_PDEATHSIG.
    """
    parent = os.getpid()

    def prepare() -> None:
        os.setsid()
        _libc.prctl(_PR_SET_PDEATHSIG, int(stop))
        if os.getppid() != parent:  # it died before we asked
            os._exit(1)

    return prepare
