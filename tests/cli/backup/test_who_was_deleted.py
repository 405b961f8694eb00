"""Who was deleted since the backup does not come back."""

from __future__ import annotations

from typing import Any

import psycopg
import pytest
from django.test import override_settings

from ens.cli.backup import checking, contents
from ens.coffre import store
from tests.cli.backup.conftest import ens, erased, part_of, save
from tests.record.builders import deposit, document

pytestmark = pytest.mark.slow


def is_there(settings_of_base: dict[str, str], person: Any) -> bool:
    """Whether a key of theirs exists: without it nothing opens."""
    with psycopg.connect(settings_of_base["ENS_DATABASE_OWNER_URL"]) as connection:
        row = connection.execute("SELECT count(*) FROM cles.usager_key WHERE usager_id = %s", [person.usager_id])
        return row.fetchone() == (1,)


def test_who_was_deleted_since_the_backup_does_not_come_back(place, people, outside):
    before, since, other = people.usager(), people.usager(), people.usager()
    deposit(since, document(), by=people.actor(people.establishment()))
    erased(before)
    report = save(place)
    erased(since)
    there = outside("rejeu")
    told = ens(there, "restore", str(report.backup), "--data", str(place / "neuf"))
    assert told["deleted_again"] >= 1 and told["ledgers_not_reached"] == []
    assert [is_there(there, one) for one in (before, since, other)] == [False, False, True]
    with psycopg.connect(there["ENS_DATABASE_OWNER_URL"]) as connection:
        row = connection.execute("SELECT count(*) FROM record_document WHERE usager_id = %s", [since.usager_id])
        assert row.fetchone() == (0,)
    noted = {path.name for path in (place / "neuf" / "suppressions").glob("*/*")}
    assert {before.usager_id.hex, since.usager_id.hex} <= noted


def test_a_ledger_that_moved_is_asked_for_and_read_where_it_is(place, people, outside, monkeypatch):
    person = people.usager()
    ledger = place / "suppressions"
    with override_settings(ENS_DELETIONS=str(ledger)):
        erased(people.usager())  # the ledger is there
        report = save(place)
        erased(person)
    ledger.rename(place / "recopiees")
    there = outside("sans_registre")
    told = ens(there, "restore", str(report.backup), "--data", str(place / "sans"))
    assert told["ledgers_not_reached"] == [str(ledger)]
    assert is_there(there, person)
    there = outside("avec_registre")
    moved = ("--suppressions", str(place / "recopiees"))
    ens(there, "restore", str(report.backup), "--data", str(place / "avec"), *moved)
    assert not is_there(there, person)


def test_a_deletion_during_the_backup_is_no_loss(place, people, monkeypatch):
    person = people.usager()
    filed = deposit(person, document(), by=people.actor(people.establishment())).documents[0].binary_id
    real, done = store.get, []

    def get(content: Any) -> bytes:
        if not done:
            done.append(erased(person))
        return real(content)

    monkeypatch.setattr(store, "get", get)
    monkeypatch.setattr(contents, "AT_ONCE", 1)
    report = save(place)
    assert filed not in report.lost
    assert filed not in {one.id for one in contents.read_list(part_of(report, "contenus.liste"))}
    assert person.usager_id.hex in part_of(report, "suppressions.liste").read_text()
    checking.check(report.backup, report.keys_file.parent, None)
