"""The unit of work: one usager, one transaction, one trace; refusals traced; nothing half done."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest

from ens.kernel.errors import Absent, Conflict, Refused


class NotForYou(Refused):
    code = "essai_refus"
    message = "Non."


class Clash(Conflict):
    code = "essai_conflit"
    message = "Conflit."


def _history(person):
    from ens.audit.queries import lines
    from ens.audit.types import HistoryFilter
    from ens.persistence.unit import unit_of_work

    def act(unit):
        unit.untraced("lecture d'essai")
        return lines(unit, HistoryFilter(limit=200)).lines

    return unit_of_work(person.usager_id, act, by=person.actor)


def test_outside_a_unit_nothing_is_found(people):
    from ens.identity.models import Usager

    person = people.usager()
    assert not Usager.objects.filter(usager_id=person.usager_id).exists()


def test_inside_the_unit_of_another_nothing_is_found(people):
    from ens.identity.models import Usager
    from ens.persistence.unit import unit_of_work

    inaya, noe = people.usager(), people.usager(first_names="NOE")

    def act(unit):
        unit.untraced("essai")
        return Usager.objects.filter(usager_id=inaya.usager_id).exists()

    assert not unit_of_work(noe.usager_id, act, by=noe.actor)
    assert unit_of_work(inaya.usager_id, act, by=inaya.actor)


def test_a_row_of_another_usager_cannot_be_written(people):
    from django.db import ProgrammingError

    from ens.enrolment.models import Event
    from ens.kernel import clock
    from ens.persistence.unit import unit_of_work

    inaya, noe = people.usager(), people.usager()

    def act(unit):
        unit.untraced("essai")
        Event.objects.create(usager_id=noe.usager_id, rank=9, kind="closed", at=clock.now(), by_kind="usager")

    with pytest.raises(ProgrammingError, match="row-level security"):
        unit_of_work(inaya.usager_id, act, by=inaya.actor)


def test_a_refusal_rolls_the_act_back_and_leaves_its_trace(people):
    from ens.audit import events
    from ens.kernel.ids import new_id
    from ens.notifications.models import Notice
    from ens.notifications.services import tell
    from ens.notifications.types import NoticeKind
    from ens.persistence.unit import unit_of_work

    person, doctor = people.usager(), people.actor(people.professional())
    document = new_id()
    undone = []

    def act(unit):
        events.document_read(unit, document, title="Compte rendu", attempt=True)
        unit.on_abandon(lambda: undone.append(True))
        tell(unit, NoticeKind.DOCUMENT)
        raise NotForYou()

    with pytest.raises(NotForYou):
        unit_of_work(person.usager_id, act, by=doctor)
    line = _history(person)[0]
    assert (line.event, line.outcome, line.code, line.object_id) == ("document_lu", "refuse", "essai_refus", document)
    assert line.actor_name == doctor.name
    assert undone == [True]

    def count(unit):
        unit.untraced("essai")
        return Notice.objects.filter(usager_id=unit.usager_id).count()

    assert unit_of_work(person.usager_id, count, by=person.actor) == 0


def test_a_conflict_leaves_nothing_at_all(people):
    from ens.audit import events
    from ens.persistence.unit import unit_of_work

    person = people.usager()
    before = len(_history(person))

    def act(unit):
        events.messages_listed(unit)
        raise Clash()

    with pytest.raises(Clash):
        unit_of_work(person.usager_id, act, by=person.actor)
    assert len(_history(person)) == before


@pytest.mark.parametrize("is_traced", [True, False], ids=["with the trace", "without a trace"])
def test_what_is_written_later_is_written_before_the_end(people, is_traced):
    from ens.audit import events
    from ens.kernel.ids import new_id
    from ens.persistence.locator import locate
    from ens.persistence.unit import unit_of_work

    person, keys = people.usager(), [new_id(), new_id()]

    def act(unit):
        for key in keys:
            unit.register_locator([key])
        events.messages_listed(unit) if is_traced else unit.untraced("essai")

    unit_of_work(person.usager_id, act, by=person.actor)
    assert [locate(key) for key in keys] == [person.usager_id] * 2


def test_what_cannot_be_written_with_the_trace_undoes_the_whole_unit(people):
    """The writes leave together, and their fault comes with the last of them: nothing of the unit stays."""
    from django.db import IntegrityError

    from ens.audit import events
    from ens.kernel.ids import new_id
    from ens.persistence.errors import NobodyThere
    from ens.persistence.locator import locate
    from ens.persistence.unit import unit_of_work

    person, key = people.usager(), new_id()
    before = len(_history(person))
    undone = []

    def act(unit):
        unit.on_abandon(lambda: undone.append(True))
        unit.register_locator([key])
        unit.later("INSERT INTO persistence_locator (key, usager_id) VALUES (%s, NULL)", [new_id()])
        events.messages_listed(unit)

    with pytest.raises(IntegrityError):
        unit_of_work(person.usager_id, act, by=person.actor)
    assert undone == [True]
    assert len(_history(person)) == before
    with pytest.raises(NobodyThere):
        locate(key)


def test_a_unit_without_trace_does_not_answer(people):
    from ens.persistence.unit import UntracedUnit, unit_of_work

    person = people.usager()
    with pytest.raises(UntracedUnit):
        unit_of_work(person.usager_id, lambda unit: "contenu", by=person.actor)


def test_a_unit_about_nobody_does_not_answer(db):
    from ens.audit import events
    from ens.kernel.actor import SYSTEM
    from ens.persistence.unit import unit_of_work

    with pytest.raises(Absent):
        unit_of_work(uuid4(), lambda unit: events.messages_listed(unit), by=SYSTEM)


def test_units_are_never_nested(people):
    from ens.persistence.unit import NestedUnit, unit_of_work

    person = people.usager()

    def act(unit):
        unit.untraced("essai")
        unit_of_work(person.usager_id, lambda inner: None, by=person.actor)

    with pytest.raises(NestedUnit):
        unit_of_work(person.usager_id, act, by=person.actor)


def test_a_change_of_rights_between_facts_and_trace_starts_the_unit_again(people):
    """The race: facts are read, a block commits elsewhere, then the trace is written."""
    from ens.audit import events, services
    from ens.kernel.ids import new_id
    from ens.persistence.unit import unit_of_work

    person = people.usager()
    runs = []

    def block():
        def change(unit):
            services.rights_changed(unit)
            events.access_blocked(unit, new_id(), name="Docteur X")

        unit_of_work(person.usager_id, change, by=person.actor)
        from django.db import connections

        connections.close_all()

    def act(unit):
        runs.append(unit.rights)
        if len(runs) == 1:
            other = threading.Thread(target=block)
            other.start()
            other.join()
        events.messages_listed(unit)

    unit_of_work(person.usager_id, act, by=person.actor)
    assert len(runs) == 2
    assert runs[1] == runs[0] + 1


def test_lines_are_numbered_without_gap_by_many_at_once(people):
    from ens.audit import events
    from ens.persistence.unit import unit_of_work

    person = people.usager()
    start = max(line.number for line in _history(person))

    def read_ten():
        from django.db import connections

        for _ in range(10):
            unit_of_work(person.usager_id, lambda unit: events.messages_listed(unit), by=person.actor)
        connections.close_all()

    threads = [threading.Thread(target=read_ten) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    numbers = sorted(line.number for line in _history(person))
    assert numbers == list(range(1, start + 81))


def test_the_trace_can_only_grow(people):
    from django.db import ProgrammingError, connections

    people.usager()
    changes = ("UPDATE audit_auditline SET event = 'x'", "DELETE FROM audit_auditline", "TRUNCATE audit_auditline")
    for statement in changes:
        with pytest.raises(ProgrammingError, match="permission denied"), connections["default"].cursor() as cursor:
            cursor.execute(statement)


def test_the_batch_role_reads_neither_keys_nor_trace_nor_the_identity_of_who_has_a_key(people):
    from django.db import ProgrammingError, connections

    person = people.usager()
    with connections["batch"].cursor() as cursor:
        cursor.execute("SELECT 1 FROM identity_usager WHERE usager_id = %s", [person.usager_id])
        assert cursor.fetchall() == []
    for table in ("cles.usager_key", "cles.lot_key", "audit_auditline", "identity_contact"):
        with pytest.raises(ProgrammingError, match="permission denied"), connections["batch"].cursor() as cursor:
            cursor.execute(f"SELECT 1 FROM {table}")
