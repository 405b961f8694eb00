"""A population imported set-wise, and what is read of it afterwards."""

from __future__ import annotations


def imported(path, **options):
    from ens.identity.population.load import import_population

    return import_population(path, **options)


def found(number: str):
    from ens.identity.queries import find_usager

    return find_usager(number)


def known(number: str, read, by=None):
    """What ``read(unit)`` finds about someone, for themselves."""
    from ens.kernel.actor import Actor, ActorKind
    from ens.persistence.unit import unit_of_work

    def act(unit):
        unit.untraced("essai")
        return read(unit)

    usager_id = found(number).usager_id
    themselves = Actor(ActorKind.USAGER, "essai", "Essai", usager_id=usager_id)
    return unit_of_work(usager_id, act, by=by or themselves)


def rows(statement: str, *values):
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def history(number: str):
    from ens.audit.queries import lines
    from ens.audit.types import HistoryFilter

    return known(number, lambda unit: lines(unit, HistoryFilter()).lines)
