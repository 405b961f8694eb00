"""What an import declared is there, sealed, at the first unit about each person, and is made once."""

from __future__ import annotations

import threading
from datetime import date
from uuid import UUID

import pytest

from tests.factories import matricule
from tests.identity.importing.conftest import found, history, imported, known, rows
from tests.identity.population import line, write


@pytest.mark.feature("S001", "S034")
def test_someone_imported_has_what_their_line_says_at_the_first_unit_about_them(people, tmp_path):
    from ens.identity import queries

    doctor = people.professional()
    one = line(medecin_traitant=doctor.rpps, dmp="oui", matricule_assure=matricule())
    assert imported(write(tmp_path / "p.csv", one)).registered == 1

    traits = known(one["matricule"], queries.traits)
    assert (traits.birth_name, traits.first_names) == (one["nom_naissance"], "ZOE LOUISE")
    assert traits.birth_date == date(1990, 5, 17)
    assert traits.insured_matricule == one["matricule_assure"]  # apart from their own
    assert known(one["matricule"], queries.email) == "zoe@exemple.fr"
    assert known(one["matricule"], queries.phone) == "0612345678"
    assert known(one["matricule"], queries.address) == ("3 RUE DES LILAS", "31000 TOULOUSE")
    assert known(one["matricule"], queries.medecin_traitant) == doctor.id
    first = history(one["matricule"])[-1]
    assert (first.number, first.actor_name, first.sentence) == (1, "Assurance maladie", "a préparé votre espace.")


def test_nothing_of_a_line_is_in_clear_before_or_after_that_unit(people, tmp_path):
    from ens.identity import queries

    one = line(nom_naissance="TRESRARENOM")
    imported(write(tmp_path / "p.csv", one))
    for moment in ("avant", "après"):
        usager = rows("SELECT sealed_traits, own_key FROM identity_usager WHERE usager_id = %s",
                      found(one["matricule"]).usager_id)
        assert usager[0][1] is (moment == "après")
        for secret in ("TRESRARENOM", "zoe@exemple.fr", one["matricule"]):
            assert secret.encode() not in bytes(usager[0][0])
        known(one["matricule"], queries.traits)
    assert rows("SELECT count(*) FROM identity_import_read") == [(0,)]


def test_nothing_is_made_for_someone_before_it_is_needed(people, tmp_path):
    one = line()
    imported(write(tmp_path / "p.csv", one))
    usager_id = found(one["matricule"]).usager_id
    for table in ("cles.usager_key", "audit_head", "identity_contact"):
        assert rows(f"SELECT count(*) FROM {table} WHERE usager_id = %s", usager_id) == [(0,)]


def test_ten_first_units_at_once_welcome_once(people, tmp_path):
    from django.db import connections

    from ens.identity import queries

    one = line()
    imported(write(tmp_path / "p.csv", one))
    start = threading.Barrier(10)
    said: list[str] = []

    def enter():
        start.wait()
        try:
            said.append(known(one["matricule"], queries.email))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=enter) for _ in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert said == ["zoe@exemple.fr"] * 10
    usager_id = found(one["matricule"]).usager_id
    assert rows("SELECT count(*) FROM identity_contact WHERE usager_id = %s", usager_id) == [(3,)]
    first = "SELECT seq FROM audit_auditline WHERE usager_id = %s AND event = 'usager_inscrit'"
    assert rows(first, usager_id) == [(1,)]


def test_batches_read_what_was_declared_about_many_at_once(people, tmp_path):
    from ens.identity import queries
    from ens.identity.population.welcome import declarations

    lines = [line() for _ in range(3)]
    imported(write(tmp_path / "p.csv", *lines))
    ids: list[UUID] = [found(one["matricule"]).usager_id for one in lines]
    known(lines[0]["matricule"], queries.traits)
    told = declarations(ids)
    assert {one["nom_naissance"] for one in told.values()} == {one["nom_naissance"] for one in lines[1:]}
    assert told[ids[1]].address == ("3 RUE DES LILAS", "31000 TOULOUSE")
