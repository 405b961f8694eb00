"""Inaya, who chooses, and Docteur Dupond, whom it is about."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest

from ens.access import queries
from ens.access.types import ReaderFacts
from ens.audit.queries import history
from ens.audit.types import Event, HistoryFilter
from ens.kernel.actor import Actor
from ens.persistence.unit import unit_of_work


def facts(usager_id: UUID, by: Actor) -> ReaderFacts:
    """The facts as the next request of ``by`` would read them."""

    def act(unit: Any) -> ReaderFacts:
        unit.untraced("test")
        return queries.reader_facts(unit)

    return unit_of_work(usager_id, act, by=by)


def events_of(inaya: Any, *kinds: Event) -> list[tuple[Event, str, str]]:
    lines = history(inaya.usager_id, HistoryFilter(events=kinds), by=inaya.actor).lines
    return [(line.event, line.outcome, line.facts.get("name", "")) for line in reversed(lines)]


@pytest.fixture
def inaya(people: Any) -> Any:
    return people.usager()


@pytest.fixture
def dupond(people: Any) -> Any:
    return people.professional("Dupond")
