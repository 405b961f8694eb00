"""Someone with everything a space may hold, and what is left of them."""

from __future__ import annotations

from datetime import date
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.apps import apps

from ens.enrolment.types import State
from ens.kernel.actor import SYSTEM
from ens.kernel.ids import new_id
from ens.persistence.models import UsagerOwned
from tests.messaging.mails import mail
from tests.record.builders import document

# What stays of someone, and why.
KEPT = {
    "identity_usager": "an opaque row, its traits emptied: known by a later import, which makes no other space",
    "audit_head": "the trace outlives what it tells",
    "audit_auditline": "the trace outlives what it tells",
    "enrolment_event": "dates: that a space was opened, closed, deleted",
}
# Keyed by the usager, of another shape.
OTHERS = ("identity.Usager", "audit.Head", "audit.AuditLine", "enrolment.Event")


@pytest.fixture
def operator(db):
    from ens.kernel.actor import Actor, ActorKind
    from ens.messaging.services import allow_operator
    from ens.messaging.types import OperatorRef

    allow_operator(OperatorRef("operateur.example", "Opérateur d'essai", "127.0.0.1", 1))
    return Actor(ActorKind.OPERATEUR, "operateur.example", "Opérateur d'essai")


@pytest.fixture
def full(people, operator):
    """Someone with something of everything."""
    return with_everything(people, operator)


def with_everything(people, operator):
    from ens.access.preferences import ANSWERS, choose
    from ens.access.services import authorise
    from ens.enrolment import codes as enrolment_codes
    from ens.enrolment.models import Declaration
    from ens.identity.models import Representation
    from ens.kernel import clock
    from ens.messaging.services import keep_begun, list_threads, receive, save_draft, signal
    from ens.messaging.signals import SignalReason
    from ens.messaging.types import Begun, File, IncomingMail
    from ens.notifications import codes as one_time_codes
    from ens.notifications.codes import Purpose
    from ens.persistence.unit import unit_of_work
    from ens.record.types import SubmissionDeposit

    doctor = people.professional()
    person = people.usager(medecin_traitant=doctor)
    choose(person.usager_id, {subject: values[0] for subject, values in ANSWERS.items()}, by=person.actor)
    authorise(person.usager_id, rpps=people.professional("Moreau").rpps, by=person.actor)
    by = people.actor(people.establishment())
    from ens.record.services import deposit as file

    file(person.usager_id, SubmissionDeposit((document(),), unique_id=f"2.25.{new_id().int}", resource={}), by=by)
    data = mail(
        person.address,
        files=(("bilan.pdf", "application/pdf", b"%PDF-1.4 x"),),
        headers={"Disposition-Notification-To": "labo@operateur.example"},
    )
    receive(IncomingMail("labo@operateur.example", person.address, data), by=operator)
    (thread,) = list_threads(person.usager_id, by=person.actor)
    save_draft(thread.id, "Merci, une question…", (File("mesures.pdf", b"%PDF-1.4 x"),), by=person.actor)
    keep_begun(person.usager_id, Begun(subject="Mon traitement"), by=person.actor)
    signal(thread.id, SignalReason.UNKNOWN, "Qui est-ce ?", by=person.actor)

    from ens.record.former import taking
    from ens.record.former.types import Counts, Rest
    from ens.record.profile import services as profile

    profile.add(person.usager_id, "ALLERGIES", {"allergene": "Pénicilline"}, by=person.actor)
    taking.receive(person.usager_id, b"archive", Rest(), Counts(), by=SYSTEM)

    def link(unit):
        unit.untraced("essai")
        other = new_id()
        Representation.objects.create(
            usager_id=unit.usager_id, id=other, other_id=other, side="enfant", since=date(2020, 1, 1)
        )
        enrolment_codes.issue(unit, channel="email")
        Declaration.objects.create(
            usager_id=unit.usager_id, kind="representant", code_rank=1, at=clock.now(), by_kind="usager"
        )
        one_time_codes.issue(unit, Purpose.SIGN_IN, to="inaya@exemple.fr")

    unit_of_work(person.usager_id, link, by=SYSTEM)
    return person


def delete(person: Any, **given: Any) -> dict[str, str]:
    from ens.journeys.deletion import delete_space

    return delete_space(person.usager_id, **{"by": SYSTEM, **given})


def rows_of(person: Any, owner: str) -> dict[str, int]:
    """How many rows each table about usagers has about this one, seen by the owner."""
    names = {
        model._meta.db_table.replace('"', "")
        for model in apps.get_models()
        if issubclass(model, UsagerOwned) or model._meta.label in OTHERS
    } | {"cles.usager_key", "identity_rattachement", "persistence_locator"}
    with psycopg.connect(owner) as connection:
        return {
            name: connection.execute(
                f"SELECT count(*) FROM {name} WHERE usager_id = %s".encode(), [person.usager_id]
            ).fetchone()[0]
            for name in names
        }


def contents_of(person: Any, owner: str) -> list[UUID]:
    from ens.cli.backup.contents import REFERENCES

    with psycopg.connect(owner) as connection:
        return [
            key
            for table, column in REFERENCES.items()
            for (key,) in connection.execute(
                f"SELECT {column} FROM {table} WHERE usager_id = %s".encode(), [person.usager_id]
            )
        ]


def state_of(person: Any) -> State:
    from ens.enrolment import queries
    from ens.persistence.unit import unit_of_work

    def look(unit):
        unit.untraced("essai")
        return queries.state(unit)

    return unit_of_work(person.usager_id, look, by=SYSTEM)
