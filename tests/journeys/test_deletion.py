"""To delete is to destroy the key, then rows and contents: nothing of the person is left, and nobody can tell."""

from __future__ import annotations

import threading
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import psycopg
import pytest
from django.apps import apps
from django.db import connections

from ens.coffre import deletions, receipts, store
from ens.coffre.errors import ContentDamaged, StoreUnavailable
from ens.enrolment.errors import MoveNotAllowed, SpaceAbsent
from ens.enrolment.types import State
from ens.kernel.actor import SYSTEM
from ens.kernel.ids import new_id
from ens.persistence import outbox
from ens.persistence.models import Locator, OutboxRow, UsagerOwned
from tests.messaging.mails import mail
from tests.record.builders import deposit, document, history, listed

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
    from ens.messaging.services import list_threads, receive, save_draft, signal
    from ens.messaging.signals import SignalReason
    from ens.messaging.types import File, IncomingMail
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


@pytest.mark.feature("S115", "B05")
def test_nothing_is_left_in_any_table_nor_in_the_store(full, db):
    before, contents = rows_of(full, db.owner), contents_of(full, db.owner)
    assert sorted(name for name, count in before.items() if not count) == [], "someone with something of everything"
    assert len(contents) == 5
    delete(full)
    after = rows_of(full, db.owner)
    assert {name for name, count in after.items() if count} == KEPT.keys()
    for content in contents:
        with pytest.raises(ContentDamaged):
            store.get(content)


def test_what_stays_says_nothing_of_the_person(full, db):
    delete(full)
    with psycopg.connect(db.owner) as connection:
        row = connection.execute(
            "SELECT sealed_traits, declared, lot_id, departement, channels, adult_on, died_on, legacy_dmp "
            "FROM identity_usager WHERE usager_id = %s",
            [full.usager_id],
        ).fetchone()
        accounts = connection.execute("SELECT count(*) FROM identity_compte WHERE id = %s", [full.compte.id]).fetchone()
        traits = connection.execute(
            "SELECT count(*) FROM identity_traitslookup WHERE usager_id = %s", [full.usager_id]
        ).fetchone()
    assert (bytes(row[0]), *row[1:]) == (b"", None, None, "", 0, None, None, False)
    assert accounts == traits == (0,)


def test_an_account_that_serves_another_space_stays(people):
    from ens.identity.models import Compte
    from ens.identity.services import attach

    parent, child = people.usager(), people.usager(first_names="NOE")
    attach(parent.compte, child.usager_id, "representant")
    delete(child)
    assert Compte.objects.filter(id=parent.compte.id).exists()
    assert not Compte.objects.filter(id=child.compte.id).exists()


def test_the_others_keep_everything(people, operator, db):
    kept, gone = with_everything(people, operator), with_everything(people, operator)
    before = rows_of(kept, db.owner)
    delete(gone)
    assert rows_of(kept, db.owner) == before
    assert len(listed(kept).cards) == 1


def test_the_deletion_is_the_last_line_of_a_trace_without_gaps(full, db):
    count = len(history(full))
    delete(full)
    with psycopg.connect(db.owner) as connection:
        lines = connection.execute(
            "SELECT seq, event, actor_kind, sealed FROM audit_auditline WHERE usager_id = %s ORDER BY seq",
            [full.usager_id],
        ).fetchall()
    assert [line[0] for line in lines] == list(range(1, len(lines) + 1))
    assert len(lines) > count
    assert lines[-1][1:] == ("espace_supprime", "systeme", b"")


@pytest.mark.feature("S085")
def test_a_deleted_space_answers_like_one_that_never_was(full, operator, people):
    from ens.messaging.errors import MailboxAbsent
    from ens.messaging.services import check_recipient

    delete(full)
    with pytest.raises(MailboxAbsent):
        check_recipient(full.address, by=operator)
    doctor = people.actor(people.professional())
    with pytest.raises(SpaceAbsent):
        listed(full, by=doctor)
    with pytest.raises(SpaceAbsent):
        deposit(full, document(), by=people.actor(people.establishment()))


def test_an_attempt_on_a_deleted_space_is_still_traced(full, people, db):
    delete(full)
    doctor = people.actor(people.professional())
    with pytest.raises(SpaceAbsent):
        listed(full, by=doctor)
    with psycopg.connect(db.owner) as connection:
        last = connection.execute(
            "SELECT outcome, actor_id, sealed FROM audit_auditline WHERE usager_id = %s ORDER BY seq DESC LIMIT 1",
            [full.usager_id],
        ).fetchone()
    assert last == ("refuse", doctor.id, b"")


@pytest.mark.parametrize("state", ["unknown", "noticed", "opposed", "opened", "closed", "activated"])
def test_from_every_state_no_move_follows(people, state):
    from ens.enrolment import services as enrolment

    person = people.usager(state=state)
    delete(person)
    for move in (enrolment.activate, enrolment.oppose, enrolment.change_mind, enrolment.close):
        with pytest.raises(MoveNotAllowed):
            move(person.usager_id, by=SYSTEM)
    enrolment.open_due()
    assert state_of(person) is State.DELETED


def state_of(person: Any) -> State:
    from ens.enrolment import queries
    from ens.persistence.unit import unit_of_work

    def look(unit):
        unit.untraced("essai")
        return queries.state(unit)

    return unit_of_work(person.usager_id, look, by=SYSTEM)


def test_asked_twice_it_is_done_once(full):
    first, again = delete(full), delete(full)
    assert first["supprime_le"] == again["supprime_le"]


def test_only_the_service_executes_it_and_the_attempt_is_traced(full, people):
    for by in (full.actor, people.actor(people.professional()), people.usager().actor):
        with pytest.raises(SpaceAbsent):
            delete(full, by=by)
    assert [line.event for line in history(full) if line.is_refusal] == ["espace_supprime"] * 3
    assert len(listed(full).cards) == 1


def test_deposits_at_the_same_moment_leave_nothing(people, db):
    """Whatever the order, nothing of theirs remains: no row, no content."""
    person, by = people.usager(), people.actor(people.establishment())
    stop = threading.Event()
    kept = set_of_contents()

    def load() -> None:
        try:
            while not stop.is_set():
                deposit(person, document(), by=by)
        except SpaceAbsent:
            pass
        finally:
            connections.close_all()

    threads = [threading.Thread(target=load) for _ in range(4)]
    for thread in threads:
        thread.start()
    while len(listed(person).cards) < 3:
        stop.wait(0.01)
    delete(person)
    for thread in threads:
        thread.join(20)
    assert not any(thread.is_alive() for thread in threads)
    assert {name for name, count in rows_of(person, db.owner).items() if count} == KEPT.keys()
    assert set_of_contents() == kept


def set_of_contents() -> set[str]:
    from django.conf import settings

    return {one.path for batch in store.listing(settings.ENS_STORE) for one in batch}


def test_a_content_that_the_store_keeps_for_now_is_unreadable_and_left_to_the_sweep(full, db, monkeypatch):
    def away(_: object) -> None:
        raise StoreUnavailable()

    content = contents_of(full, db.owner)[0]
    monkeypatch.setattr(store, "delete", away)
    delete(full)
    assert store.get(content)
    assert not Locator.objects.filter(usager_id=full.usager_id).exists()


# -- the ledger ------------------------------------------------------------------------------------------------------
def note(person: Any) -> None:
    """The worker does what the deletion left it."""
    OutboxRow.objects.filter(usager_id=person.usager_id).update(due_at=datetime(2000, 1, 1, tzinfo=UTC))
    outbox.run_due(1)


def ledger() -> dict[UUID, datetime]:
    from django.conf import settings

    found, _ = deletions.read(settings.ENS_DELETIONS)
    return {one.usager_id: one.at for one in found}


def test_the_outbox_notes_the_deletion_and_nothing_else_waits(full):
    receipt = delete(full)
    assert [row.kind for row in OutboxRow.objects.filter(usager_id=full.usager_id)] == ["suppression"]
    note(full)
    assert ledger()[full.usager_id].isoformat() == receipt["supprime_le"]
    assert not OutboxRow.objects.filter(usager_id=full.usager_id).exists()


def test_a_ledger_out_of_reach_is_tried_again(full, monkeypatch):
    def away(*_: object) -> None:
        raise StoreUnavailable()

    delete(full)
    with monkeypatch.context() as patch:
        patch.setattr(store, "put_at", away)
        note(full)
    assert OutboxRow.objects.get(usager_id=full.usager_id).last_error == "stockage_indisponible"
    note(full)
    assert full.usager_id in ledger()


def test_nobody_is_deleted_by_writing_a_file(people):
    from django.conf import settings

    person = people.usager()
    forged = b'{"usager":"%s","le":"2026-01-01T00:00:00+00:00","sceau":"%s"}'
    store.put_at(settings.ENS_DELETIONS, "00/faux", forged % (person.usager_id.hex.encode(), b"0" * 64))
    store.put_at(settings.ENS_DELETIONS, "00/abime", b"{")
    _, strangers = deletions.read(settings.ENS_DELETIONS)
    assert person.usager_id not in ledger()
    assert strangers == 2
    for name in ("00/faux", "00/abime"):
        from pathlib import Path

        (Path(settings.ENS_DELETIONS) / name).unlink()


def test_the_replay_deletes_who_is_there_and_leaves_the_others(people):
    from ens.journeys.deletion import replay

    back, gone, other = people.usager(), people.usager(), people.usager()
    delete(gone)
    when = datetime(2026, 3, 1, 12, tzinfo=UTC)
    told = {deletions.Deletion(one, when) for one in (back.usager_id, gone.usager_id, new_id())}
    assert replay(told) == 1
    assert (state_of(back), state_of(gone), state_of(other)) == (State.DELETED, State.DELETED, State.ACTIVATED)
    assert replay(told) == 0
    assert ledger()[back.usager_id] == when


# -- the receipt -----------------------------------------------------------------------------------------------------
@pytest.mark.feature("B05")
def test_the_receipt_is_signed_and_says_from_when_no_copy_of_the_key_exists(full, db):
    made = datetime.now(UTC) - timedelta(days=2)
    with psycopg.connect(db.owner) as connection:
        connection.execute("DELETE FROM coffre_keycopy")
        connection.execute("INSERT INTO coffre_keycopy (name, place, made_at) VALUES ('un', '/x', %s)", [made])
        old = made - timedelta(days=40)
        connection.execute(
            "INSERT INTO coffre_keycopy (name, place, made_at, removed_at) VALUES ('vieux', '/x', %s, now())", [old]
        )
    receipt = delete(full)
    assert receipt["aucune_copie_apres"] == (made + timedelta(days=30)).date().isoformat()
    assert receipts.is_signed(receipt)
    assert not receipts.is_signed({**receipt, "aucune_copie_apres": "2020-01-01"})
    with psycopg.connect(db.owner) as connection:
        connection.execute("DELETE FROM coffre_keycopy")


def test_without_any_backup_the_key_is_nowhere_at_once(people, db):
    with psycopg.connect(db.owner) as connection:
        connection.execute("DELETE FROM coffre_keycopy")
    assert delete(people.usager())["aucune_copie_apres"] == datetime.now(UTC).date().isoformat()


# -- afterwards ------------------------------------------------------------------------------------------------------
def test_a_later_import_finds_them_known_and_keeps_nothing(full, tmp_path, db):
    from ens.identity.population.load import import_population
    from tests.identity.population import line, write

    delete(full)
    report = import_population(write(tmp_path / "population.csv", line(matricule=full.matricule)))
    assert report.as_json()["registered"] == 0
    assert {name for name, count in rows_of(full, db.owner).items() if count} == KEPT.keys()
    assert state_of(full) is State.DELETED


def test_a_browser_still_signed_in_is_sent_to_the_door(full):
    from django.conf import settings
    from django.test import Client

    settings.STATIC_ROOT.mkdir(exist_ok=True)
    browser = Client()
    browser.force_login(full.compte)
    assert browser.get("/accueil/").status_code == 200
    delete(full)
    for path in ("/accueil/", "/documents/", "/messages/", "/historique/", "/profil/"):
        answer = browser.get(path)
        assert (answer.status_code, answer.headers.get("Location", "").partition("?")[0]) == (302, "/connexion/"), path
