"""A notice leaves once, through the outbox, without health content nor a professional's name."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from ens.notifications.types import NoticeKind
from tests.factories import before_all_due
from tests.outbox import EVERYTHING


class Relay:
    def __init__(self) -> None:
        self.sent = []
        self.away = False

    def send(self, email) -> None:
        from ens.persistence.outbox import TryLater

        if self.away:
            raise TryLater("relais absent")
        self.sent.append(email)


@pytest.fixture
def relay(db):
    from ens.notifications import ports

    before, relay = ports.email_sender(), Relay()
    ports.use_email_sender(relay)
    yield relay
    ports.use_email_sender(before)


CODES = (NoticeKind.CODE, NoticeKind.PROVISIONAL_CODE)


def _tell(person, kind):
    from ens.audit import events
    from ens.notifications.services import tell
    from ens.persistence.unit import unit_of_work

    def act(unit):
        later = datetime.now(UTC) + timedelta(minutes=10)
        tell(unit, kind, **({"code": "123456", "until": later} if kind in CODES else {}))
        events.messages_listed(unit)

    unit_of_work(person.usager_id, act, by=person.actor)
    _make_due(person)


def _make_due(person):

    from ens.persistence.models import OutboxRow

    # before what other tests left due: a round does the oldest first
    OutboxRow.objects.filter(usager_id=person.usager_id).update(due_at=before_all_due())


@pytest.mark.parametrize("kind", list(NoticeKind))
def test_a_notice_is_sent_once_with_no_health_content(people, relay, kind):
    from ens.persistence import outbox

    person = people.usager(email="zoe@exemple.fr")
    _tell(person, kind)
    outbox.run_due(EVERYTHING)
    outbox.run_due(EVERYTHING)
    sent = [email for email in relay.sent if email.to == "zoe@exemple.fr"]
    assert len(sent) == 1
    for word in ("Docteur", "biologie", person.matricule):
        assert word not in sent[0].subject + sent[0].body


def test_a_relay_away_is_tried_again(people, relay):
    from ens.persistence import outbox

    person = people.usager(email="lea@exemple.fr")
    relay.away = True
    _tell(person, NoticeKind.MESSAGE)
    outbox.run_due(EVERYTHING)
    relay.away = False
    _make_due(person)
    outbox.run_due(EVERYTHING)
    assert [email.to for email in relay.sent if email.to == "lea@exemple.fr"] == ["lea@exemple.fr"]


def test_someone_without_email_is_not_a_failure(people, relay):
    from ens.persistence import outbox
    from ens.persistence.models import OutboxRow

    person = people.usager(email="")
    _tell(person, NoticeKind.MESSAGE)
    outbox.run_due(EVERYTHING)
    assert not OutboxRow.objects.filter(usager_id=person.usager_id).exists()


def _row(person, notice_id):
    from django.db import transaction

    from ens.persistence import sql

    with transaction.atomic():
        _, found = sql.ask_together(
            [
                sql.Question("SELECT 1", [], list),
                sql.Question(
                    "SELECT xmin::text, sent_at FROM notifications_notice WHERE usager_id = %s AND id = %s",
                    [person.usager_id, notice_id],
                    lambda rows: rows[0],
                ),
            ],
            after=[(f"SET LOCAL ens.usager = '{person.usager_id}'", None)],
        )
    return found


def _of(person):
    from ens.persistence.models import OutboxRow

    return OutboxRow.objects.get(usager_id=person.usager_id).object_id


def test_nothing_is_written_about_a_notice_that_has_nowhere_to_go(people, relay):
    from ens.persistence import outbox

    person = people.usager(email="")
    _tell(person, NoticeKind.DOCUMENT)
    notice = _of(person)
    before = _row(person, notice)
    outbox.run_due(EVERYTHING)
    assert _row(person, notice) == before


def test_a_unit_that_starts_again_does_not_hand_the_notice_twice(people, relay, monkeypatch):
    from ens.persistence import outbox, unit

    person = people.usager(email="ana@exemple.fr")
    _tell(person, NoticeKind.DOCUMENT)
    notice, ledger, tries = _of(person), unit._ledger, []

    class OnceTooLate:
        open = staticmethod(ledger.open)

        def close(self, one):
            tries.append(one)
            if len(tries) == 1:
                raise unit.RightsChanged
            ledger.close(one)

    monkeypatch.setattr(unit, "_ledger", OnceTooLate())
    outbox.run_due(EVERYTHING)
    assert [one.usager_id for one in tries[:2]] == [person.usager_id] * 2
    assert [email.to for email in relay.sent] == ["ana@exemple.fr"]
    assert _row(person, notice)[1] is not None
