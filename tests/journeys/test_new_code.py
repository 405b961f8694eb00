"""Another provisional code, asked for on the site: one answer whoever asks, one e-mail to who may choose."""

from __future__ import annotations

from datetime import date

import pytest

from ens.enrolment import codes
from ens.identity.errors import TooManyTries
from ens.journeys import new_code
from ens.kernel.actor import SYSTEM
from ens.notifications.errors import CodeJustSent
from ens.notifications.models import Notice
from ens.persistence.models import OutboxRow
from ens.persistence.unit import unit_of_work
from tests.factories import matricule as new_matricule

BORN = date(1989, 4, 2)


def notices(person):
    def act(unit):
        unit.untraced("essai")
        return list(Notice.objects.filter(usager_id=unit.usager_id, kind="code_provisoire"))

    return unit_of_work(person.usager_id, act, by=SYSTEM)


def work_off():
    """What the worker does with these requests."""
    for row in OutboxRow.objects.filter(kind=new_code.OUTBOX_KIND):
        new_code.send(row.usager_id, row.object_id)
        row.delete()


@pytest.fixture
def person(people):
    return people.usager(state="noticed")


@pytest.mark.feature("S014")
def test_the_new_code_leaves_by_email_and_revokes_the_former(person):
    def first(unit):
        unit.untraced("essai")
        return codes.issue(unit, channel="courrier").text

    former = unit_of_work(person.usager_id, first, by=SYSTEM)
    assert codes.prove(former, BORN)
    new_code.ask(person.matricule, BORN, address="192.0.2.1")
    assert notices(person) == []  # the worker's
    work_off()
    assert len(notices(person)) == 1
    with pytest.raises(codes.CodeRefused):
        codes.prove(former, BORN)


@pytest.mark.feature("S014")
@pytest.mark.parametrize("who", ["other birth date", "nobody", "closed", "no e-mail"])
def test_whoever_else_is_answered_alike_and_nothing_leaves(people, who):
    state = "closed" if who == "closed" else "noticed"
    person = people.usager(state=state, email="" if who == "no e-mail" else "inaya@exemple.fr")
    number = new_matricule("F") if who == "nobody" else person.matricule
    new_code.ask(number, date(1990, 1, 1) if who == "other birth date" else BORN, address="192.0.2.2")
    assert OutboxRow.objects.filter(kind=new_code.OUTBOX_KIND).count() == 1
    work_off()
    assert notices(person) == []


@pytest.mark.feature("N007")
def test_half_a_minute_between_two_requests_whoever_it_is_about(person):
    for number in (person.matricule, new_matricule("F")):
        new_code.ask(number, BORN, address="192.0.2.3")
        with pytest.raises(CodeJustSent):
            new_code.ask(number, BORN, address="192.0.2.4")
    work_off()


def test_an_address_that_asks_about_everybody_is_stopped(db, monkeypatch):
    from django.conf import settings

    monkeypatch.setattr(settings, "ENS_CODE_TRIES_PER_ADDRESS", 2)
    for _ in range(2):
        new_code.ask(new_matricule("M"), BORN, address="192.0.2.5")
    with pytest.raises(TooManyTries):
        new_code.ask(new_matricule("M"), BORN, address="192.0.2.5")
    work_off()
