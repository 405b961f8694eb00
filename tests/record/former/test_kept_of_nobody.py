"""Of who opposes, is merged, or chooses in the same instant, nothing is kept."""

from __future__ import annotations

import pytest

from ens.coffre import store
from ens.coffre.errors import ContentDamaged
from ens.enrolment import services as enrolment
from ens.kernel.actor import SYSTEM
from ens.persistence.models import OutboxRow
from tests.record.builders import history
from tests.record.former.conftest import asked, titles, work


@pytest.mark.feature("S016")
def test_of_who_opposes_nothing_is_kept_before_or_after(people, folder, db):
    from ens.record.models import FormerDmp
    from tests.journeys.deletion.conftest import contents_of, rows_of

    before, after = people.usager(state="opposed"), people.usager(state="noticed")
    folder.person(before, "Bilan")
    folder.person(after, "Bilan")
    facts, _ = asked(folder)
    assert [one["line"] for one in facts["refused"]] == [2]
    (content,) = contents_of(after, db.owner)
    assert store.get(content)
    enrolment.oppose(after.usager_id, by=SYSTEM)
    work(after)
    for person in (before, after):
        assert rows_of(person, db.owner)["record_formerdmp"] == 0
    with pytest.raises(ContentDamaged):
        store.get(content)
    assert FormerDmp._meta.db_table == "record_formerdmp"


def test_a_registration_merged_into_another_keeps_nothing_of_it(people, folder, db):
    from ens.enrolment.types import EventKind
    from tests.journeys.deletion.conftest import rows_of

    person = people.usager(state="noticed")
    folder.person(person, "Bilan")
    asked(folder)
    enrolment.record(person.usager_id, EventKind.MERGED, by=SYSTEM, along=lambda _: None)
    work(person)
    assert rows_of(person, db.owner)["record_formerdmp"] == 0


def test_received_between_the_release_and_the_end_of_an_opposition_it_is_refused(people, folder, db, monkeypatch):
    """The narrowest instant: the opposition has looked for what waits, and is not committed yet."""
    import threading

    from django.db import connections

    from ens.persistence.unit import Unit
    from tests.journeys.deletion.conftest import rows_of

    person = people.usager(state="noticed")
    folder.person(person, "Bilan")
    path, looked, received = folder.write(), threading.Event(), threading.Event()
    write_now = Unit.write_now

    def then_wait(unit: Unit) -> None:
        write_now(unit)
        if threading.current_thread() is opposing:
            looked.set()
            received.wait(0.7)  # for good when the other waits for this one to end

    def oppose() -> None:
        enrolment.oppose(person.usager_id, by=SYSTEM)
        connections.close_all()

    monkeypatch.setattr(Unit, "write_now", then_wait)
    opposing = threading.Thread(target=oppose)
    opposing.start()
    assert looked.wait(10)
    asked(path)
    received.set()
    opposing.join(20)
    work(person)
    assert rows_of(person, db.owner)["record_formerdmp"] == 0


def test_received_and_opposed_in_the_same_instant_nothing_is_kept_nor_opened(people, folder, db):
    """Whichever comes first; and two workers who take the same one over do it once."""
    import threading

    from django.db import connections

    from tests.journeys.deletion.conftest import rows_of

    persons = [people.usager(state="noticed") for _ in range(4)]
    taken = people.usager(state="noticed")
    for person in (*persons, taken):
        folder.person(person, "Bilan")
    path = folder.write()
    start = threading.Barrier(2)

    def oppose() -> None:
        start.wait()
        for person in persons:
            enrolment.oppose(person.usager_id, by=SYSTEM)
        connections.close_all()

    thread = threading.Thread(target=oppose)
    thread.start()
    start.wait()
    asked(path)
    thread.join(20)
    work(*persons)
    assert [rows_of(person, db.owner)["record_formerdmp"] for person in persons] == [0] * 4
    enrolment.activate(taken.usager_id, by=SYSTEM)
    row = OutboxRow.objects.get(usager_id=taken.usager_id, kind="ancien_dmp")

    def take() -> None:
        from ens.record.former.taking import take_over

        take_over(taken.usager_id, row.object_id)
        connections.close_all()

    workers = [threading.Thread(target=take) for _ in range(2)]
    for one in workers:
        one.start()
    for one in workers:
        one.join(20)
    work(taken)
    assert titles(taken) == ["Bilan"]
    assert [line.event for line in history(taken)].count("dmp_repris") == 1
