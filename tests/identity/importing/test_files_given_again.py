"""The same file, a corrected one, a contradictory one: what changes, what waits for a human."""

from __future__ import annotations

from datetime import date

import pytest

from ens.kernel.actor import SYSTEM
from tests.identity.importing.conftest import found, history, imported, known, rows
from tests.identity.population import COLUMNS, line, write


def test_the_same_file_twice_changes_nothing(people, tmp_path):
    from ens.identity import queries

    lines = [line() for _ in range(5)]
    path = write(tmp_path / "p.csv", *lines)
    assert imported(path).registered == 5
    known(lines[0]["matricule"], queries.traits)  # one has a key of their own, the others not yet
    before = rows("SELECT count(*), max(registered_at) FROM identity_usager")
    again = imported(path)
    assert (again.registered, again.updated, again.known) == (0, 0, 5)
    assert rows("SELECT count(*), max(registered_at) FROM identity_usager") == before


def test_a_corrected_file_updates_what_changed_each_change_dated_and_traced(people, tmp_path):
    from ens.identity import queries

    former, new = people.professional(), people.professional("Moreau")
    one = line(medecin_traitant=former.rpps)
    other = line()
    imported(write(tmp_path / "p.csv", one, other))
    corrected = one | {"nom_utilise": "PETIT", "email": "zoe.petit@exemple.fr", "medecin_traitant": new.rpps}
    report = imported(write(tmp_path / "p2.csv", corrected, other))
    assert (report.updated, report.known) == (1, 1)

    number = one["matricule"]
    assert known(number, queries.traits).used_name == "PETIT"
    assert known(number, queries.email) == "zoe.petit@exemple.fr"
    assert known(number, queries.medecin_traitant) == new.id
    usager_id = found(number).usager_id
    emails = "SELECT until IS NOT NULL FROM identity_contact WHERE usager_id = %s AND kind = 'email' ORDER BY since"
    assert rows(emails, usager_id) == [(True,), (False,)]
    sentences = [entry.sentence for entry in history(number)]
    assert "a corrigé les informations de votre identité." in sentences
    assert "a mis à jour vos coordonnées." in sentences
    assert imported(tmp_path / "p2.csv").updated == 0


def test_what_a_person_said_of_themselves_outweighs_the_file(people, tmp_path):
    from ens.identity import queries, services

    one = line()
    imported(write(tmp_path / "p.csv", one))
    services.change_email(found(one["matricule"]).usager_id, "la-mienne@exemple.fr", by=SYSTEM)
    imported(write(tmp_path / "p2.csv", one | {"email": "autre@exemple.fr"}))
    assert known(one["matricule"], queries.email) == "la-mienne@exemple.fr"


@pytest.mark.feature("B16")
def test_letters_in_large_print_are_declared_until_the_person_says_otherwise(people, tmp_path):
    from ens.identity import letters, services
    from ens.persistence.unit import unit_of_work

    one = line(gros_caracteres="oui")
    imported(write(tmp_path / "p.csv", one))
    assert known(one["matricule"], letters.large_print)
    imported(write(tmp_path / "p2.csv", one | {"gros_caracteres": "non"}))
    assert not known(one["matricule"], letters.large_print)
    assert unit_of_work(found(one["matricule"]).usager_id, lambda u: services.set_large_print(u, True), by=SYSTEM)
    assert unit_of_work(found(one["matricule"]).usager_id, lambda u: services.set_large_print(u, False), by=SYSTEM)
    imported(write(tmp_path / "p3.csv", one))
    assert not known(one["matricule"], letters.large_print)


def test_a_column_the_file_lacks_says_nothing_an_empty_one_says_nothing_is_left(people, tmp_path):
    from ens.identity import queries

    one = line()
    imported(write(tmp_path / "p.csv", one))
    few = tuple(name for name in COLUMNS if name not in ("email", "telephone"))
    imported(write(tmp_path / "p2.csv", one | {"nom_utilise": "PETIT"}, columns=few))
    assert known(one["matricule"], queries.email) == "zoe@exemple.fr"
    imported(write(tmp_path / "p3.csv", one | {"email": ""}))
    assert known(one["matricule"], queries.email) == ""


def test_contradictory_traits_change_nothing_and_wait_for_a_human(people, tmp_path):
    from ens.identity import queries
    from ens.identity.population import doubts

    one = line()
    imported(write(tmp_path / "p.csv", one))
    lying = write(tmp_path / "p2.csv", one | {"date_naissance": "1991-05-17", "email": "autre@exemple.fr"})
    report = imported(lying)
    assert (report.set_aside, report.updated) == (1, 0)
    assert "contredisent" in report.remarks[0][1]
    assert known(one["matricule"], queries.email) == "zoe@exemple.fr"

    asked = [doubt for doubt in doubts.waiting(doubts.count()) if doubt.usager_id == found(one["matricule"]).usager_id]
    assert [doubt.kind for doubt in asked] == ["traits_contradictoires"]
    compared = doubts.compare(asked[0].id, by=SYSTEM)
    assert (compared.usager.birth_date.year, compared.line["date_naissance"]) == (1990, "1991-05-17")
    assert imported(lying).set_aside == 1  # asked once
    assert len([d for d in doubts.waiting(doubts.count()) if d.usager_id == asked[0].usager_id]) == 1

    doubts.dismiss_line(asked[0].id, by=SYSTEM)
    assert imported(lying).known == 1
    assert known(one["matricule"], queries.traits).birth_date.year == 1990


def test_a_contradictory_line_that_a_human_accepts_is_applied_and_traced_under_their_name(people, tmp_path):
    from ens.identity import queries
    from ens.identity.errors import AlreadyDecided
    from ens.identity.population import doubts
    from ens.kernel.actor import Actor, ActorKind

    one = line()
    imported(write(tmp_path / "p.csv", one))
    imported(write(tmp_path / "p2.csv", one | {"date_naissance": "1991-05-17"}))
    asked = next(d for d in doubts.waiting(doubts.count()) if d.usager_id == found(one["matricule"]).usager_id)
    agent = Actor(ActorKind.SUPPORT, "agent-7", "Nadia Roux")
    doubts.accept_line(asked.id, by=agent)
    assert known(one["matricule"], queries.traits).birth_date.year == 1991
    assert [e.actor_name for e in history(one["matricule"]) if "corrigé" in e.sentence] == ["Nadia Roux"]
    assert imported(tmp_path / "p2.csv").known == 1
    with pytest.raises(AlreadyDecided):
        doubts.accept_line(asked.id, by=agent)


def test_a_parquet_file_is_read_like_a_csv_one(people, tmp_path):
    import duckdb

    from ens.identity import queries

    mother = line()
    child = line(date_naissance="2016-02-01")
    with duckdb.connect() as engine:
        engine.execute(
            "CREATE TABLE p (matricule text, oid text, nom_naissance text, prenoms text, date_naissance date, "
            "sexe text, lieu_naissance text, email text, representants text[], dmp boolean, surnom text)"
        )
        for one, parents, dmp in ((mother, [], None), (child, [mother["matricule"]], True)):
            values = [one[name] for name in ("matricule", "oid", "nom_naissance", "prenoms", "date_naissance", "sexe")]
            engine.execute(
                "INSERT INTO p VALUES (?, ?, ?, ?, ?, ?, '75056', NULL, ?, ?, 'x')", [*values, parents, dmp]
            )
        engine.execute(f"COPY p TO '{tmp_path / 'p.parquet'}' (FORMAT PARQUET)")
    report = imported(tmp_path / "p.parquet")
    assert (report.read, report.registered) == (2, 2)
    assert known(child["matricule"], queries.representatives) == [found(mother["matricule"]).usager_id]
    assert known(child["matricule"], queries.traits).birth_date == date(2016, 2, 1)
    assert imported(tmp_path / "p.parquet").known == 2
