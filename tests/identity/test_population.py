"""People imported set-wise: whole or refused, once, restartable, sealed; and the first unit about each."""

from __future__ import annotations

import csv
import os
import signal
import subprocess
import sys
import threading
import time
from datetime import date
from pathlib import Path
from uuid import UUID

import pytest

from ens.kernel.actor import SYSTEM
from tests.factories import TEST_OID, matricule
from tests.identity.population import COLUMNS, line, write


def imported(path, **options):
    from ens.identity.population.load import import_population

    return import_population(path, **options)


def found(number: str):
    from ens.identity.queries import find_usager

    return find_usager(number)


def known(number: str, read, by=None):
    """What ``read(unit)`` finds about someone, for themselves."""
    from ens.kernel.actor import Actor, ActorKind
    from ens.persistence.unit import unit_of_work

    def act(unit):
        unit.untraced("essai")
        return read(unit)

    usager_id = found(number).usager_id
    themselves = Actor(ActorKind.USAGER, "essai", "Essai", usager_id=usager_id)
    return unit_of_work(usager_id, act, by=by or themselves)


def rows(statement: str, *values):
    from django.db import connections

    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall()


def history(number: str):
    from ens.audit.queries import lines
    from ens.audit.types import HistoryFilter

    return known(number, lambda unit: lines(unit, HistoryFilter()).lines)


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

    asked = [doubt for doubt in doubts.waiting(1_000) if doubt.usager_id == found(one["matricule"]).usager_id]
    assert [doubt.kind for doubt in asked] == ["traits_contradictoires"]
    compared = doubts.compare(asked[0].id, by=SYSTEM)
    assert (compared.usager.birth_date.year, compared.line["date_naissance"]) == (1990, "1991-05-17")
    assert imported(lying).set_aside == 1  # asked once
    assert len([d for d in doubts.waiting(1_000) if d.usager_id == asked[0].usager_id]) == 1

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
    asked = next(d for d in doubts.waiting(1_000) if d.usager_id == found(one["matricule"]).usager_id)
    agent = Actor(ActorKind.SUPPORT, "agent-7", "Nadia Roux")
    doubts.accept_line(asked.id, by=agent)
    assert known(one["matricule"], queries.traits).birth_date.year == 1991
    assert [e.actor_name for e in history(one["matricule"]) if "corrigé" in e.sentence] == ["Nadia Roux"]
    assert imported(tmp_path / "p2.csv").known == 1
    with pytest.raises(AlreadyDecided):
        doubts.accept_line(asked.id, by=agent)


@pytest.mark.feature("S030")
def test_a_child_s_first_number_is_kept_when_the_second_comes(people, tmp_path):
    from ens.identity import queries

    nia, nir = line()["matricule"], matricule()
    first = line(matricule=nia, oid="1.2.250.1.213.1.4.9")
    imported(write(tmp_path / "p.csv", first))
    second = first | {"matricule": nir, "oid": TEST_OID, "autres_matricules": f"{nia}/1.2.250.1.213.1.4.9"}
    report = imported(write(tmp_path / "p2.csv", second))
    assert (report.registered, report.updated) == (0, 1)
    assert found(nia).usager_id == found(nir).usager_id
    assert known(nir, queries.traits).matricule == nir
    assert imported(tmp_path / "p.csv").known == 1  # the former number alone says nothing new
    assert known(nir, queries.traits).matricule == nir


@pytest.mark.feature("S033")
def test_a_child_who_becomes_their_own_insured_keeps_number_mailbox_and_record(people, tmp_path):
    """The number of who insured them goes; nothing that is theirs does (at sixteen, or at the first job)."""
    from ens.identity import queries

    one = line(matricule_assure=matricule(), date_naissance="2010-03-02")
    imported(write(tmp_path / "avant.csv", one))
    before, address = found(one["matricule"]), known(one["matricule"], queries.mail_address)
    assert imported(write(tmp_path / "apres.csv", {**one, "matricule_assure": ""})).updated == 1
    assert found(one["matricule"]) == before
    assert known(one["matricule"], queries.mail_address) == address
    assert known(one["matricule"], queries.traits).insured_matricule == ""


def test_a_number_that_is_somebody_else_s_waits_for_a_human(people, tmp_path):
    one, two = line(), line()
    imported(write(tmp_path / "p.csv", one))
    claiming = two | {"autres_matricules": f"{one['matricule']}/{TEST_OID}"}
    report = imported(write(tmp_path / "p2.csv", claiming))
    assert (report.registered, report.set_aside) == (0, 1)
    assert found(two["matricule"]) is None  # never merged by itself, never registered twice


def test_the_same_traits_under_another_number_are_registered_and_asked_about(people, tmp_path):
    from ens.identity.population import doubts

    one = line()
    imported(write(tmp_path / "p.csv", one))
    twin = one | {"matricule": matricule(), "email": "autre@exemple.fr"}
    report = imported(write(tmp_path / "p2.csv", twin))
    assert (report.registered, dict(report.by_code)) == (1, {"doublon_possible": 1})
    both = (found(twin["matricule"]).usager_id, found(one["matricule"]).usager_id)
    asked = [d for d in doubts.waiting(1_000) if (d.usager_id, d.other_id) == both]
    assert len(asked) == 1
    doubts.tell_apart(asked[0].id, by=SYSTEM)
    assert both not in [(d.usager_id, d.other_id) for d in doubts.waiting(1_000)]


def test_a_file_half_known_registers_the_others_and_asks_about_the_same_traits(people, tmp_path):
    """Everyone new, a part is written by plain rows; one known, the look-up decides for each: the same people."""
    from ens.identity.population import doubts

    first, second, third = (line() for _ in range(3))
    namesake, late = (second | {"matricule": matricule()}, third | {"matricule": matricule()})
    report = imported(write(tmp_path / "new.csv", second, namesake))
    assert (report.registered, dict(report.by_code)) == (2, {"doublon_possible": 1})
    report = imported(write(tmp_path / "half.csv", first, second, third, namesake, late))
    assert (report.registered, report.known, dict(report.by_code)) == (3, 2, {"doublon_possible": 1})
    ids = [{found(one["matricule"]).usager_id for one in pair} for pair in ((second, namesake), (third, late))]
    asked = [{d.usager_id, d.other_id} for d in doubts.waiting(1_000)]
    assert all(asked.count(pair) == 1 for pair in ids)
    assert rows("SELECT count(*) FROM identity_usager WHERE usager_id = ANY(%s)", list(set.union(*ids)))[0][0] == 4


@pytest.mark.feature("S032")
def test_links_of_children_and_parents_are_kept_on_both_sides_and_end(people, tmp_path):
    from ens.identity import queries

    mother, father = line(), line()
    child = line(
        date_naissance="2016-02-01",
        matricule_assure=mother["matricule"],
        representants=f"{mother['matricule']} {father['matricule']}",
    )
    imported(write(tmp_path / "p.csv", child, mother, father))  # in any order
    ids = {name: found(one["matricule"]).usager_id for name, one in (("m", mother), ("f", father), ("c", child))}
    assert set(known(child["matricule"], queries.representatives)) == {ids["m"], ids["f"]}
    assert known(mother["matricule"], queries.children) == [ids["c"]]
    assert known(child["matricule"], queries.traits).matricule != mother["matricule"]

    imported(write(tmp_path / "p2.csv", child | {"representants": mother["matricule"]}, mother, father))
    assert known(child["matricule"], queries.representatives) == [ids["m"]]
    assert known(father["matricule"], queries.children) == []
    imported(write(tmp_path / "p3.csv", child, mother, father))
    assert set(known(child["matricule"], queries.representatives)) == {ids["m"], ids["f"]}


def test_an_unknown_representative_or_doctor_is_said_and_keeps_nobody_out(people, tmp_path):
    child = line(representants=matricule(), medecin_traitant="10009999998")
    report = imported(write(tmp_path / "p.csv", child))
    assert report.registered == 1
    assert dict(report.by_code) == {"representant_inconnu": 1, "medecin_traitant_inconnu": 1}


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


def test_a_damaged_parquet_file_is_refused(people, tmp_path):
    from ens.identity.population.files import UnreadableParquet

    (tmp_path / "p.parquet").write_bytes(b"PAR1 abc")
    with pytest.raises(UnreadableParquet):
        imported(tmp_path / "p.parquet")


def test_only_one_import_runs_at_a_time(people, tmp_path, monkeypatch):
    import psycopg

    from ens.identity.population import load

    monkeypatch.setattr(load, "LOCK_WAIT_MS", 50)
    with psycopg.connect(**load._batch()) as other:
        other.execute("SELECT pg_advisory_lock(%s)", [load._LOCK])
        with pytest.raises(load.ImportRunning):
            imported(write(tmp_path / "p.csv", line()))


@pytest.mark.parametrize("stops", ["staging", "parts", "updates"])
def test_an_import_cut_short_goes_on_where_it_was(people, tmp_path, monkeypatch, stops):
    from ens.identity.population import changes, files, load, reading

    monkeypatch.setattr(files, "CHUNK_BYTES", 1)  # a chunk a line
    monkeypatch.setattr(load, "INLINE_CHUNKS", 1_000)
    monkeypatch.setattr(load, "PART_CHUNKS", 2)
    former = line()
    imported(write(tmp_path / "avant.csv", former))
    lines = [line() for _ in range(9)]
    path = write(tmp_path / "p.csv", *lines, former | {"nom_utilise": "PETIT"})

    calls = 0

    def sometimes(act):
        def wrapped(*args, **kwargs):
            nonlocal calls
            calls += 1
            if calls == 4 or stops == "updates":
                raise KeyboardInterrupt
            return act(*args, **kwargs)

        return wrapped

    with monkeypatch.context() as cut:
        if stops == "staging":
            cut.setattr(reading.Reader, "read", sometimes(reading.Reader.read))
        elif stops == "parts":
            cut.setattr(load, "_register_part", sometimes(load._register_part))
        else:
            cut.setattr(changes, "update", sometimes(changes.update))
        with pytest.raises(KeyboardInterrupt):
            imported(path)
    report = imported(path)
    assert report.resumed
    assert (report.read, report.registered, report.updated, report.known) == (10, 9, 1, 0)
    assert imported(path).known == 10


@pytest.mark.slow
def test_an_import_killed_goes_on_where_it_was_and_leaves_no_process(people, tmp_path, monkeypatch):
    from ens.identity.population import files

    monkeypatch.setattr(files, "CHUNK_BYTES", 20_000)
    lines = [line() for _ in range(3_000)]
    path = write(tmp_path / "p.csv", *lines)
    script = (
        "import sys; from pathlib import Path\n"
        "if __name__ == '__main__':\n"
        "    import django; django.setup()\n"
        "    from ens.identity.population import files, load\n"
        "    files.CHUNK_BYTES = 20_000\n"
        "    print(load.import_population(Path(sys.argv[1])).as_json())\n"
    )
    program = tmp_path / "programme.py"
    program.write_text(script)
    addresses = {f"ENS_DATABASE_{name}": url for name, url in (
        ("URL", people_url("default")), ("BATCH_URL", people_url("batch")), ("OWNER_URL", people_url("owner")))}
    environment = {**os.environ, **addresses}
    running = subprocess.Popen([sys.executable, str(program), str(path)], env=environment)
    try:
        deadline = time.monotonic() + 60
        while not rows("SELECT 1 FROM identity_import_chunk LIMIT 1"):
            assert time.monotonic() < deadline
            assert running.poll() is None, "it ended before it could be killed"
            time.sleep(0.005)
        children = children_of(running.pid)
        assert children
    finally:
        running.send_signal(signal.SIGKILL)
        running.wait()
    deadline = time.monotonic() + 20
    while any(Path(f"/proc/{pid}").exists() for pid in children):
        assert time.monotonic() < deadline, "a reader outlived the import"
        time.sleep(0.05)
    report = imported(path)
    assert report.resumed
    assert (report.read, report.registered) == (3_000, 3_000)
    assert imported(path).known == 3_000


def people_url(alias: str) -> str:
    from django.db import connections

    given = connections[alias].settings_dict
    return f"postgresql://{given['USER']}:{given['PASSWORD']}@{given['HOST']}:{given['PORT']}/{given['NAME']}"


def children_of(parent: int) -> list[int]:
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                fields = (entry / "stat").read_text().rpartition(")")[2].split()
            except OSError:
                continue
            if int(fields[1]) == parent:
                found.append(int(entry.name))
    return found


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
