"""Makes the demonstration ready, once the space answers: ``python -m ens.demonstration.prepare``.

The cast goes through the real services, the story through the real doors, at its own dates. A second start finds
everything there and does nothing twice; one cut short goes on where it stopped. ``demo.json`` is written last.
"""

from __future__ import annotations

import os
import sys

import django

from ens.kernel.starting import sparing_the_collector


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ens.config.settings")
    with sparing_the_collector():
        django.setup()
        # only now: these modules read the settings
        from ens.demonstration import contract, directory, people, telling
        from ens.demonstration.progress import Progress
        from ens.enrolment import daily
        from ens.persistence.clock import refresh

    refresh()
    progress = Progress.read()
    progress.keep()
    directory.fill()
    directory.register()
    people.operators()
    ids = people.usagers(progress)
    people.accounts(ids)
    people.clients()
    people.rights(ids, progress)
    telling.tell(progress, ids["inaya"])
    daily.refresh()  # the worker counts every minute; the steerer may enter before
    contract.write()
    return 0


if __name__ == "__main__":
    sys.exit(main())
