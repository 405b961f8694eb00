"""Brings a database's schema up to date and checks what it is for: ``python -m ens.cli.migration MODE [--check]``."""

from __future__ import annotations

import sys


def main(mode: str, *, check_only: bool) -> None:
    """Refusals end with code 2 and one sentence."""
    import django
    from django.core.management import call_command
    from django.db import Error

    django.setup()
    from ens.persistence import deployment

    wants_demonstration = mode == "demonstration"
    try:
        if not check_only:
            deployment.check_not_newer()
            if deployment.is_foreign():
                raise Refusal("Cette base de données contient autre chose qu'un espace : rien n'a été changé.")
            deployment.refuse_other_mode(demonstration=wants_demonstration)
            deployment.migrate()
            deployment.record_mode(demonstration=wants_demonstration)
            call_command("collectstatic", interactive=False, verbosity=0)
        else:
            deployment.check_mode(demonstration=wants_demonstration)
            call_command("collectstatic", interactive=False, verbosity=0)
    except deployment.NewerSchema as error:
        raise Refusal(f"Cette base de données vient d'une version plus récente du logiciel ({error}).") from error
    except deployment.WrongMode as error:
        other = "une démonstration" if wants_demonstration is False else "un espace de production"
        raise Refusal(f"Cette base de données est celle d'{other} : elle ne peut pas servir ici.") from error
    except Error as error:
        raise Refusal(f"La base de données est endommagée ou ne répond pas ({type(error).__name__}).") from error


class Refusal(SystemExit):
    def __init__(self, sentence: str) -> None:
        sys.stderr.write(sentence + "\n")
        super().__init__(2)


if __name__ == "__main__":
    main(sys.argv[1], check_only="--check" in sys.argv)
