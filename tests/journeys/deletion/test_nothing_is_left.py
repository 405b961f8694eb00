"""To delete is to destroy the key, then rows and contents: nothing of the person is left; the others keep all."""

from __future__ import annotations

import psycopg
import pytest

from ens.coffre import store
from ens.coffre.errors import ContentDamaged
from tests.journeys.deletion.conftest import KEPT, contents_of, delete, rows_of, with_everything
from tests.record.builders import history, listed


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
