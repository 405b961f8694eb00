"""Short steps of a command, each in its own process with the settings of a space."""

from __future__ import annotations

import os
import subprocess
import sys

from ens.cli.children import python
from ens.cli.refusals import CommandRefused


def perform(module: str, settings: dict[str, str], failed: str, *arguments: str) -> str:
    """Run a step in its own process and give what it said; its last line is the reason when it refuses."""
    done = subprocess.run(
        python("-m", module, *arguments),
        env={**os.environ, **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,
    )
    if done.returncode == 0:
        return done.stdout
    if done.returncode == 2:
        raise CommandRefused(done.stderr.strip().splitlines()[-1])
    sys.stderr.write(done.stderr)
    raise CommandRefused(failed)
