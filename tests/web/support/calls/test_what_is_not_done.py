"""What is not asked, has no object, or is clinical, is not done from the desk."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

import pytest
from django.urls import reverse

from ens.audit import queries as audit
from ens.audit.types import HistoryFilter
from ens.enrolment import services as moves
from ens.enrolment.types import State
from ens.kernel.actor import SYSTEM, Actor, ActorKind
from tests.web.support.calls.conftest import call, state, told


def test_what_the_person_does_not_ask_is_not_done(desk, people):
    person = people.usager(state="noticed")
    call(desk, person)
    answer = desk.post("/support/personne/opposition/")
    assert answer.status_code == 422
    assert "Cochez la case si la personne le demande" in answer.content.decode()
    assert state(person) is State.NOTICED


@pytest.mark.parametrize("now", ["activated", "closed"])
def test_an_opposition_that_has_no_object_is_said(desk, people, now):
    person = people.usager(state=now)
    call(desk, person)
    assert "Enregistrer son opposition" not in desk.get("/support/personne/").content.decode()
    answer = desk.post("/support/personne/opposition/", {"demande": "on"})
    assert answer.status_code == 409
    assert "n’est pas possible dans l’état actuel" in answer.content.decode()
    assert "opposition_assistee" not in {event for event, _, _ in told(person)}


def test_nothing_is_done_while_a_human_looks_at_a_dispute(desk, people):
    person = people.usager(state="noticed")
    moves.freeze(person.usager_id, by=SYSTEM)
    call(desk, person)
    assert "L’ouverture est suspendue" in desk.get("/support/personne/").content.decode()
    assert desk.post("/support/personne/opposition/", {"demande": "on"}).status_code == 409


def test_contacts_are_masked_and_no_address_names_anyone(desk, people):
    person = people.usager(state="noticed", email="inaya.michel@exemple.fr")
    call(desk, person)
    answer = desk.get("/support/personne/")
    page = answer.content.decode()
    assert "i•••@exemple.fr" in page and "inaya.michel" not in page
    assert person.matricule not in page and "MICHEL" not in page.upper().replace("M.", "")
    assert str(person.usager_id) not in page


@pytest.mark.feature("S154")
def test_the_agent_opens_no_clinical_address_even_during_a_call(desk, people):
    """Every address of usagers and professionals, about the very person on the telephone."""
    from ens.web.common.access import access_table

    person = people.usager(state="activated")
    assert call(desk, person).status_code == 302
    looked_at = 0
    for name, audience in access_table().items():
        if audience not in ("usager", "professionnel", "pilotage"):
            continue
        one = person.usager_id
        for ids in ([], [one], ["csv"], [one, 1], [one, one], [one, one, 1]):
            try:
                address = reverse(name, args=ids)
            except Exception:  # noqa: BLE001 - another shape of address
                continue
            looked_at += 1
            for answer in (desk.get(address), desk.post(address)):
                assert answer.status_code == 404, address
    assert looked_at >= len([one for one in access_table().values() if one in ("usager", "professionnel", "pilotage")])


@pytest.mark.feature("S154")
def test_no_service_of_the_record_or_of_messages_answers_an_agent(people, agent):
    """Behind the pages: the same doors, asked directly."""
    from ens.kernel.errors import Absent, Refused
    from ens.messaging import services as messaging
    from ens.record import services as record
    from ens.record.types import DocumentFilter

    person = people.usager(state="activated")
    by = Actor(ActorKind.SUPPORT, str(agent.id), agent.name, role="support")
    asked = (
        lambda: record.list_documents(person.usager_id, DocumentFilter(), by=by),
        lambda: messaging.list_threads(person.usager_id, by=by),
        lambda: audit.history(person.usager_id, HistoryFilter(), by=by),
    )
    for ask in asked:
        with pytest.raises((Absent, Refused)):
            ask()


@pytest.mark.parametrize("kind", [kind for kind in ActorKind if kind is not ActorKind.SUPPORT])
def test_nobody_else_assists(people, kind):
    from ens.journeys import assistance
    from ens.journeys.assistance import ProofTrait
    from ens.journeys.errors import PersonNotProved

    person = people.usager(state="noticed")
    by = Actor(kind, str(uuid4()), "Quelqu'un")
    with pytest.raises(PersonNotProved):
        assistance.prove(person.matricule, date(1989, 4, 2), ProofTrait.BIRTH_NAME, "Michel", by=by)
    for act in (assistance.look, assistance.oppose, assistance.change_mind, assistance.send_code):
        with pytest.raises(PersonNotProved):
            act(person.usager_id, by=by)
    assert state(person) is State.NOTICED
