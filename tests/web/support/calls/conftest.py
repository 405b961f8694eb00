"""An agent at the desk, and the person who calls."""

from __future__ import annotations

from uuid import uuid4

import pytest

from ens.audit import queries as audit
from ens.audit.types import HistoryFilter
from ens.enrolment import queries as enrolment
from ens.enrolment.types import State
from ens.identity.services import create_compte
from ens.kernel.actor import SYSTEM, ActorKind
from ens.persistence.unit import unit_of_work

BORN = {"naissance_jour": "2", "naissance_mois": "4", "naissance_annee": "1989"}


@pytest.fixture
def agent(db):
    return create_compte(f"support-{uuid4()}", name="Hugo Petit", role="support")


@pytest.fixture
def desk(agent, sign_in):
    return sign_in(agent)


def proof(person, **other):
    return {"matricule": person.matricule, **BORN, "trait": "nom_naissance", "reponse": "Michel", **other}


def call(desk, person, **other):
    return desk.post("/support/", proof(person, **other))


def state(person) -> State:
    def act(unit):
        unit.untraced("essai")
        return enrolment.state(unit)

    return unit_of_work(person.usager_id, act, by=SYSTEM)


def told(person) -> list[tuple[str, str, str]]:
    """The agent's lines in the person's own history, the last first."""
    found = audit.history(person.usager_id, HistoryFilter(actor_kinds=(ActorKind.SUPPORT,)), by=person.actor)
    return [(line.event.value, line.outcome, line.actor_name) for line in found.lines]
