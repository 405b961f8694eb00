"""The register of engagement: a CSV read line by line, the same twice is nothing, known at any date, by territory."""

from __future__ import annotations

import itertools
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ens.kernel import clock
from ens.kernel.actor import SYSTEM
from ens.steering import register
from ens.steering.errors import RegisterMalformed
from ens.steering.register import Status, import_register, sites
from tests.factories import _luhn

HEAD = "identifiant;type;nom;departement;statut;depuis;accompagnement"
_numbers = itertools.count(int(datetime.now(UTC).timestamp()) % 900_000)


@pytest.fixture(autouse=True)
def today(db):
    with clock.freeze(datetime(2026, 3, 16, 9, 30, tzinfo=UTC)) as moment:
        yield moment


def finess() -> str:
    body = f"97{next(_numbers) % 10**6:06d}"
    return body + _luhn(body)


def rpps() -> str:
    body = f"1{next(_numbers) % 10**9:09d}"
    return body + _luhn(body)


def load(folder: Path, *lines: str, head: str = HEAD):
    path = folder / "engagement.csv"
    path.write_text("\n".join((head, *lines)) + "\n", encoding="utf-8")
    return import_register(path, by=SYSTEM)


@pytest.mark.feature("S139")
def test_a_site_and_its_statuses_are_known_at_any_date(tmp_path):
    hospital, doctor = finess(), rpps()
    report = load(
        tmp_path,
        f"{hospital};etablissement;CHU de la Réunion;974;contacte;2026-01-05;GRADeS",
        f"{hospital};etablissement;CHU de la Réunion;974;engage;2026-02-02;GRADeS",
        f"{doctor};liberal;Docteur Payet;974;en_service;2026-02-10;CPAM",
    )
    assert (report.added, report.changed, report.unchanged, report.refused) == (2, 1, 0, [])
    at = {day: {one.identifier: one.status for one in sites(["974"], day)} for day in (
        date(2026, 1, 4), date(2026, 1, 5), date(2026, 2, 2), date(2026, 3, 16),
    )}  # fmt: skip
    assert hospital not in at[date(2026, 1, 4)]
    assert at[date(2026, 1, 5)][hospital] is Status.CONTACTED
    assert at[date(2026, 2, 2)][hospital] is Status.ENGAGED
    assert doctor not in at[date(2026, 2, 2)] and at[date(2026, 3, 16)][doctor] is Status.IN_SERVICE
    assert hospital not in {one.identifier for one in sites(["971"], date(2026, 3, 16))}
    [row] = [one for one in sites(["974"], date(2026, 3, 16)) if one.identifier == hospital]
    assert (row.helped_by, row.since) == ("GRADeS", date(2026, 2, 2))


def test_the_same_file_twice_changes_nothing_and_a_new_name_is_taken(tmp_path):
    number = finess()
    line = f"{number};etablissement;Clinique A;971;engage;2026-01-05;GRADeS"
    assert load(tmp_path, line).added == 1
    assert load(tmp_path, line).unchanged == 1
    assert load(tmp_path, line.replace("Clinique A", "Clinique B")).changed == 1
    assert [one.name for one in sites(["971"], date(2026, 3, 1)) if one.identifier == number] == ["Clinique B"]


def test_only_who_takes_part_is_counted(tmp_path):
    before = register.engaged(sites(["973"], date(2026, 3, 16))).get("973", {})
    load(
        tmp_path,
        f"{finess()};etablissement;A;973;contacte;2026-01-05;",
        f"{finess()};etablissement;B;973;engage;2026-01-05;",
        f"{finess()};etablissement;C;973;raccorde;2026-01-05;",
        f"{finess()};etablissement;D;973;retire;2026-01-05;",
        f"{rpps()};liberal;E;973;en_service;2026-01-05;",
    )
    after = register.engaged(sites(["973"], date(2026, 3, 16)))["973"]
    assert after["etablissement"] - before.get("etablissement", 0) == 2
    assert after["liberal"] - before.get("liberal", 0) == 1


def test_a_wrong_line_is_refused_with_its_reason_and_the_others_are_kept(tmp_path):
    good = finess()
    report = load(
        tmp_path,
        f"{good};etablissement;Bonne;972;engage;2026-01-05;",
        "123456789;etablissement;Clé;972;engage;2026-01-05;",
        f"{finess()};commune;Type;972;engage;2026-01-05;",
        f"{finess()};etablissement;;972;engage;2026-01-05;",
        f"{finess()};etablissement;Ailleurs;00;engage;2026-01-05;",
        f"{finess()};etablissement;Statut;972;content;2026-01-05;",
        f"{finess()};etablissement;Date;972;engage;05/01/2026;",
        f"{finess()};etablissement;Demain;972;engage;2026-03-17;",
        f"{good};etablissement;Bonne;972;retire;2026-01-05;",
        "seul",
    )
    assert [line for line, _ in report.refused] == [3, 4, 5, 6, 7, 8, 9, 11, 10]
    assert report.added == 1
    assert all(reason for _, reason in report.refused)


@pytest.mark.parametrize("head", ["", "nom;type", "identifiant,type,nom,departement,statut"])
def test_a_file_without_its_columns_is_refused_whole(tmp_path, head):
    with pytest.raises(RegisterMalformed):
        load(tmp_path, head=head)


def test_commas_and_the_mark_of_a_spreadsheet_are_read(tmp_path):
    path = tmp_path / "engagement.csv"
    line = f"{finess()},etablissement,A,972,engage,2026-01-05,"
    path.write_text(f"{HEAD.replace(';', ',')}\n{line}\n", encoding="utf-8-sig")
    assert import_register(path, by=SYSTEM).added == 1


@pytest.mark.feature("S139", "S142")
def test_the_page_shows_the_register_of_one_s_territory(tmp_path, people, db):
    from django.conf import settings
    from django.test import Client

    from tests.steering.crowd import steerer

    settings.STATIC_ROOT.mkdir(exist_ok=True)
    load(
        tmp_path,
        f"{finess()};etablissement;Hôpital de Mamoudzou;976;en_service;2026-01-05;GRADeS",
        f"{finess()};etablissement;CHU des Abymes;971;engage;2026-01-05;GRADeS",
    )
    browser = Client()
    browser.force_login(steerer(departements=("976",)))
    page = browser.get("/pilotage/etablissements/").content.decode()
    assert "Hôpital de Mamoudzou" in page and "CHU des Abymes" not in page
    assert "Personne n’est au registre ici" in browser.get("/pilotage/etablissements/?au=2025-01-01").content.decode()
    file = browser.get("/pilotage/telecharger/etablissements.csv").content.decode("utf-8-sig")
    assert "Hôpital de Mamoudzou" in file and "CHU des Abymes" not in file
    assert "Registre d’engagement" in browser.get("/pilotage/exports/").content.decode()


def test_the_register_of_the_demonstration_is_right_in_every_line(db):
    from ens.demonstration import directory

    path = Path(directory.__file__).parent / "engagement.csv"
    with clock.freeze(datetime(2026, 11, 23, 9, 30, tzinfo=UTC)):
        assert import_register(path, by=SYSTEM).refused == []
        again = import_register(path, by=SYSTEM)
        assert (again.added, again.refused) == (0, [])
        assert {one.name for one in sites(["44"], clock.today())} >= {"Hôpital Jean Bernadeau", "Docteur Dupond"}
