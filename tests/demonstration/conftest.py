"""A folder of a space for the demonstration's steps, its certificates made."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from ens.demonstration import certificates, places


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """What ``DIR`` is to the demonstration; this folder alone is the test's."""
    secrets = tmp_path / "secrets"
    secrets.mkdir(mode=0o700)
    (secrets / "codes").write_bytes(os.urandom(32))
    monkeypatch.setenv("ENS_DATA", str(tmp_path))
    monkeypatch.setenv("ENS_SECRETS", str(secrets))
    return places.folder()


@pytest.fixture
def trust(folder: Path) -> Iterator[Path]:
    """The trust space's certificates."""
    certificates.main()
    yield folder / "certificats"
