"""Several processes at one port: reading a message is work for a processor, and a process of Python uses one.

The kernel shares the connections among them. The first process only watches: it loads nothing, so that what it forks
shares no connection, no lock and no source of random numbers. Source: socket(7), SO_REUSEPORT.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Callable

BROUGHT_DOWN_S = 2.0  # one that falls sooner after its start would fall again: whoever watches us waits longer
WATCHED = {signal.SIGCHLD, signal.SIGTERM, signal.SIGINT}


def run(number: int, serve: Callable[[], int]) -> int:
    """Have ``serve`` run in this many processes until SIGTERM or SIGINT; one that falls is started again.

    Returns the exit status: that of the process that fell as soon as it started, if one did. Linux and other POSIX
    systems; called by a process of one thread.
    """
    signal.pthread_sigmask(signal.SIG_BLOCK, WATCHED)
    started = {_fork(serve): time.monotonic() for _ in range(number)}
    while True:
        if signal.sigwait(WATCHED) != signal.SIGCHLD:
            return _end(started, 0)
        fell = [(started.pop(pid), status) for pid, status in _ended(started)]
        for since, status in fell:
            if time.monotonic() - since < BROUGHT_DOWN_S:
                return _end(started, status or 1)
        started |= {_fork(serve): time.monotonic() for _ in fell}


def _fork(serve: Callable[[], int]) -> int:
    pid = os.fork()
    if pid:
        return pid
    status = 1
    try:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, WATCHED)
        status = serve()
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status)


def _ended(started: dict[int, float]) -> list[tuple[int, int]]:
    """Those that fell, with their status; several may, for one signal."""
    found = [os.waitpid(pid, os.WNOHANG) for pid in started]
    return [(pid, abs(os.waitstatus_to_exitcode(status))) for pid, status in found if pid]


def _end(started: dict[int, float], status: int) -> int:
    """Each finishes what it accepted."""
    for pid in started:
        os.kill(pid, signal.SIGTERM)
    for pid in started:
        os.waitpid(pid, 0)
    return status
