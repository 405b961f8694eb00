from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest
from django.conf import settings

from tests.seaweed import BUCKET, KEY, Seaweed, seaweed


@pytest.fixture(scope="session")
def seaweedfs() -> Iterator[Seaweed]:
    """A real store spoken to by S3, for all the tests of a worker."""
    with seaweed() as running:
        yield running


@pytest.fixture
def elsewhere(seaweedfs: Seaweed, monkeypatch: pytest.MonkeyPatch) -> Iterator[Seaweed]:
    """That store, and a place there that is this test's own; well again afterwards."""
    monkeypatch.setattr(settings, "ENS_STORE", f"s3://{BUCKET}/{uuid4().hex}")
    monkeypatch.setattr(settings, "ENS_STORE_ENDPOINT", seaweedfs.endpoint)
    monkeypatch.setattr(settings, "ENS_STORE_KEY", KEY)
    yield seaweedfs
