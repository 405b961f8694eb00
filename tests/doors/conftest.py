from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest


@pytest.fixture(scope="module")
def world(database: Any) -> Iterator[Any]:
    """Made once: what is called here is refused, or read; who changes something says so and puts it back."""
    from django.conf import settings

    from tests.doors.everyone import build

    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)
    yield build()
