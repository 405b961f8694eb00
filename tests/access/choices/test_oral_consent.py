"""The oral consent that a professional writes down, and the record it opens."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from ens.access import queries, services
from ens.access.errors import (
    ConsentNotRecorded,
    ModeNotOpen,
    PersonRequired,
    RecordNotOpen,
)
from ens.audit.queries import history
from ens.audit.types import Event, HistoryFilter
from ens.kernel.actor import AccessMode
from tests.access.choices.conftest import events_of, facts

BIRTH = date(1989, 4, 2)


@pytest.mark.feature("N082")
def test_the_professional_writes_down_the_oral_consent_and_the_usager_reads_it(
    people: Any, inaya: Any, dupond: Any
) -> None:
    services.record_consent(inaya.usager_id, birth_date=BIRTH, by=people.actor(dupond))
    assert facts(inaya.usager_id, people.actor(dupond)).authorised_since
    line = history(inaya.usager_id, HistoryFilter(events=(Event.ACCESS_CONSENTED,)), by=inaya.actor).lines[0]
    assert (line.actor_name, line.outcome) == ("Docteur Dupond", "fait")
    assert line.facts["statement"] == services.CONSENT
    assert queries.authorisations(inaya.usager_id, by=inaya.actor)[0].by_professional


def test_each_consent_is_traced_and_the_first_date_is_kept(people: Any, inaya: Any, dupond: Any) -> None:
    doctor = people.actor(dupond)
    services.record_consent(inaya.usager_id, birth_date=BIRTH, by=doctor)
    first = facts(inaya.usager_id, doctor).authorised_since
    services.record_consent(inaya.usager_id, birth_date=BIRTH, by=doctor)
    assert facts(inaya.usager_id, doctor).authorised_since == first
    assert len(events_of(inaya, Event.ACCESS_CONSENTED)) == 2


@pytest.mark.feature("N082")
def test_no_consent_is_recorded_by_someone_blocked_nor_with_other_traits_nor_without_space(
    people: Any, inaya: Any, dupond: Any
) -> None:
    doctor = people.actor(dupond)
    refused = [(inaya.usager_id, date(1990, 1, 1))]
    refused += [(people.usager(state=state).usager_id, BIRTH) for state in ("noticed", "opposed", "closed")]
    blocked = people.usager()
    services.block(blocked.usager_id, rpps=dupond.rpps, by=blocked.actor)
    refused.append((blocked.usager_id, BIRTH))
    for usager_id, birth_date in refused:
        with pytest.raises(ConsentNotRecorded):
            services.record_consent(usager_id, birth_date=birth_date, by=doctor)
    with pytest.raises(ConsentNotRecorded):
        services.record_consent(inaya.usager_id, birth_date=BIRTH, by=inaya.actor)
    assert facts(inaya.usager_id, doctor).authorised_since is None
    assert facts(blocked.usager_id, doctor).blocked_since
    assert {outcome for _, outcome, _ in events_of(inaya, Event.ACCESS_CONSENTED)} == {"refuse"}


@pytest.mark.feature("S107")
def test_a_software_alone_records_no_consent(people: Any, inaya: Any) -> None:
    with pytest.raises(PersonRequired):
        services.record_consent(inaya.usager_id, birth_date=BIRTH, by=people.actor(people.establishment()))


def test_a_record_opens_to_the_authorised_and_answers_the_others_alike(people: Any, inaya: Any, dupond: Any) -> None:
    doctor = people.actor(dupond)
    shut = [inaya.usager_id] + [people.usager(state=state).usager_id for state in ("noticed", "opposed", "closed")]
    for usager_id in shut:
        with pytest.raises(RecordNotOpen):
            queries.open_record(usager_id, by=doctor)
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    assert queries.open_record(inaya.usager_id, by=doctor).matricule == inaya.matricule
    queries.open_record(inaya.usager_id, by=doctor, traced=False)
    seen = [outcome for _, outcome, _ in events_of(inaya, Event.PATIENT_LOOKED_UP)]
    assert seen == ["refuse", "fait"]
    with pytest.raises(ModeNotOpen):
        queries.open_record(inaya.usager_id, by=replace(doctor, mode=AccessMode.BRIS_DE_GLACE))
