"""A database is served with the keys it was written with, and with no other: asked before anything changes.

With another master key every content would be unreadable; with another search key nobody would be found, and whoever
came again would be registered twice; with another key of codes, letters already sent would open nothing.
"""

from __future__ import annotations

from collections.abc import Callable

from ens.cli.refusals import LATE, CommandRefused

THEIRS = "Remettez celle de sa sauvegarde : rien n'a été changé."


def refuse_others(alias: str, *, check_only: bool = False) -> None:
    """``check_only``: read as ``ens_web``, which marks nothing. Errors: CommandRefused; those of the database."""
    from django.conf import settings

    from ens.coffre import keyring, marks, services

    try:
        opens, others = services.opens_with_these_masters(alias), marks.differing(alias)
        is_marked = marks.are_kept(alias)
        if not opens or any(name.startswith("maitresse-") for name in others):
            raise CommandRefused(
                f"Les clés de {settings.ENS_SECRETS} ne sont pas celles de cette base de données : remettez celles de "
                "sa sauvegarde. Rien n'a été changé."
            )
        if check_only and not is_marked:
            raise CommandRefused(f"Cette base de données ne dit pas encore quelles sont ses clés. {LATE}")
        if marks.SEARCH in others or not (is_marked or _finds_people(alias)):
            raise CommandRefused(
                f"La clé « recherche » de {settings.ENS_SECRETS} n'est pas celle de cette base de données : plus "
                f"personne n'y serait trouvé. {THEIRS}"
            )
        if marks.CODES in others or not is_marked:
            _refuse_other_codes(alias, check_only=check_only)
    except keyring.MissingKey as error:
        raise CommandRefused(f"{error} Remettez les clés de sa sauvegarde : rien n'a été changé.") from error


def record(alias: str) -> None:
    """Mark a database that is up to date with the keys that are here, once they are known to be its own.

    Errors: CommandRefused; those of the database.
    """
    from ens.coffre import marks

    refuse_others(alias)
    marks.keep(alias)


def _refuse_other_codes(alias: str, *, check_only: bool) -> None:
    """The one of these keys that may change: when no code sent still serves, or when its operator says so."""
    from django.conf import settings

    given = f"La clé « codes » de {settings.ENS_SECRETS}"
    if check_only:
        raise CommandRefused(
            f"{given} n'est pas celle de cette base de données : remettez-la, ou dites qu'elle a changé avec « ens "
            "migrate ». Rien n'a été changé."
        )
    if not settings.ENS_CODES_RENEWED and not _makes_the_codes_sent(alias):
        raise CommandRefused(
            f"{given} n'a pas fait les codes déjà envoyés, qui ne vaudraient plus rien. {THEIRS} Si elle est perdue, "
            "donnez ENS_CODES_RENEWED=1."
        )


def _finds_people(alias: str) -> bool:
    from ens.identity.population.looked_up import are_found_with_this_key

    return _unless_older(are_found_with_this_key, alias)


def _makes_the_codes_sent(alias: str) -> bool:
    from ens.enrolment.codes import were_made_with_this_key

    return _unless_older(were_made_with_this_key, alias)


def _unless_older(is_right: Callable[[str], bool], alias: str) -> bool:
    """Tables of an older version cannot tell: asked again once they are up to date, before their mark is kept."""
    from django.db import ProgrammingError

    try:
        return is_right(alias)
    except ProgrammingError:
        return True
