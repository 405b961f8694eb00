"""The usager's choices, on a real database: dated, traced, effective on the next request."""

from __future__ import annotations

import threading
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from ens.access import queries, services
from ens.access.errors import (
    BlockedFirst,
    ChoiceNotYours,
    ConsentNotRecorded,
    ModeNotOpen,
    PersonRequired,
    RecordNotOpen,
    TooManySearches,
    WhomToChoose,
)
from ens.access.models import Autorisation, SearchCount
from ens.access.types import ReaderFacts
from ens.audit import events
from ens.audit.queries import history
from ens.audit.types import Event, HistoryFilter
from ens.enrolment.errors import SpaceAbsent
from ens.identity.errors import EstablishmentUnknown, ProfessionalUnknown
from ens.identity.models import Professional
from ens.kernel import clock
from ens.kernel.actor import AccessMode, Actor
from ens.persistence.unit import unit_of_work

BIRTH = date(1989, 4, 2)


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


# -- authorise, block, unblock -------------------------------------------------------------------------------


@pytest.mark.feature("S098")
def test_nobody_reads_by_default_and_an_authorisation_is_dated(people: Any, inaya: Any, dupond: Any) -> None:
    doctor = people.actor(dupond)
    assert facts(inaya.usager_id, doctor).authorised_since is None
    moment = datetime(2021, 9, 13, 10, 2, tzinfo=UTC)
    with clock.freeze(moment):
        services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    known = facts(inaya.usager_id, doctor)
    assert known.authorised_since == moment
    assert (known.rpps, known.profession, known.is_usager) == (dupond.rpps, "10", False)


def test_authorising_twice_keeps_the_first_date_and_one_line(people: Any, inaya: Any, dupond: Any) -> None:
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    first = facts(inaya.usager_id, people.actor(dupond)).authorised_since
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    assert facts(inaya.usager_id, people.actor(dupond)).authorised_since == first
    assert events_of(inaya, Event.ACCESS_AUTHORISED) == [(Event.ACCESS_AUTHORISED, "fait", "Docteur Dupond")]


@pytest.mark.feature("S099")
def test_a_block_ends_the_authorisation_on_the_next_request_and_unblocking_does_not_restore_it(
    people: Any, inaya: Any, dupond: Any
) -> None:
    doctor = people.actor(dupond)
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    services.block(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    blocked = facts(inaya.usager_id, doctor)
    assert blocked.blocked_since is not None
    assert blocked.authorised_since is None
    services.unblock(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    after = facts(inaya.usager_id, doctor)
    assert (after.blocked_since, after.authorised_since) == (None, None)
    kinds = (Event.ACCESS_AUTHORISED, Event.ACCESS_BLOCKED, Event.ACCESS_UNBLOCKED)
    assert [event for event, _, _ in events_of(inaya, *kinds)] == list(kinds)


def test_blocking_and_unblocking_twice_changes_nothing_more(inaya: Any, dupond: Any) -> None:
    for _ in range(2):
        services.block(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    for _ in range(2):
        services.unblock(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    assert len(events_of(inaya, Event.ACCESS_BLOCKED, Event.ACCESS_UNBLOCKED)) == 2


def test_someone_blocked_is_unblocked_before_being_authorised(inaya: Any, dupond: Any) -> None:
    services.block(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    with pytest.raises(BlockedFirst):
        services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)


def test_a_professional_retired_since_can_still_be_blocked(inaya: Any, dupond: Any) -> None:
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    Professional.objects.filter(id=dupond.id).update(active=False)
    services.block(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    assert queries.authorisations(inaya.usager_id, by=inaya.actor)[0].blocked_since


# -- an establishment and who acts in it ----------------------------------------------------------------------


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


# -- the médecin traitant, the usager, others -----------------------------------------------------------------


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


# -- what the page shows ---------------------------------------------------------------------------------------


@pytest.mark.feature("S099")
def test_the_lists_of_authorised_and_blocked_say_since_when(people: Any, inaya: Any, dupond: Any) -> None:
    hospital = people.establishment("Hôpital Jean Bernadeau")
    with clock.freeze(datetime(2021, 9, 13, 8, 0, tzinfo=UTC)):
        services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    with clock.freeze(datetime(2021, 9, 14, 8, 0, tzinfo=UTC)):
        services.block(inaya.usager_id, finess=hospital.finess, by=inaya.actor)
    blocked, authorised = queries.authorisations(inaya.usager_id, by=inaya.actor)
    assert (blocked.name, blocked.is_organisation, blocked.finess) == ("Hôpital Jean Bernadeau", True, hospital.finess)
    assert blocked.blocked_since == datetime(2021, 9, 14, 8, 0, tzinfo=UTC)
    assert (authorised.name, authorised.role_label, authorised.rpps) == ("Docteur Dupond", "médecin", dupond.rpps)
    assert (authorised.since.day, authorised.blocked_since) == (13, None)
    assert events_of(inaya, Event.RIGHTS_READ)


@pytest.mark.feature("B03")
def test_the_known_readers_are_the_chosen_ones_and_the_medecin_traitant(people: Any, dupond: Any) -> None:
    inaya = people.usager(medecin_traitant=dupond)
    moreau = people.professional("Moreau")
    services.block(inaya.usager_id, rpps=moreau.rpps, by=inaya.actor)

    def act(unit: Any) -> Any:
        unit.untraced("test")
        return queries.known_readers(unit)

    found = unit_of_work(inaya.usager_id, act, by=inaya.actor)
    assert [reader.name for reader in found] == ["Docteur Dupond", "Docteur Moreau"]
    assert [reader.facts.is_medecin_traitant for reader in found] == [True, False]
    assert [bool(reader.facts.blocked_since) for reader in found] == [False, True]


# -- oral consent -----------------------------------------------------------------------------------------------


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


# -- opening a record ---------------------------------------------------------------------------------------------


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


# -- together -----------------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_same_choice_made_many_times_at_once_is_made_once(inaya: Any, dupond: Any) -> None:
    raised: list[Exception] = []

    def once() -> None:
        try:
            services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
        except Exception as error:  # noqa: BLE001 - whatever a thread raises is shown by the assertion below
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=once) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert raised == []
    assert len(events_of(inaya, Event.ACCESS_AUTHORISED)) == 1


@pytest.mark.feature("S099")
def test_a_reading_that_began_before_a_block_starts_again_and_sees_it(people: Any, inaya: Any, dupond: Any) -> None:
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    seen: list[bool] = []

    def block_meanwhile() -> None:
        services.block(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
        connection.close()

    def act(unit: Any) -> None:
        seen.append(queries.reader_facts(unit).blocked_since is not None)
        if len(seen) == 1:
            meanwhile = threading.Thread(target=block_meanwhile)
            meanwhile.start()
            meanwhile.join()
        events.documents_searched(unit)

    unit_of_work(inaya.usager_id, act, by=people.actor(dupond))
    assert seen == [False, True]


def test_a_query_outside_a_unit_finds_no_choice(inaya: Any, dupond: Any) -> None:
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    assert not Autorisation.objects.filter(usager_id=inaya.usager_id).exists()


def test_the_database_refuses_a_second_current_choice(inaya: Any, dupond: Any) -> None:
    services.authorise(inaya.usager_id, rpps=dupond.rpps, by=inaya.actor)
    with pytest.raises(IntegrityError), transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(f"SET LOCAL ens.usager = '{inaya.usager_id}'")
        Autorisation.objects.create(
            usager_id=inaya.usager_id,
            who_kind=Autorisation.PROFESSIONAL,
            who_id=dupond.id,
            state=Autorisation.DENY,
            since=clock.now(),
            by_kind="usager",
            by_id="x",
        )


# -- how often ----------------------------------------------------------------------------------------------------


def test_searches_are_counted_by_professional_and_by_hour(people: Any, dupond: Any) -> None:
    from django.test import override_settings

    doctor, other = people.actor(dupond), people.actor(people.professional("Moreau"))
    before = SearchCount(professional_id=dupond.id, hour=datetime.now(UTC) - timedelta(hours=3), searches=99)
    before.save(force_insert=True)
    with override_settings(ENS_PRO_SEARCHES_PER_HOUR=2):
        services.count_search(doctor)
        services.count_search(doctor)
        with pytest.raises(TooManySearches):
            services.count_search(doctor)
        services.count_search(other)
    assert SearchCount.objects.filter(professional_id=dupond.id).count() == 1


def test_a_consent_for_nobody_is_not_a_search(people: Any) -> None:
    with pytest.raises(PersonRequired):
        services.count_search(people.actor(people.establishment()))
    assert not SearchCount.objects.filter(professional_id=uuid4()).exists()
