"""An establishment, who acts in it, and others whom the choices reach."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from ens.access import queries, services
from ens.access.errors import (
    ChoiceNotYours,
    WhomToChoose,
)
from ens.audit.types import Event
from ens.enrolment.errors import SpaceAbsent
from ens.identity.errors import EstablishmentUnknown, ProfessionalUnknown
from tests.access.choices.conftest import events_of, facts


@pytest.mark.feature("S100")
def test_a_block_of_an_establishment_reaches_whoever_works_in_it(people: Any, inaya: Any) -> None:
    hospital = people.establishment()
    inside, outside = people.professional("Moreau", site=hospital), people.professional("Dupond")
    services.authorise(inaya.usager_id, rpps=inside.rpps, by=inaya.actor)
    services.block(inaya.usager_id, finess=hospital.finess, by=inaya.actor)
    assert facts(inaya.usager_id, people.actor(inside)).blocked_since
    assert facts(inaya.usager_id, people.actor(outside)).blocked_since is None
    # acting elsewhere does not help: in doubt, the block wins
    elsewhere = replace(people.actor(inside), organisation="", organisation_id="")
    assert facts(inaya.usager_id, elsewhere).blocked_since


@pytest.mark.feature("S100")
def test_a_person_blocked_inside_an_authorised_hospital_stays_blocked(people: Any, inaya: Any) -> None:
    hospital = people.establishment()
    one, other = people.professional("Moreau", site=hospital), people.professional("Dupond", site=hospital)
    services.authorise(inaya.usager_id, finess=hospital.finess, by=inaya.actor)
    services.block(inaya.usager_id, rpps=one.rpps, by=inaya.actor)
    assert facts(inaya.usager_id, people.actor(one)).blocked_since
    known = facts(inaya.usager_id, people.actor(other))
    assert (known.blocked_since, known.authorised_since is not None) == (None, True)


def test_an_authorised_hospital_authorises_only_who_acts_in_it(people: Any, inaya: Any) -> None:
    hospital = people.establishment()
    services.authorise(inaya.usager_id, finess=hospital.finess, by=inaya.actor)
    assert facts(inaya.usager_id, people.actor(people.professional("Dupond"))).authorised_since is None


def test_the_software_of_an_establishment_alone_has_no_reading_facts(people: Any, inaya: Any) -> None:
    hospital = people.establishment()
    services.authorise(inaya.usager_id, finess=hospital.finess, by=inaya.actor)
    assert facts(inaya.usager_id, people.actor(hospital)).authorised_since is None


def test_the_declared_medecin_traitant_is_a_fact(people: Any, dupond: Any) -> None:
    inaya = people.usager(medecin_traitant=dupond)
    assert facts(inaya.usager_id, people.actor(dupond)).is_medecin_traitant
    assert not facts(inaya.usager_id, people.actor(people.professional("Moreau"))).is_medecin_traitant


def test_a_usager_is_one_in_their_own_record_only(people: Any, inaya: Any) -> None:
    etienne = people.usager(first_names="ETIENNE", sex="M")
    assert facts(inaya.usager_id, inaya.actor).is_usager
    assert not facts(inaya.usager_id, etienne.actor).is_usager
    representative = replace(inaya.actor, role="représentant légal")
    assert facts(inaya.usager_id, representative).is_representative
    assert not facts(inaya.usager_id, inaya.actor).is_representative


def test_choices_belong_to_the_usager_alone(people: Any, inaya: Any, dupond: Any) -> None:
    etienne = people.usager(first_names="ETIENNE", sex="M")
    for stranger in (etienne.actor, people.actor(dupond), people.actor(people.establishment())):
        for act in (services.authorise, services.block, services.unblock):
            with pytest.raises(ChoiceNotYours):
                act(inaya.usager_id, rpps=dupond.rpps, by=stranger)
        with pytest.raises(ChoiceNotYours):
            queries.authorisations(inaya.usager_id, by=stranger)
    assert facts(inaya.usager_id, people.actor(dupond)).authorised_since is None
    assert {outcome for _, outcome, _ in events_of(inaya, Event.ACCESS_AUTHORISED, Event.RIGHTS_READ)} == {"refuse"}


@pytest.mark.parametrize("state", ["noticed", "opposed", "closed"])
def test_no_choice_is_made_in_a_space_that_is_not_open(people: Any, dupond: Any, state: str) -> None:
    person = people.usager(state=state)
    with pytest.raises(SpaceAbsent):
        services.authorise(person.usager_id, rpps=dupond.rpps, by=person.actor)


def test_a_choice_names_one_known_person_or_place(inaya: Any, dupond: Any) -> None:
    with pytest.raises(ProfessionalUnknown):
        services.authorise(inaya.usager_id, rpps="10000000000", by=inaya.actor)
    with pytest.raises(EstablishmentUnknown):
        services.block(inaya.usager_id, finess="000000000", by=inaya.actor)
    for who in ({}, {"rpps": dupond.rpps, "finess": "750000001"}):
        with pytest.raises(WhomToChoose):
            services.authorise(inaya.usager_id, **who, by=inaya.actor)
