"""Given twice, newer, or different after: said person by person."""

from __future__ import annotations

import pytest

from ens.coffre import store
from ens.coffre.errors import ContentDamaged
from ens.enrolment import services as enrolment
from ens.kernel.actor import SYSTEM
from tests.record.builders import listed
from tests.record.files import small_pdf
from tests.record.former.conftest import Folder, asked, titles, work


def test_given_twice_it_changes_nothing_and_another_content_is_not_taken_twice(people, folder):
    person = people.usager()
    folder.person(person, "Bilan")
    asked(folder)
    assert asked(folder.path)[0]["people"] == {"déjà reçues": 1}
    work(person)
    assert asked(folder.path)[0]["people"] == {"déjà reçues": 1}
    work(person)
    assert titles(person) == ["Bilan"]
    folder.lines["historique.csv"].append(f"{person.matricule};2020-02-01;Dr Ancien;;a lu;")
    folder.lines["personnes.csv"][1] = folder.lines["personnes.csv"][1][:-1] + "2"
    assert asked(folder)[0]["refused"][0]["reason"].startswith("L'ancien DMP de cette personne est déjà repris")


def test_a_newer_delivery_replaces_the_one_that_waits(people, folder, db, tmp_path_factory):
    from tests.journeys.deletion.conftest import contents_of

    person = people.usager(state="noticed")
    folder.person(person, "Bilan")
    asked(folder)
    (former,) = contents_of(person, db.owner)
    newer = Folder(tmp_path_factory.mktemp("livraison"))
    newer.person(person, "Radio")
    asked(newer)
    with pytest.raises(ContentDamaged):
        store.get(former)
    assert asked(folder.path, rapprocher=True)[0]["people"] == {"en attente d'ouverture": 1}
    enrolment.activate(person.usager_id, by=SYSTEM)
    work(person)
    assert titles(person) == ["Radio"]


def test_what_differs_after_is_said_person_by_person(people, folder):
    person = people.usager()
    stranger = people.professional("Parti").rpps
    people_of_directory = people.professional("Encore").rpps
    folder.person(person, "Bilan", access=((stranger, "autorise"), (people_of_directory, "autorise")))
    from ens.identity.models import Professional

    Professional.objects.filter(rpps=stranger).update(active=False)
    asked(folder)
    work(person)
    facts, _ = asked(folder.path, rapprocher=True)
    assert facts["differences"] == [{"line": 2, "difference": "droits : 2 avant, 1 après"}]


def test_what_was_filed_since_is_kept_and_its_former_mask_holds(people, folder):
    """The same document came by another way: once in the record, masked as it was; another content: ours is kept."""
    from tests.record.builders import deposit, document

    person, by = people.usager(state="noticed"), people.actor(people.establishment())
    folder.person(person, "Bilan", "Radio", masked=("Bilan",))
    said = [line.rsplit(";", 1)[1] for line in folder.lines["historique.csv"]]
    ids = {"Bilan": said[1], "Radio": said[2]}
    enrolment.activate(person.usager_id, by=SYSTEM)
    deposit(person, document(unique_id=ids["Bilan"], title="Bilan"), by=by)
    deposit(person, document(unique_id=ids["Radio"], title="Radio d'ici", data=small_pdf() + b"%"), by=by)
    asked(folder)
    work(person)
    assert {card.title: card.is_masked for card in listed(person).cards} == {"Bilan": True, "Radio d'ici": False}
    facts, _ = asked(folder.path, rapprocher=True)
    assert [one["difference"] for one in facts["differences"]] == ["documents : 2 avant, 1 après"]
