"""Usagers found by matricule alone, directory imported from the real formats, population imported whole or refused."""

from __future__ import annotations

import pytest

from tests.factories import TEST_OID, matricule


def test_a_usager_is_found_by_matricule_and_not_under_another_oid(people):
    from ens.identity.queries import find_usager

    person = people.usager()
    assert find_usager(person.matricule).usager_id == person.usager_id
    assert find_usager(person.matricule, TEST_OID).usager_id == person.usager_id
    assert find_usager(person.matricule, "1.2.250.1.213.1.4.8") is None
    assert find_usager(matricule()) is None


def test_a_matricule_belongs_to_one_usager(people):
    from ens.identity.errors import MatriculeTaken

    person = people.usager()
    with pytest.raises(MatriculeTaken):
        people.usager(matricule_=person.matricule)


def test_traits_are_sealed(people):
    from django.db import connections

    person = people.usager(birth_name="TRESRARENOM")
    with connections["owner"].cursor() as cursor:
        cursor.execute("SELECT sealed_traits FROM identity_usager WHERE usager_id = %s", [person.usager_id])
        sealed = bytes(cursor.fetchone()[0])
    assert b"TRESRARENOM" not in sealed
    assert person.matricule.encode() not in sealed


@pytest.mark.parametrize(
    "name",
    ["Extraction_ProSanteConnect_exemple_fictif.txt", "Extraction_ProSanteConnect_Personne_activite_wiremock.txt"],
)
def test_the_published_extracts_are_imported_twice_without_doubling(db, shared, name):
    from ens.identity.imports import import_annuaire
    from ens.identity.models import Professional

    first = import_annuaire(shared / "data" / "annuaire" / name)
    count = Professional.objects.count()
    again = import_annuaire(shared / "data" / "annuaire" / name)
    assert first.read > 0
    assert first.written["professionnels"] > 0
    assert Professional.objects.count() == count
    assert again.written == first.written


def _row(header: str, **values: str) -> str:
    return "|".join(values.get(name, "") for name in header.split("|"))


def test_the_public_extracts_formats_are_imported(db, shared, tmp_path):
    from ens.identity.imports import import_annuaire
    from ens.identity.queries import mailbox, professional

    people = (shared / "data/annuaire/PS_LibreAcces_Personne_activite_header.txt").read_text("utf-8").strip("\ufeff\n")
    boxes = (shared / "data/annuaire/Extraction_Correspondance_MSSante_header.txt").read_text("utf-8").strip("\ufeff\n")
    one = {
        "Type d'identifiant PP": "8",
        "Identifiant PP": "10009999123",
        "Nom d'exercice": "BERTIN",
        "Prénom d'exercice": "Odile",
        "Code profession": "60",
        "Raison sociale site": "CABINET INFIRMIER DES LILAS",
        "Identifiant technique de la structure": "R10100000999999",
    }
    (tmp_path / "ps.txt").write_text(people + "\n" + _row(people, **one) + "\n" + _row(people) + "x\n", "utf-8")
    report = import_annuaire(tmp_path / "ps.txt")
    assert report.written["professionnels"] == 1
    assert [line for line, _ in report.refused] == [3]
    found = professional("10009999123")
    assert (found.name, found.organisation) == ("Odile Bertin", "CABINET INFIRMIER DES LILAS")

    box = {"Type de BAL": "PER", "Adresse BAL": "Odile.Bertin@inf.operateur.example", "Identifiant PP": "10009999123"}
    bad = {"Type de BAL": "PER", "Adresse BAL": "sans-arobase"}
    (tmp_path / "bal.txt").write_text("\n".join([boxes, _row(boxes, **box), _row(boxes, **bad)]) + "\n", "utf-8")
    report = import_annuaire(tmp_path / "bal.txt", accept_gone=True)  # what other tests imported is not in it
    assert report.written["boîtes"] == 1
    assert [line for line, _ in report.refused] == [3]
    assert mailbox("odile.bertin@inf.operateur.example").owner.rpps == "10009999123"


def test_an_unknown_extract_is_refused_whole(db, tmp_path):
    from ens.identity.imports import UnknownExtract, import_annuaire

    (tmp_path / "x.txt").write_text("a|b|c\n1|2|3\n", "utf-8")
    with pytest.raises(UnknownExtract):
        import_annuaire(tmp_path / "x.txt")


def test_the_population_is_imported_once_with_a_reason_for_each_refused_line(db, tmp_path):
    from ens.identity.population.load import import_population
    from ens.identity.queries import find_usager

    good, twin = matricule(), matricule()
    header = "matricule;oid;nom_naissance;prenoms;date_naissance;sexe;lieu_naissance;email"
    lines = [
        f"{good};{TEST_OID};MARTIN;ZOE;1990-05-17;F;75056;zoe@exemple.fr",
        f"{good};{TEST_OID};MARTIN;ZOE;1990-05-17;F;75056;",
        f"123;{TEST_OID};MARTIN;PAUL;1990-05-17;M;75056;",
        f"{twin};{TEST_OID};MARTIN;LEA;17/05/1990;F;75056;",
        f"{twin};{TEST_OID};MARTIN;LEA;1990-05-17;F;75056;pas-une-adresse",
    ]
    (tmp_path / "p.csv").write_text("\n".join([header, *lines]) + "\n", "utf-8")
    report = import_population(tmp_path / "p.csv")
    assert (report.read, report.registered) == (5, 1)
    assert [line for line, _ in report.refused] == [3, 4, 5, 6]
    assert find_usager(good) is not None
    assert find_usager(twin) is None  # nothing half-imported
    again = import_population(tmp_path / "p.csv")
    assert (again.registered, again.known) == (0, 1)


def test_a_population_file_without_its_columns_is_refused(db, tmp_path):
    from ens.identity.population.files import UnknownColumns
    from ens.identity.population.load import import_population

    (tmp_path / "p.csv").write_text("matricule;nom\n", "utf-8")
    with pytest.raises(UnknownColumns):
        import_population(tmp_path / "p.csv")
