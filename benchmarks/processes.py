"""CPU time of a space's processes, read from /proc: each with its descendants, dead ones included once waited for."""

from __future__ import annotations

import os
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")
Spent = dict[str, tuple[float, float]]  # by name: seconds in the programs, seconds in the kernel for them


def roots(data: Path, *names: str) -> dict[str, int]:
    """The process ids that a running space keeps in ``DIR/run``."""
    return {name: int((data / "run" / f"{name}.pid").read_text()) for name in names}


def spent(groups: dict[str, int]) -> Spent:
    """Seconds spent so far by each group: a process and all its descendants."""
    parents, used = {}, {}
    for entry in Path("/proc").iterdir():
        if not entry.name.isdigit():
            continue
        try:
            fields = (entry / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it ended meanwhile
            continue
        own, kernel, dead, dead_kernel = (int(field) / TICKS for field in fields[11:15])
        parents[int(entry.name)] = int(fields[1])
        used[int(entry.name)] = (own + dead, kernel + dead_kernel)
    found = {}
    for name, root in groups.items():
        times = [used[pid] for pid in _family(root, parents) if pid in used]
        found[name] = (sum(time[0] for time in times), sum(time[1] for time in times))
    return found


def _family(root: int, parents: dict[int, int]) -> set[int]:
    family = {root}
    while grown := {pid for pid, parent in parents.items() if parent in family} - family:
        family |= grown
    return family


def family(groups: dict[str, int]) -> set[int]:
    """The processes of these groups as they are now, for ``precise``."""
    parents = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                parents[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except OSError:  # it ended meanwhile
                continue
    return set().union(*(_family(root, parents) for root in groups.values()))


def precise(pids: set[int]) -> tuple[float, float]:
    """Seconds the living threads of these processes ran so far, and waited for a core, to the nanosecond."""
    ran = waited = 0
    for pid in pids:
        try:
            for task in Path(f"/proc/{pid}/task").iterdir():
                run, wait, _ = (task / "schedstat").read_text().split()
                ran += int(run)
                waited += int(wait)
        except OSError:  # it ended meanwhile
            continue
    return ran / 1e9, waited / 1e9


def since(before: Spent, after: Spent) -> Spent:
    return {name: (after[name][0] - start[0], after[name][1] - start[1]) for name, start in before.items()}


def total(times: Spent) -> float:
    return sum(own + kernel for own, kernel in times.values())


def machine() -> float:
    """CPU seconds the whole machine has worked so far."""
    with Path("/proc/stat").open() as stat:
        fields = [int(field) for field in stat.readline().split()[1:9]]
    return (sum(fields) - fields[3] - fields[4]) / TICKS


def load() -> float:
    return round(os.getloadavg()[0], 2)


def groups_of(text: str) -> dict[str, int]:
    """``web=12,postgres=34``, as the load clients take it."""
    return {name: int(pid) for name, _, pid in (part.partition("=") for part in text.split(",") if part)}


def named(groups: dict[str, int]) -> str:
    return ",".join(f"{name}={pid}" for name, pid in groups.items())
