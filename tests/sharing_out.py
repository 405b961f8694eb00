"""Which tests a process of the run takes, and in what order (pytest-xdist): ``make test``.

Most of what a folder here costs is begun once: a browser, a server, a space and its story. Its tests stay together. The
longest come first, so that what is left at the end is short, and no process goes on long after the others.
"""

from __future__ import annotations

from typing import Any

import pytest

TOGETHER = ("tests/browser/", "tests/scenarios/", "tests/interop/fhir/", "tests/interop/smtp/")
FIRST = ("tests/browser/", "tests/scenarios/", "tests/cli/", "tests/doors/", "tests/interop/", "tests/coffre/")


def share(nodeid: str) -> str:
    """What is taken whole: a folder, or a module."""
    return next((folder for folder in TOGETHER if nodeid.startswith(folder)), nodeid.partition("::")[0])


def turn(nodeid: str) -> int:
    return next((place for place, folder in enumerate(FIRST) if nodeid.startswith(folder)), len(FIRST))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In their turn, and within it as they were: in random order."""
    items.sort(key=lambda item: turn(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Any:
    from xdist.scheduler import LoadScopeScheduling

    class Shares(LoadScopeScheduling):
        def _split_scope(self, nodeid: str) -> str:
            return share(nodeid)

    return Shares(config, log)
