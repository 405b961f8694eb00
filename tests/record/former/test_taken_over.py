"""What waited unseen is found whole when the space opens, and counted again (S016)."""

from __future__ import annotations

from typing import Any

import pytest

from ens.access.queries import authorisations
from ens.enrolment import services as enrolment
from ens.enrolment import waiting
from ens.kernel.actor import SYSTEM
from ens.persistence.models import OutboxRow
from tests.record.builders import history
from tests.record.former.conftest import asked, titles, work


def browser_of(person: Any) -> Any:
    from django.conf import settings
    from django.test import Client

    settings.STATIC_ROOT.mkdir(exist_ok=True)
    client = Client()
    client.force_login(person.compte)
    return client


@pytest.mark.feature("S016")
def test_on_activation_everything_of_the_former_dmp_is_there_and_counted(people, folder):
    person, blocked = people.usager(state="noticed"), people.professional("Bloqué")
    doctor = people.professional()
    folder.person(
        person, "Bilan", "Radio", "Secret", masked=("Secret",),
        access=((doctor.rpps, "autorise"), (blocked.rpps, "bloque")),
    )  # fmt: skip
    facts, _ = asked(folder)
    assert (facts["people"], facts["refused"]) == ({"reçues": 1}, [])
    work(person)
    assert not OutboxRow.objects.filter(usager_id=person.usager_id).exists(), "nothing before the space opens"
    enrolment.activate(person.usager_id, by=SYSTEM)
    work(person)
    assert titles(person) == ["Bilan", "Radio", "Secret"]
    assert titles(person, by=people.actor(doctor)) == ["Bilan", "Radio"]
    assert [line.event for line in history(person)].count("dmp_repris") == 1
    choices = {one.rpps: one.blocked_since is not None for one in authorisations(person.usager_id, by=person.actor)}
    assert choices == {doctor.rpps: False, blocked.rpps: True}
    facts, said = asked(folder.path, rapprocher=True)
    whole = {"documents": 3, "masks": 1, "access": 2, "history": 3}
    assert (facts["before"], facts["after"], facts["differences"]) == (whole, whole, [])
    assert "Aucun écart parmi les reprises." in said
    page = browser_of(person)
    shown = page.get("/historique/ancien-dmp/").content.decode()
    assert "Dr Ancien" in shown and "a lu Radio" in shown and "3 avant, 3 ici" in shown
    assert "Dr Ancien" not in page.get("/historique/?qui=tout").content.decode()


def test_a_backup_is_made_once_an_archive_has_gone(people, folder, db, tmp_path_factory):
    import psycopg

    from ens.cli.backup.contents import write_wanted

    person = people.usager()
    folder.person(person, "Bilan")
    asked(folder)
    listing = tmp_path_factory.mktemp("sauvegarde")
    with psycopg.connect(db.owner) as connection:
        write_wanted(connection, listing / "avant")
    work(person)
    with psycopg.connect(db.owner) as connection:
        write_wanted(connection, listing / "apres")
    named = [[line for line in (listing / name).read_text().splitlines() if person.usager_id.hex in line]
             for name in ("avant", "apres")]  # fmt: skip
    assert [len(lines) for lines in named] == [1, 1] and named[0] != named[1]


@pytest.mark.feature("S016")
def test_a_space_that_opens_at_its_deadline_finds_it_too(people, folder):
    person = people.usager(state="unknown")
    folder.person(person, "Bilan")
    asked(folder)
    people.bring_to(person.usager_id, "opened")
    work(person)
    assert titles(person) == ["Bilan"]


def test_what_missed_the_instant_of_the_opening_is_caught_up(people, folder):
    from ens.enrolment.models import Waiting

    person = people.usager(state="unknown")
    folder.person(person, "Bilan")
    asked(folder)
    kept = Waiting.objects.get(usager_id=person.usager_id)
    people.bring_to(person.usager_id, "opened")
    OutboxRow.objects.filter(usager_id=person.usager_id).delete()
    Waiting.objects.create(usager_id=kept.usager_id, kind=kept.kind, object_id=kept.object_id)
    waiting.catch_up()
    work(person)
    assert titles(person) == ["Bilan"]
