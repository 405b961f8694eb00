"""The signed receipt, and what comes afterwards."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from ens.coffre import receipts
from ens.enrolment.types import State
from tests.journeys.deletion.conftest import KEPT, delete, rows_of, state_of


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
