"""The page a software editor starts from, typed as it is: each command, and what is answered under it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import bare_environment
from tests.conftest import ROOT

pytestmark = [pytest.mark.space, pytest.mark.slow]
PAGE = ROOT / "docs" / "interop" / "fhir.md"
BLOCK = re.compile(r"^```sh\n(.*?)^```\n(?:```text\n(.*?)^```$)?", re.DOTALL | re.MULTILINE)


def steps() -> list[tuple[str, list[str]]]:
    """Each block of commands, and the lines said to be answered."""
    return [(commands, shown.splitlines()) for commands, shown in BLOCK.findall(PAGE.read_text("utf-8"))]


def typed(commands: list[str], folder: Path) -> list[str]:
    """What one shell answers to the blocks, one after the other; the first that fails ends it."""
    script = "set -euo pipefail\n" + "\n".join(f"{block}\nprintf '\\n=-=-=\\n'" for block in commands)
    done = subprocess.run(
        ["bash"],
        input=script,
        cwd=folder,
        env={**bare_environment(), "no_proxy": "*", "LC_ALL": "C.UTF-8"},
        capture_output=True,
        text=True,
        check=False,
        timeout=100,
    )
    answered = done.stdout.split("\n=-=-=\n")
    assert done.returncode == 0, f"block {len(answered)}: {answered[-1]}\n{done.stderr}"
    return answered[:-1]


def looks_like(line: str) -> re.Pattern[str]:
    """« … » stands for anything; names of headers have no case."""
    return re.compile(".*".join(map(re.escape, line.split("…"))), re.IGNORECASE)


def test_the_first_deposit_is_typed_as_the_page_tells(space, tmp_path):
    (tmp_path / "var").symlink_to(space.data)
    every = steps()
    assert len(every) >= 9
    for (_, shown), answer in zip(every, typed([commands for commands, _ in every], tmp_path), strict=True):
        said = answer.replace("\r", "").splitlines()
        for line in shown:
            assert any(looks_like(line).search(one) for one in said), f"« {line} » is not in:\n{answer}"


def test_the_page_shows_an_answer_under_each_command():
    assert all(shown for _, shown in steps())
