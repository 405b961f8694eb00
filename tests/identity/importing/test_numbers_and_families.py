"""Several numbers of one person, and the links of children and parents."""

from __future__ import annotations

import pytest

from ens.kernel.actor import SYSTEM
from tests.factories import TEST_OID, matricule
from tests.identity.importing.conftest import found, imported, known, rows
from tests.identity.population import line, write


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
    asked = [d for d in doubts.waiting(doubts.count()) if (d.usager_id, d.other_id) == both]
    assert len(asked) == 1
    doubts.tell_apart(asked[0].id, by=SYSTEM)
    assert both not in [(d.usager_id, d.other_id) for d in doubts.waiting(doubts.count())]


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
    asked = [{d.usager_id, d.other_id} for d in doubts.waiting(doubts.count())]
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
