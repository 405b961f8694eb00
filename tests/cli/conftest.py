from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that PostgreSQL may enter as another user: pytest's own is closed to all but root."""
    with tempfile.TemporaryDirectory(prefix="ens-cli-") as path:
        Path(path).chmod(0o755)
        yield Path(path)


@pytest.fixture
def free_port() -> int:
    return a_free_port()


def a_free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def bare_environment() -> dict[str, str]:
    """That of a person who set nothing."""
    return {name: value for name, value in os.environ.items() if not name.startswith(("ENS_", "DJANGO_"))}
