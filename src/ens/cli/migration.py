"""Brings a database's schema up to date and checks what it is for: ``python -m ens.cli.migration MODE [--check]``."""

from __future__ import annotations

import sys

from ens.cli.refusals import LATE, CommandRefused
from ens.kernel.starting import sparing_the_collector


def main(mode: str, *, check_only: bool, starts: bool = False) -> None:
    """``check_only`` changes nothing in the database: somebody else migrates it. ``starts``: the space is about to
    serve, with its contents. Errors: CommandRefused.
    """
    import django
    from django.db import Error, ProgrammingError

    with sparing_the_collector():
        django.setup()
        from ens.cli import contents, keys
        from ens.persistence import deployment

    wants_demonstration = mode == "demonstration"
    try:
        if check_only:
            _refuse_unmigrated()
            deployment.check_mode(demonstration=wants_demonstration)
            keys.refuse_others("default", check_only=True)
            if starts:
                contents.refuse_lost("default")
        else:
            deployment.check_not_newer()
            if deployment.is_foreign():
                raise CommandRefused("Cette base de données contient autre chose qu'un espace : rien n'a été changé.")
            deployment.refuse_other_mode(demonstration=wants_demonstration)
            keys.refuse_others("owner")
            if starts:
                contents.refuse_lost("owner")
            deployment.migrate()
            deployment.record_mode(demonstration=wants_demonstration)
            keys.record("owner")
        if starts:
            contents.make()
    except deployment.NewerSchema as error:
        raise CommandRefused(
            f"Cette base de données vient d'une version plus récente du logiciel ({error})."
        ) from error
    except deployment.WrongMode as error:
        other = "un espace de production" if wants_demonstration else "une démonstration"
        raise CommandRefused(f"Cette base de données est celle d'{other} : elle ne peut pas servir ici.") from error
    except ProgrammingError as error:
        raise CommandRefused(f"Cette base de données n'est pas prête ({error.__cause__}). {LATE}") from error
    except Error as error:
        raise CommandRefused(
            f"La base de données est endommagée ou ne répond pas ({type(error).__name__})."
        ) from error


def _refuse_unmigrated() -> None:
    from django.db import connections
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connections["default"])
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise CommandRefused(f"Cette base de données est en retard sur le logiciel. {LATE}")


if __name__ == "__main__":
    from ens.config.environment import MissingSetting

    try:
        main(sys.argv[1], check_only="--check" in sys.argv, starts=True)
    except (CommandRefused, MissingSetting) as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(2)
    from ens.cli.static import gather

    gather()
