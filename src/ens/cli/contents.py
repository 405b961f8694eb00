"""The folder of contents, at each start: made at the first, found there at the others."""

from __future__ import annotations

from ens.cli.refusals import CommandRefused


def refuse_lost(alias: str) -> None:
    """Before anything changes: contents were filed and their folder is not there; none is made in its place.

    Errors: CommandRefused; those of the database.
    """
    from django.conf import settings
    from django.db import ProgrammingError

    from ens.coffre import founding
    from ens.persistence import locator

    if founding.is_there():
        return
    try:
        has_filed = not locator.is_empty(alias)
    except ProgrammingError:  # a new database has no table
        return
    if has_filed:
        raise CommandRefused(
            f"Le dossier des contenus {settings.ENS_STORE} est absent ou vide, et cet espace a des contenus : "
            "remontez son disque, ou restaurez une sauvegarde (docs/exploitation/pannes.md). Rien n'a été changé."
        )


def make() -> None:
    """Once nothing is lost, and the database is ready. Errors: CommandRefused."""
    from django.conf import settings

    from ens.coffre import founding
    from ens.coffre.errors import StoreUnavailable

    if founding.is_there():
        return
    try:
        founding.make()
    except StoreUnavailable as error:
        reason = getattr(error.__cause__, "strerror", None) or "refusé"
        raise CommandRefused(
            f"Le dossier des contenus {settings.ENS_STORE} ne peut pas être fait : {reason}."
        ) from error
