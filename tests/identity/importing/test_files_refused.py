"""Lines and files that cannot be taken: refused whole or line by line, with their reasons."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from tests.factories import TEST_OID, matricule
from tests.identity.importing.conftest import imported, rows
from tests.identity.population import line, write


def test_refused_lines_are_in_a_file_of_the_operator_alone_with_their_reasons(people, tmp_path):
    good, wrong = line(), line(date_naissance="17/05/1990")
    path = write(tmp_path / "p.csv", good, wrong, good)
    with path.open("a") as more:
        more.write('"guillemet;ouvert\n')
        more.write("a;b\n")
    report = imported(path, refused_to=tmp_path / "refus.csv")
    assert (report.read, report.registered, report.refused_count) == (5, 1, 4)
    assert Path(report.refused_file).stat().st_mode & 0o777 == 0o600
    with (tmp_path / "refus.csv").open(newline="") as told:
        refused = list(csv.DictReader(told, delimiter=";"))
    assert [(row["ligne"], row["code"]) for row in refused] == [
        ("3", "date_naissance_invalide"),
        ("4", "matricule_en_double"),
        ("5", "ligne_mal_formee"),
        ("6", "colonnes_en_moins"),
    ]
    assert "ligne 2" in refused[1]["raison"]
    assert wrong["matricule"] in refused[0]["contenu"]


def test_a_file_cut_in_the_middle_refuses_its_last_line(people, tmp_path):
    path = write(tmp_path / "p.csv", line(), line())
    path.write_bytes(path.read_bytes()[:-40])
    report = imported(path)
    assert (report.registered, dict(report.by_code)) == (1, {"colonnes_en_moins": 1})


def test_a_file_in_another_encoding_is_refused_whole(people, tmp_path):
    from ens.identity.population.files import UnreadableFile

    path = write(tmp_path / "p.csv", line())
    path.write_bytes(path.read_bytes() + "é".encode("latin-1"))
    with pytest.raises(UnreadableFile):
        imported(path)


def test_an_empty_file_has_no_columns_and_a_header_alone_registers_nobody(people, tmp_path):
    from ens.identity.population.files import UnknownColumns

    (tmp_path / "vide.csv").write_text("")
    with pytest.raises(UnknownColumns):
        imported(tmp_path / "vide.csv")
    assert imported(write(tmp_path / "p.csv")).read == 0


def test_a_dry_run_says_and_does_nothing(people, tmp_path):
    one, new = line(), line()
    imported(write(tmp_path / "p.csv", one))
    before = rows("SELECT count(*) FROM identity_usager")
    path = write(tmp_path / "p2.csv", one | {"nom_utilise": "PETIT"}, new, line(sexe="X"), new)
    told = imported(path, dry_run=True, refused_to=tmp_path / "refus.csv")
    assert (told.read, told.registered, told.updated, told.refused_count, told.known) == (4, 1, 1, 2, 0)
    assert rows("SELECT count(*) FROM identity_usager") == before
    done = imported(path, refused_to=tmp_path / "refus.csv")
    assert (done.read, done.registered, done.updated, done.refused_count) == (4, 1, 1, 2)


def test_a_dry_run_remarks_what_the_import_will_and_no_more(people, tmp_path):
    """Whoever the file itself registers is no unknown representative."""
    mother, other = line(), line()
    children = [
        line(date_naissance="2016-02-01", representants=f"{mother['matricule']} {other['matricule']}"),
        line(date_naissance="2017-03-01", representants=matricule()),
    ]
    other |= {"autres_matricules": f"{matricule()}/{TEST_OID}"}
    path = write(tmp_path / "p.csv", *children, mother, other)
    told = imported(path, dry_run=True)
    done = imported(path)
    assert told.remarks == done.remarks
    assert list(told.by_code) == ["representant_inconnu"] and told.by_code == done.by_code
    assert len(done.remarks) == 1


def test_a_damaged_parquet_file_is_refused(people, tmp_path):
    from ens.identity.population.files import UnreadableParquet

    (tmp_path / "p.parquet").write_bytes(b"PAR1 abc")
    with pytest.raises(UnreadableParquet):
        imported(tmp_path / "p.parquet")
