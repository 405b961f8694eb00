"""What is wrong in a delivery is refused whole and in words."""

from __future__ import annotations

import pytest

from ens.cli.refusals import CommandRefused
from tests.record.former.conftest import Folder, asked


def test_an_essay_writes_nothing(people, folder, db):
    from tests.journeys.deletion.conftest import rows_of

    person = people.usager()
    folder.person(person, "Bilan")
    facts, said = asked(folder, dry_run=True)
    assert facts["people"] == {"à recevoir": 1} and "Essai : rien n'a été écrit." in said
    assert rows_of(person, db.owner)["record_formerdmp"] == 0


@pytest.mark.parametrize(
    ("spoil", "why"),
    [
        (lambda folder, one: folder.lines["personnes.csv"].append("1.2.3;abc;;0;0;0;0"), "matricule"),
        (lambda folder, one: folder.lines["masques.csv"].append(f"{one.matricule};1.2.3"), "masque"),
        (lambda folder, one: folder.lines["acces.csv"].append(f"{one.matricule};123;autorise;2020-01-01"), "RPPS"),
        (lambda folder, one: folder.lines["acces.csv"].append(f"{one.matricule};10000000001;vend;2020-01-01"), "droit"),
        (lambda folder, one: folder.lines["historique.csv"].append(f"{one.matricule};hier;;;a lu;"), "date"),
        (lambda folder, one: folder.lines["historique.csv"].append(f"{one.matricule};2020-01-01;;;a lu;"), "annoncés"),
        (lambda folder, one: (folder.path / f"{one.matricule}.zip").write_bytes(b"rien"), "illisible"),
        (lambda folder, one: (folder.path / f"{one.matricule}.zip").unlink(), "n'est pas là"),
    ],
)  # fmt: skip
def test_a_person_with_something_wrong_is_refused_whole_and_the_others_are_received(people, folder, spoil, why):
    wrong, right = people.usager(), people.usager()
    folder.person(wrong, "Bilan")
    folder.person(right, "Bilan")
    spoil(folder, wrong)
    facts, _ = asked(folder)
    assert "reçues" in facts["people"]
    assert why in facts["refused"][0]["reason"]
    assert not any(wrong.matricule in one["reason"] for one in facts["refused"])


def test_the_documents_of_another_person_are_refused(people, folder):
    person, other = people.usager(), people.usager()
    folder.person(person, "Bilan")
    folder.person(other, "Radio")
    path = folder.write()
    (path / f"{person.matricule}.zip").write_bytes((path / f"{other.matricule}.zip").read_bytes())
    facts, _ = asked(path)
    assert [one["line"] for one in facts["refused"]] == [2]
    assert "une autre personne" in facts["refused"][0]["reason"]


def test_someone_unknown_or_unlisted_is_told(people, folder, tmp_path):
    from tests.factories import TEST_OID, matricule

    folder.lines["personnes.csv"].append(f"{TEST_OID};{matricule()};;0;0;0;0")
    folder.lines["masques.csv"].append(f"{matricule()};1.2.3")
    facts, _ = asked(folder, refus=tmp_path / "refus.csv")
    assert [one["line"] for one in facts["refused"]] == [0, 2] or [one["line"] for one in facts["refused"]] == [2, 0]
    assert len((tmp_path / "refus.csv").read_text("utf-8").splitlines()) == 3


def test_a_folder_that_is_no_delivery_is_refused_in_a_sentence(db, tmp_path):
    with pytest.raises(CommandRefused, match="n'existe pas"):
        asked(tmp_path / "absent")
    with pytest.raises(CommandRefused, match=r"masques\.csv manque"):
        asked(tmp_path)
    path = Folder(tmp_path).write()
    (path / "acces.csv").write_text("matricule;qui\n", "utf-8")
    with pytest.raises(CommandRefused, match="la colonne droit manque"):
        asked(path)
