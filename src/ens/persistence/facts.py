"""What is read at the opening of a unit, in one statement: the clock, the rights, the key, where the usager stands.

Each package registers the facts it owns; together they cost one trip, and one snapshot: the counter of rights read
among them is of the same instant as the choices it guards (DESIGN 3).
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from ens.kernel.actor import Actor, ActorKind
from ens.persistence import sql


def always(_: ActorKind) -> bool:
    return True


class Fact(NamedTuple):
    """``select`` gives at most one row about the usager ``%(usager)s``, of ``columns``."""

    name: str
    select: str
    columns: tuple[str, ...]
    concerns: Callable[[ActorKind], bool] = always


_registered: dict[str, Fact] = {}


def register(fact: Fact) -> None:
    _registered[fact.name] = fact
    _statement.cache_clear()


@lru_cache(maxsize=16)
def _statement(kind: ActorKind) -> tuple[str, tuple[tuple[str, int, int], ...]]:
    columns: list[str] = []
    joins: list[str] = []
    places: list[tuple[str, int, int]] = []
    for fact in _registered.values():
        if fact.concerns(kind):
            places.append((fact.name, len(columns), len(columns) + len(fact.columns)))
            columns += [f"{fact.name}.{column}" for column in fact.columns]
            joins.append(f"LEFT JOIN LATERAL ({fact.select}) AS {fact.name} ON true")
    return f"SELECT {', '.join(columns)} FROM (SELECT 1) AS one {' '.join(joins)}", tuple(places)  # noqa: S608 - constants


def question(usager_id: UUID, by: Actor) -> sql.Question[dict[str, tuple[Any, ...]]]:
    """The columns of each fact that concerns the actor, by its name; all None when there is no row."""
    statement, places = _statement(by.kind)

    def answer(rows: list[tuple[Any, ...]]) -> dict[str, tuple[Any, ...]]:
        return {name: rows[0][start:end] for name, start, end in places}

    return sql.Question(statement, {"usager": usager_id}, answer)
