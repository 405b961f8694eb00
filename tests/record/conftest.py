"""The cast of the tests of the record."""

from __future__ import annotations

import pytest


@pytest.fixture
def dupond_ref(people):
    return people.professional()


@pytest.fixture
def dupond(people, dupond_ref):
    """Files with his software, and reads under his name."""
    return people.actor(dupond_ref, client_id="logiciel-dupond")


@pytest.fixture
def inaya(people):
    return people.usager()


@pytest.fixture
def treating(people, inaya, dupond_ref):
    """Docteur Dupond, whom Inaya authorised."""
    from ens.access.services import authorise

    authorise(inaya.usager_id, rpps=dupond_ref.rpps, by=inaya.actor)
    return people.actor(dupond_ref)
