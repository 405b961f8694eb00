"""Versions of software, as their editors number them."""

from __future__ import annotations

import re

_VERSION = re.compile(r"\d{1,5}(\.\d{1,5}){0,3}", re.ASCII)


def is_version(text: str) -> bool:
    """Up to four numbers and their dots: 3, 2.10, 1.4.0.2."""
    return bool(_VERSION.fullmatch(text))


def is_at_least(version: str, minimum: str) -> bool:
    """Compared number by number: 2.10 follows 2.9, and 2 is 2.0. What is no version is under any."""
    return is_version(version) and _numbers(version) >= _numbers(minimum)


def _numbers(version: str) -> list[int]:
    found = [int(part) for part in version.split(".")]
    return found + [0] * (4 - len(found))
